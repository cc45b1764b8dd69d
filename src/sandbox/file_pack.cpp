#include "sandbox/file_pack.hpp"

#include <ecisbx/error.hpp>

#include "sandbox/file_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace ecisbx::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_entries = 1'000'000;
constexpr std::size_t deepest = 512;

[[noreturn]] void refuse(errc condition, const std::string& path, const char* why) {
    throw error(condition, "local path " + proto::shown_tail(path) + ": " + why);
}

}  // namespace

tree_source::tree_source(std::string top, unsigned mode) : top_(std::move(top)), mode_(mode) {
    if (top_.back() != '/') top_ += '/';
    list("", 0);
}

void tree_source::list(const std::string& below, std::size_t depth) {
    if (depth > deepest) refuse(errc::too_large, top_ + below, "too deep");
    std::error_code failed;
    std::vector<std::string> names;
    fs::directory_iterator entry(top_ + below, failed), end;
    for (; !failed && entry != end; entry.increment(failed))
        names.push_back(entry->path().filename().string());
    if (failed) local_failure(failed.value(), top_ + below);
    std::sort(names.begin(), names.end());
    for (const auto& name : names) add(below + name, depth);
}

void tree_source::add(const std::string& path, std::size_t depth) {
    auto whole = top_ + path;
    struct stat facts{};
    if (::lstat(whole.c_str(), &facts) != 0) local_failure(errno, whole);
    proto::tar_entry entry;
    entry.path = "./" + path;
    entry.mode = facts.st_mode & 07777;
    entry.mtime = facts.st_mtime;
    if (S_ISDIR(facts.st_mode)) {
        list(path + '/', depth + 1);
        entry.what = proto::tar_entry::kind::folder;
        entry.path += '/';
    } else if (S_ISLNK(facts.st_mode)) {
        entry.what = proto::tar_entry::kind::symlink;
        std::error_code failed;
        entry.link = fs::read_symlink(whole, failed).string();
        if (failed) local_failure(failed.value(), whole);
        if (!link_stays_inside(depth, entry.link))
            refuse(errc::invalid_argument, whole, "a link that leads out of the folder");
    } else if (S_ISREG(facts.st_mode)) {
        entry.size = static_cast<std::uint64_t>(facts.st_size);
    } else {
        refuse(errc::invalid_argument, whole, "not a file, folder or link");
    }
    if (entries_.size() >= most_entries) refuse(errc::too_large, whole, "too many entries");
    entries_.push_back(std::move(entry));
}

void tree_source::restart() {
    at_ = 0;
    left_ = 0;
    file_ = local_fd();
}

bool tree_source::next(std::string& piece) {
    piece.clear();
    while (piece.size() < content_piece && at_ <= entries_.size()) {
        if (left_ > 0) {
            read_more(piece);
        } else if (at_ < entries_.size()) {
            open_entry(piece);
        } else {
            piece += proto::tar_end();
            ++at_;
        }
    }
    return !piece.empty();
}

void tree_source::open_entry(std::string& piece) {
    const auto& entry = entries_[at_];
    piece += proto::tar_header(entry);
    left_ = entry.size;
    if (left_ == 0) {
        ++at_;
        return;
    }
    auto whole = top_ + entry.path;
    file_ = local_fd(::open(whole.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!file_.open()) local_failure(errno, whole);
}

void tree_source::read_more(std::string& piece) {
    const auto& entry = entries_[at_];
    auto wanted = std::min<std::uint64_t>(left_, content_piece);
    auto bytes = read_local(file_.get(), static_cast<std::size_t>(wanted), top_ + entry.path);
    if (bytes.empty()) refuse(errc::conflict, top_ + entry.path, "it became shorter meanwhile");
    piece += bytes;
    left_ -= bytes.size();
    if (left_ > 0) return;
    piece += proto::tar_padding(entry.size);
    file_ = local_fd();
    ++at_;
}

}  // namespace ecisbx::detail
