#include "sandbox/file_local.hpp"

#include <ecisbx/error.hpp>

#include "core/random.hpp"
#include "sandbox/file_pack.hpp"
#include "sandbox/file_tree.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace ecisbx::detail {
namespace {

namespace fs = std::filesystem;

errc condition_of(int number) {
    switch (number) {
        case ENOENT: return errc::not_found;
        case EACCES:
        case EPERM:
        case EROFS: return errc::forbidden;
        case ENOSPC:
        case EDQUOT:
        case EFBIG: return errc::quota_exceeded;
        case EISDIR:
        case ENOTDIR:
        case EEXIST:
        case ENOTEMPTY:
        case ELOOP: return errc::conflict;
        case ENAMETOOLONG: return errc::invalid_argument;
        default: return errc::unavailable;
    }
}

class file_source : public content_source {
public:
    file_source(local_fd file, std::string path, unsigned mode)
        : file_(std::move(file)), path_(std::move(path)), mode_(mode) {}
    void restart() override {
        if (::lseek(file_.get(), 0, SEEK_SET) < 0) local_failure(errno, path_);
    }
    bool next(std::string& piece) override {
        piece = read_local(file_.get(), content_piece, path_);
        return !piece.empty();
    }
    std::optional<unsigned> mode() const override { return mode_; }

private:
    local_fd file_;
    std::string path_;
    unsigned mode_;
};

}  // namespace

void local_failure(int number, std::string_view path) {
    error_info info(condition_of(number), "local path " + proto::shown_tail(path) + ": " +
                                              std::generic_category().message(number));
    info.cause = boost::system::error_code(number, boost::system::system_category());
    throw error(std::move(info));
}

void check_local_path(const std::string& path) {
    if (path.empty()) throw error(errc::invalid_argument, "the local path is empty");
    if (path.find('\0') != path.npos)
        throw error(errc::invalid_argument, "the local path contains NUL");
}

local_fd::~local_fd() {
    if (fd_ >= 0) ::close(fd_);
}

void write_local(int fd, std::string_view bytes, std::string_view path) {
    while (!bytes.empty()) {
        auto n = ::write(fd, bytes.data(), bytes.size());
        if (n >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(n));
        else if (errno != EINTR)
            local_failure(errno, path);
    }
}

std::string read_local(int fd, std::size_t size, std::string_view path) {
    std::string bytes(size, '\0');
    for (;;) {
        auto n = ::read(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) local_failure(errno, path);
        bytes.resize(static_cast<std::size_t>(n));
        return bytes;
    }
}

std::shared_ptr<content_source> open_local(const std::string& path) {
    check_local_path(path);
    // A pipe without a writer must not block.
    local_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct stat facts{};
    if (!file.open() || ::fstat(file.get(), &facts) != 0) local_failure(errno, path);
    unsigned mode = facts.st_mode & 07777;
    if (S_ISDIR(facts.st_mode)) return std::make_shared<tree_source>(path, mode);
    if (S_ISREG(facts.st_mode)) return std::make_shared<file_source>(std::move(file), path, mode);
    throw error(errc::conflict,
                "local path " + proto::shown_tail(path) + ": it is not a plain file or folder");
}

local_sink::local_sink(std::string path, const file_options& options)
    : path_(std::move(path)), mode_(options.mode()) {
    check_local_path(path_);
    if (path_.back() == '/')
        throw error(errc::invalid_argument, "the local path must not end in '/'");
    folder_ = fs::path(path_).parent_path().string();
    if (folder_.empty()) folder_ = ".";
    std::error_code failed;
    if (options.makes_parents()) fs::create_directories(folder_, failed);
    if (failed) local_failure(failed.value(), folder_);
    struct stat facts{};
    if (::stat(folder_.c_str(), &facts) != 0) local_failure(errno, folder_);
    if (!S_ISDIR(facts.st_mode)) local_failure(ENOTDIR, folder_);
}

local_sink::~local_sink() {
    discard();
}

void local_sink::discard() noexcept {
    tree_.reset();
    file_ = local_fd();
    std::error_code ignored;
    if (std::exchange(made_, false)) fs::remove_all(temp_, ignored);
}

void local_sink::begin(const content_header& header) {
    discard();
    struct stat facts{};
    bool there = ::lstat(path_.c_str(), &facts) == 0;
    if (!header.is_folder && there && S_ISDIR(facts.st_mode)) local_failure(EISDIR, path_);
    if (!header.is_folder && there && !S_ISREG(facts.st_mode) && !S_ISLNK(facts.st_mode))
        local_failure(EEXIST, path_);
    if (header.is_folder && there && !S_ISDIR(facts.st_mode)) local_failure(ENOTDIR, path_);
    std::error_code failed;
    if (header.is_folder && there && !fs::is_empty(path_, failed)) local_failure(ENOTEMPTY, path_);
    if (header.is_folder && mode_)
        throw error(errc::invalid_argument, "file_options: mode is for files, this is a folder");

    temp_ = (fs::path(folder_) / (".ecisbx-" + core::random_hex(16))).string();
    // An image without `stat` does not tell.
    unsigned usual = header.is_folder ? 0755 : 0644;
    final_mode_ = mode_ ? *mode_ : header.mode.value_or(usual) & 0777;
    if (header.is_folder) {
        if (::mkdir(temp_.c_str(), 0700) != 0) local_failure(errno, path_);
        made_ = true;
        archive_ = proto::tar_reader();
        tree_ = std::make_unique<tree_writer>(temp_);
    } else {
        int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        file_ = local_fd(::open(temp_.c_str(), flags, 0600));
        if (!file_.open()) local_failure(errno, path_);
        made_ = true;
    }
}

void local_sink::put(std::string_view bytes) {
    if (tree_)
        put_archive(bytes);
    else
        write_local(file_.get(), bytes, path_);
}

void local_sink::put_archive(std::string_view bytes) {
    using step = proto::tar_reader::step;
    archive_.feed(bytes);
    for (;;) {
        auto what = archive_.next();
        if (what == step::need_more || what == step::end) return;
        if (what == step::entry) tree_->entry(archive_.entry());
        if (what == step::content) tree_->content(archive_.content());
    }
}

void local_sink::commit() {
    if (tree_) {
        archive_.finish();
        tree_->finish();
    }
    // A full disk may show itself only now.
    if (file_.open() && ::fsync(file_.get()) != 0 && errno != EINVAL) local_failure(errno, path_);
    if (::chmod(temp_.c_str(), final_mode_) != 0) local_failure(errno, path_);
    if (::rename(temp_.c_str(), path_.c_str()) != 0) local_failure(errno, path_);
    made_ = false;
    discard();
}

}  // namespace ecisbx::detail
