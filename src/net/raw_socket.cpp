#include "net/raw_socket.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace ecisbx::net {
namespace {

io_step step_of(ssize_t result, io_step::kind would_block) {
    if (result > 0) return {io_step::kind::done, static_cast<std::size_t>(result)};
    if (result == 0) return {io_step::kind::end, 0};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {would_block, 0};
    return {io_step::kind::failed, 0};
}

}  // namespace

io_step receive_now(int fd, void* into, std::size_t size) noexcept {
    ssize_t got = 0;
    do got = ::recv(fd, into, size, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    return step_of(got, io_step::kind::want_read);
}

io_step receive_unless(bool& drained, int fd, void* into, std::size_t size) noexcept {
    if (drained) return {io_step::kind::want_read, 0};
    const io_step step = receive_now(fd, into, size);
    // Not at the end or after an error: the next call has to tell the same.
    drained = step.must_wait() || (step.what == io_step::kind::done && step.bytes < size);
    return step;
}

io_step send_now(int fd, const void* bytes, std::size_t size) noexcept {
    ssize_t sent = 0;
    do sent = ::send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return step_of(sent, io_step::kind::want_write);
}

bool is_quiet_now(int fd) noexcept {
    char byte = 0;
    ssize_t got = ::recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

}  // namespace ecisbx::net
