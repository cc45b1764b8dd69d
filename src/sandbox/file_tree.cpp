#include "sandbox/file_tree.hpp"

#include <ecisbx/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace ecisbx::detail {
namespace {

constexpr unsigned mode_bits = 0777;  // what a sandbox says never becomes setuid here
constexpr std::size_t deepest = 512;
constexpr std::size_t most_folders = 1'000'000;
constexpr std::size_t most_names = std::size_t(64)
                                   << 20;  // bytes of folders' names, kept to the end

[[noreturn]] void refuse(errc condition, std::string_view path, const char* why) {
    throw error(condition, "in the archive: " + proto::shown_tail(path) + ": " + why);
}

std::string name_of(std::string_view part) {
    return std::string(part);
}

}  // namespace

bool link_stays_inside(std::size_t depth, std::string_view target) {
    if (target.empty() || target.front() == '/') return false;
    bool inner = false;
    while (!target.empty()) {
        auto part = target.substr(0, target.find('/'));
        target.remove_prefix(std::min(part.size() + 1, target.size()));
        if (part == "..") {
            // Behind a name, which may be a link itself, it could lead anywhere.
            if (inner || depth == 0) return false;
            --depth;
        } else if (!part.empty() && part != ".") {
            inner = true;
        }
    }
    return true;
}

tree_writer::tree_writer(const std::string& top)
    : top_(::open(top.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {
    if (!top_.open()) local_failure(errno, top);
}

tree_writer::parts tree_writer::split(std::string_view path) {
    if (path.empty() || path.find('\0') != path.npos) refuse(errc::protocol, path, "no path");
    if (path.front() == '/') refuse(errc::forbidden, path, "an absolute path");
    parts all;
    for (auto rest = path; !rest.empty();) {
        auto part = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (part == "..") refuse(errc::forbidden, path, "a path that leads out");
        if (!part.empty() && part != ".") all.push_back(part);
    }
    if (all.size() > deepest) refuse(errc::too_large, path, "too deep");
    return all;
}

/// The folder of the first `count` parts; missing ones are made.
int tree_writer::folder(const parts& path, std::size_t count) {
    if (count == 0) return top_.get();
    std::string whole;
    for (std::size_t i = 0; i < count; ++i) whole += '/' + name_of(path[i]);
    if (last_.open() && whole == last_path_) return last_.get();
    local_fd at;
    for (std::size_t i = 0; i < count; ++i) {
        int above = at.open() ? at.get() : top_.get();
        auto name = name_of(path[i]);
        // One entry can ask for hundreds of them.
        if (made_ >= most_folders) refuse(errc::too_large, whole, "too many folders");
        if (::mkdirat(above, name.c_str(), 0700) == 0)
            ++made_;
        else if (errno != EEXIST)
            local_failure(errno, whole);
        int fd = ::openat(above, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
            refuse(errc::forbidden, whole, "a path through what is no folder");
        if (fd < 0) local_failure(errno, whole);
        at = local_fd(fd);
    }
    last_ = std::move(at);
    last_path_ = std::move(whole);
    return last_.get();
}

void tree_writer::entry(const proto::tar_entry& entry) {
    close_file();
    auto path = split(entry.path);
    using kind = proto::tar_entry::kind;
    if (entry.what == kind::folder) return make_folder(entry, path);
    if (path.empty()) refuse(errc::protocol, entry.path, "the top is no folder");
    if (entry.what == kind::symlink) return make_symlink(entry, path);
    if (entry.what == kind::hard_link) return make_hard_link(entry, path);
    make_file(entry, path);
}

void tree_writer::make_folder(const proto::tar_entry& entry, const parts& path) {
    folder(path, path.size());
    std::string whole;
    for (auto part : path) whole += (whole.empty() ? "" : "/") + name_of(part);
    if (whole.empty()) return;
    names_ += whole.size();
    if (names_ > most_names) refuse(errc::too_large, entry.path, "too many folders");
    folders_.emplace_back(std::move(whole), entry.mode & mode_bits);
}

void tree_writer::make_file(const proto::tar_entry& entry, const parts& path) {
    int in = folder(path, path.size() - 1);
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    file_ = local_fd(::openat(in, name_of(path.back()).c_str(), flags, 0600));
    if (!file_.open()) local_failure(errno, entry.path);
    open_ = entry;
}

void tree_writer::content(std::string_view bytes) {
    write_local(file_.get(), bytes, open_.path);
}

void tree_writer::close_file() {
    if (!file_.open()) return;
    local_fd file = std::move(file_);
    file_ = local_fd();
    timespec times[2] = {{0, UTIME_OMIT}, {static_cast<time_t>(open_.mtime), 0}};
    if (::futimens(file.get(), times) != 0 || ::fchmod(file.get(), open_.mode & mode_bits) != 0)
        local_failure(errno, open_.path);
}

void tree_writer::make_symlink(const proto::tar_entry& entry, const parts& path) {
    if (!link_stays_inside(path.size() - 1, entry.link))
        refuse(errc::forbidden, entry.path, "a link that leads out");
    int in = folder(path, path.size() - 1);
    if (::symlinkat(entry.link.c_str(), in, name_of(path.back()).c_str()) != 0)
        local_failure(errno, entry.path);
}

void tree_writer::make_hard_link(const proto::tar_entry& entry, const parts& path) {
    auto source = split(entry.link);
    if (source.empty()) refuse(errc::protocol, entry.path, "a hard link to a folder");
    local_fd from(::fcntl(folder(source, source.size() - 1), F_DUPFD_CLOEXEC, 0));
    if (!from.open()) local_failure(errno, entry.path);
    auto name = name_of(source.back());
    struct stat facts{};
    if (::fstatat(from.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0)
        local_failure(errno, entry.link);
    if (!S_ISREG(facts.st_mode)) refuse(errc::forbidden, entry.path, "a hard link to no file");
    int in = folder(path, path.size() - 1);
    if (::linkat(from.get(), name.c_str(), in, name_of(path.back()).c_str(), 0) != 0)
        local_failure(errno, entry.path);
}

void tree_writer::finish() {
    close_file();
    // The deepest first: one that can not be entered hides what is below it.
    std::sort(folders_.begin(), folders_.end(),
              [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
    for (const auto& [path, mode] : folders_) {
        auto way = split(path);
        int in = folder(way, way.size() - 1);
        if (::fchmodat(in, name_of(way.back()).c_str(), mode, 0) != 0) local_failure(errno, path);
    }
}

}  // namespace ecisbx::detail
