#include "server/runtime/packet.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace ecisbx::server::runtime {
namespace {

constexpr std::size_t control_size =
    CMSG_SPACE(sizeof(int) * max_packet_fds) + CMSG_SPACE(sizeof(ucred));

void take_control(msghdr& message, received& into) {
    for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET) continue;
        if (c->cmsg_type == SCM_CREDENTIALS) {
            ucred who;
            std::memcpy(&who, CMSG_DATA(c), sizeof who);
            into.sender = who.pid;
        } else if (c->cmsg_type == SCM_RIGHTS) {
            auto count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t i = 0; i < count; ++i) {
                int fd;
                std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
                into.fds.emplace_back(fd);
            }
        }
    }
}

}  // namespace

int send_packet(int socket, const packet& p, const std::vector<int>& fds) {
    packet copy = p;
    iovec part{&copy, sizeof copy};
    alignas(cmsghdr) char control[control_size] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
        auto* c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
        std::memcpy(CMSG_DATA(c), fds.data(), sizeof(int) * fds.size());
    }
    ssize_t n;
    do n = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n < 0 ? errno : 0;
}

received receive_packet(int socket) {
    received result;
    iovec part{&result.content, sizeof result.content};
    alignas(cmsghdr) char control[control_size] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t n;
    do n = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN) return result;
    if (n > 0) take_control(message, result);
    result.what = n == sizeof result.content ? receipt::packet : receipt::end;
    return result;
}

}  // namespace ecisbx::server::runtime
