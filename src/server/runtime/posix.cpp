#include "server/runtime/posix.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

namespace ecisbx::server::runtime {

std::optional<fd_pair> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
    return fd_pair{unique_fd(ends[0]), unique_fd(ends[1])};
}

std::optional<fd_pair> make_socket_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return std::nullopt;
    return fd_pair{unique_fd(ends[0]), unique_fd(ends[1])};
}

unique_fd make_memfd(std::string_view text) {
    unique_fd fd(::memfd_create("ecisbx", MFD_CLOEXEC));
    while (fd && !text.empty()) {
        auto n = ::write(fd.get(), text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return unique_fd();
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    if (fd) ::lseek(fd.get(), 0, SEEK_SET);
    return fd;
}

bool set_nonblocking(int fd) {
    int flags = ::fcntl(fd, F_GETFL);
    return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

// Only sockets have MSG_NOSIGNAL. The signal is for this thread, so it can be taken back here.
ssize_t write_without_signal(int fd, const void* bytes, std::size_t size) {
    sigset_t broken, pending, before;
    ::sigemptyset(&broken);
    ::sigaddset(&broken, SIGPIPE);
    ::sigpending(&pending);
    ::pthread_sigmask(SIG_BLOCK, &broken, &before);
    auto n = ::write(fd, bytes, size);
    int code = errno;
    if (n < 0 && code == EPIPE && sigismember(&pending, SIGPIPE) == 0) {
        timespec now{};
        ::sigtimedwait(&broken, nullptr, &now);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = code;
    return n;
}

std::string read_file(int fd, std::size_t limit) {
    std::string text;
    char buffer[16384];
    while (text.size() < limit) {
        auto n = ::read(fd, buffer, std::min(sizeof buffer, limit - text.size()));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
}

std::string read_file(const std::string& path, std::size_t limit) {
    unique_fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return fd ? read_file(fd.get(), limit) : std::string();
}

int write_file(const std::string& path, std::string_view text) {
    unique_fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) return errno;
    return ::write(fd.get(), text.data(), text.size()) < 0 ? errno : 0;
}

unique_fd lock_folder(const std::string& path) {
    unique_fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.reset();
    return fd;
}

int open_pidfd(pid_t pid) {
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

int signal_pidfd(int pidfd, int signal) {
    return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

bool wait_readable(int fd, int milliseconds) {
    pollfd entry{fd, POLLIN, 0};
    int n;
    do n = ::poll(&entry, 1, milliseconds);
    while (n < 0 && errno == EINTR);
    return n > 0;
}

}  // namespace ecisbx::server::runtime
