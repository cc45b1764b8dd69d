// Local files as ends of a transfer. All calls block on the disk for one piece at a time.
#ifndef ECISBX_SANDBOX_FILE_LOCAL_HPP
#define ECISBX_SANDBOX_FILE_LOCAL_HPP

#include <ecisbx/file.hpp>

#include "proto/tar_stream.hpp"
#include "sandbox/file_content.hpp"

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ecisbx::detail {

/// Throws the condition that `number` (an errno) means, with the path.
[[noreturn]] void local_failure(int number, std::string_view path);

/// Throws `invalid_argument` for an empty path and for NUL.
void check_local_path(const std::string& path);

class local_fd {
public:
    explicit local_fd(int fd = -1) : fd_(fd) {}
    ~local_fd();
    local_fd(local_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    local_fd& operator=(local_fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    int get() const { return fd_; }
    bool open() const { return fd_ >= 0; }

private:
    int fd_;
};

/// All of `bytes`; `path` is for the error.
void write_local(int fd, std::string_view bytes, std::string_view path);
/// At most `size` bytes; empty at the end.
std::string read_local(int fd, std::size_t size, std::string_view path);

/// A regular file, or a folder as an archive. Throws `not_found`, `forbidden`, ...
std::shared_ptr<content_source> open_local(const std::string& path);

class tree_writer;

/// A file or a folder, as the header says: written beside `path`, then renamed.
class local_sink : public content_sink {
public:
    /// Checks what can be checked before anything is sent.
    local_sink(std::string path, const file_options& options);
    ~local_sink() override;
    void begin(const content_header& header) override;
    void put(std::string_view bytes) override;
    void commit() override;

private:
    void discard() noexcept;
    void put_archive(std::string_view bytes);
    std::string path_, folder_, temp_;
    std::optional<unsigned> mode_;
    unsigned final_mode_ = 0;
    bool made_ = false;  // something is at temp_
    local_fd file_;
    std::unique_ptr<tree_writer> tree_;
    proto::tar_reader archive_;
};

}  // namespace ecisbx::detail

#endif
