// The sockets' side: what programs call.
#include "simulation/network_parts.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace ecisbx::sim {
namespace {

void write_address(int family, std::uint16_t port, sockaddr* into, socklen_t* size) {
    sockaddr_storage address{};
    socklen_t length = 0;
    if (family == AF_INET6) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        v6.sin6_addr = in6addr_loopback;
        std::memcpy(&address, &v6, length = sizeof v6);
    } else {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        std::memcpy(&address, &v4, length = sizeof v4);
    }
    std::memcpy(into, &address, std::min(*size, length));
    *size = length;
}

// The port is at the same place in both kinds of address.
std::uint16_t port_of(const sockaddr* address) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    return ntohs(v4.sin_port);
}

}  // namespace

network::network(agenda& time, trace& notes, std::uint64_t seed, std::function<void(int)> changed)
    : time_(time), trace_(notes), random_(seed, 1), changed_(std::move(changed)) {}

network::~network() = default;

network::socket* network::find(int fd) const {
    auto found = sockets_.find(fd);
    return found == sockets_.end() ? nullptr : found->second.get();
}

int network::fail(int code) const {
    errno = code;
    return -1;
}

bool network::step_fails() {
    return ++steps_ == failing_step_;
}

/// Of a client: end 0.
ssize_t network::fail_step(const connection_ptr& c, bool sends, std::size_t size) {
    bool reset = failing_how_ == fault::reset;
    lane& in = c->lanes[1];
    in.received.clear();
    in.read_at = 0;
    end_lane(c, 0, reset);
    end_lane(c, 1, reset);
    if (!reset) return sends ? static_cast<ssize_t>(size) : 0;
    in.reset_told = true;
    return fail(ECONNRESET);
}

int network::open() {
    auto made = std::make_shared<socket>();
    made->fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (made->fd < 0) return -1;
    sockets_.emplace(made->fd, made);
    return made->fd;
}

int network::bind(int fd, const sockaddr* to, socklen_t) {
    socket* s = find(fd);
    s->family = to->sa_family;
    s->port = port_of(to);
    if (s->port == 0) s->port = next_port_++;
    return 0;
}

int network::listen(int fd) {
    find(fd)->what = socket::kind::listening;
    return 0;
}

int network::connect(int fd, const sockaddr* to, socklen_t) {
    auto s = sockets_.at(fd);
    s->family = to->sa_family;
    s->peer_port = port_of(to);
    s->port = next_port_++;
    s->client = true;
    if (step_fails()) return fail(ECONNREFUSED);
    s->what = socket::kind::connecting;
    auto c = std::make_shared<connection>();
    c->number = ++connections_;
    c->port = s->peer_port;
    c->family = s->family;
    trace_.note("connect", c->number, c->port);
    auto when = time_.now() + delay();
    std::weak_ptr<socket> client = s;
    if (random_.chance(rules_.refused)) {
        ++faults_;
        time_.at(when, [this, client] { refuse(client, ECONNREFUSED); });
    } else if (random_.chance(rules_.unanswered)) {
        ++faults_;
        trace_.note("connecting is not answered", c->number);
    } else {
        arrange(*c);
        time_.at(when, [this, client, c] { establish(client, c); });
    }
    return fail(EINPROGRESS);
}

int network::accept(int fd, sockaddr* peer, socklen_t* size) {
    socket* listener = find(fd);
    if (listener->what != socket::kind::listening) return fail(EINVAL);
    if (listener->backlog.empty()) return fail(EAGAIN);
    auto c = listener->backlog.front();
    int made = open();
    if (made < 0) return -1;
    listener->backlog.pop_front();
    socket* s = find(made);
    s->what = socket::kind::connected;
    s->family = listener->family;
    s->port = listener->port;
    s->peer_port = c->ends[0] ? c->ends[0]->port : std::uint16_t(9);
    s->over = c;
    s->end = 1;
    c->ends[1] = s;
    if (peer && size) write_address(s->family, s->peer_port, peer, size);
    return made;
}

ssize_t network::send(int fd, const void* bytes, std::size_t size) {
    socket* s = find(fd);
    if (s->what != socket::kind::connected) return fail(ENOTCONN);
    auto c = s->over;
    lane& out = c->lanes[s->end];
    lane& in = c->lanes[1 - s->end];
    if (in.reset_here) return fail(std::exchange(in.reset_told, true) ? EPIPE : ECONNRESET);
    if (out.finished) return fail(EPIPE);
    auto room = c->window - std::min(c->window, out.held());
    if (room == 0) {
        out.full = true;
        return fail(EAGAIN);
    }
    if (s->client && step_fails()) return fail_step(c, true, size);
    auto count = std::min(room, size);
    enqueue(c, s->end, {packet::kind::data, std::string(static_cast<const char*>(bytes), count)});
    return static_cast<ssize_t>(count);
}

ssize_t network::receive(int fd, void* into, std::size_t size, int flags) {
    socket* s = find(fd);
    if (s->what != socket::kind::connected) return fail(ENOTCONN);
    auto c = s->over;
    lane& in = c->lanes[1 - s->end];
    bool peeks = (flags & MSG_PEEK) != 0;
    if (in.unread() == 0) {
        if (in.reset_here && !in.reset_told) {
            if (!peeks) in.reset_told = true;
            return fail(ECONNRESET);
        }
        return in.end_here || in.reset_here ? 0 : fail(EAGAIN);
    }
    if (s->client && !peeks && step_fails()) return fail_step(c, false, size);
    auto count = std::min(size, in.unread());
    std::memcpy(into, in.received.data() + in.read_at, count);
    if (peeks) return static_cast<ssize_t>(count);
    in.read_at += count;
    if (in.unread() == 0) in.received.clear(), in.read_at = 0;
    if (std::exchange(in.full, false)) tell(c, 1 - s->end);
    return static_cast<ssize_t>(count);
}

int network::shut(int fd) {
    socket* s = find(fd);
    if (s->what != socket::kind::connected) return fail(ENOTCONN);
    lane& out = s->over->lanes[s->end];
    if (s->over->lanes[1 - s->end].reset_here) return fail(ENOTCONN);
    if (!std::exchange(out.finished, true)) enqueue(s->over, s->end, {packet::kind::end, {}});
    return 0;
}

void network::close(int fd) {
    auto s = sockets_.at(fd);
    sockets_.erase(fd);
    for (auto& c : s->backlog) end_lane(c, 1, true);
    if (s->what != socket::kind::connected) return;
    auto c = s->over;
    lane& out = c->lanes[s->end];
    lane& in = c->lanes[1 - s->end];
    c->ends[s->end] = nullptr;
    c->gone[s->end] = true;
    // As TCP does: who leaves with bytes unread tells that they were not read.
    bool resets = s->resets_on_close || in.unread() > 0;
    if (resets || !out.finished)
        enqueue(c, s->end, {resets ? packet::kind::reset : packet::kind::end, {}});
    out.finished = true;
    in.received.clear();
    in.read_at = 0;
}

int network::name(int fd, bool peer, sockaddr* into, socklen_t* size) const {
    socket* s = find(fd);
    if (peer && s->what != socket::kind::connected) return fail(ENOTCONN);
    write_address(s->family, peer ? s->peer_port : s->port, into, size);
    return 0;
}

int network::get_option(int fd, int level, int option, void* into, socklen_t* size) {
    int value = level == SOL_SOCKET && option == SO_ERROR ? std::exchange(find(fd)->error, 0) : 0;
    std::memcpy(into, &value, std::min<std::size_t>(*size, sizeof value));
    return 0;
}

int network::set_option(int fd, int level, int option, const void* value, socklen_t size) {
    if (level != SOL_SOCKET || option != SO_LINGER || size < sizeof(::linger)) return 0;
    ::linger given{};
    std::memcpy(&given, value, sizeof given);
    find(fd)->resets_on_close = given.l_onoff != 0 && given.l_linger == 0;
    return 0;
}

std::uint32_t network::state(int fd) const {
    const socket* s = find(fd);
    using kind = socket::kind;
    if (s->what == kind::listening) return s->backlog.empty() ? 0 : std::uint32_t(EPOLLIN);
    if (s->what == kind::failed) return EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP;
    if (s->what != kind::connected) return 0;
    const lane& out = s->over->lanes[s->end];
    const lane& in = s->over->lanes[1 - s->end];
    std::uint32_t bits = 0;
    if (in.unread() > 0 || in.end_here || in.reset_here) bits |= EPOLLIN;
    if (out.held() < s->over->window || in.reset_here) bits |= EPOLLOUT;
    if (in.end_here) bits |= EPOLLRDHUP;
    if (in.reset_here) bits |= EPOLLHUP;
    if (in.reset_here && !in.reset_told) bits |= EPOLLERR;
    return bits;
}

}  // namespace ecisbx::sim
