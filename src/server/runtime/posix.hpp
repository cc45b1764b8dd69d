// Owned file descriptors and the few calls on them that the runtimes share.
#ifndef ECISBX_SERVER_RUNTIME_POSIX_HPP
#define ECISBX_SERVER_RUNTIME_POSIX_HPP

#include "core/unique_fd.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::server::runtime {

using core::unique_fd;

struct fd_pair {
    unique_fd first, second;
};

/// All of these are close-on-exec. Nothing and `errno` on failure.
std::optional<fd_pair> make_pipe();         ///< first: read end
std::optional<fd_pair> make_socket_pair();  ///< SEQPACKET
/// An anonymous file that holds `text`, at offset 0.
unique_fd make_memfd(std::string_view text);

bool set_nonblocking(int fd);
/// As write(2), but a pipe that nobody reads gives EPIPE and no signal.
ssize_t write_without_signal(int fd, const void* bytes, std::size_t size);
/// The whole file from its start; stops at `limit` bytes.
std::string read_file(int fd, std::size_t limit);
std::string read_file(const std::string& path, std::size_t limit = 1 << 20);
/// 0 or errno. For the one-write files of /proc and cgroups.
int write_file(const std::string& path, std::string_view text);

/// Holds a lock on a folder, which ends with the last process that has the descriptor. Invalid when
/// another has it: that is how a folder of a living keeper is told from one left by a dead one.
unique_fd lock_folder(const std::string& path);

int open_pidfd(pid_t pid);
int signal_pidfd(int pidfd, int signal);
/// Waits until `fd` is readable or hung up; false after the time.
bool wait_readable(int fd, int milliseconds);

}  // namespace ecisbx::server::runtime

#endif
