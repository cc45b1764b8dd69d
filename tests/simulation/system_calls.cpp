// The functions of the C and C++ libraries that the code under test calls, defined by the program
// itself: the linker finds these first. Without a kernel in charge they are the system's.
#include "simulation/kernel.hpp"

#include <dlfcn.h>
#include <openssl/rand.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#include <chrono>
#include <cstring>

namespace {

using ecisbx::sim::kernel;

// A virtual clock begins where no code mistakes it for an unset one.
constexpr std::chrono::nanoseconds steady_start = std::chrono::hours(1000);
constexpr std::chrono::nanoseconds system_start = std::chrono::seconds(1'790'000'000);

template <class Function>
Function* system_function(const char* name) {
    void* found = ::dlsym(RTLD_NEXT, name);
    Function* function = nullptr;
    std::memcpy(&function, &found, sizeof function);
    return function;
}

kernel* in_charge_of(int fd) {
    kernel* k = kernel::current();
    return k && k->net().knows(fd) ? k : nullptr;
}

std::chrono::nanoseconds real_time(clockid_t which) {
    timespec now{};
    ::clock_gettime(which, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

namespace std::chrono {
inline namespace _V2 {

steady_clock::time_point steady_clock::now() noexcept {
    kernel* k = kernel::current();
    return time_point(k ? steady_start + k->time().now() : real_time(CLOCK_MONOTONIC));
}

system_clock::time_point system_clock::now() noexcept {
    kernel* k = kernel::current();
    return time_point(k ? system_start + k->time().now() : real_time(CLOCK_REALTIME));
}

}  // namespace _V2
}  // namespace std::chrono

#define SYSTEM(name) static auto* const real = system_function<decltype(::name)>(#name)

extern "C" {

int RAND_bytes(unsigned char* into, int count) {
    SYSTEM(RAND_bytes);
    kernel* k = kernel::current();
    if (!k) return real(into, count);
    // Masks are drawn for many frames of this thread, of later worlds too: they must not move the
    // numbers that this one goes on with.
    bool in_bulk = count >= 512;
    for (int i = 0; i < count; ++i)
        into[i] = in_bulk ? static_cast<unsigned char>(i)
                          : static_cast<unsigned char>(k->secrets().next());
    return 1;
}

int socket(int domain, int type, int protocol) noexcept {
    SYSTEM(socket);
    kernel* k = kernel::current();
    bool tcp = (domain == AF_INET || domain == AF_INET6) && (type & 0xF) == SOCK_STREAM;
    return k && tcp ? k->net().open() : real(domain, type, protocol);
}

int bind(int fd, const sockaddr* to, socklen_t size) noexcept {
    SYSTEM(bind);
    kernel* k = in_charge_of(fd);
    return k ? k->net().bind(fd, to, size) : real(fd, to, size);
}

int listen(int fd, int backlog) noexcept {
    SYSTEM(listen);
    kernel* k = in_charge_of(fd);
    return k ? k->net().listen(fd) : real(fd, backlog);
}

int connect(int fd, const sockaddr* to, socklen_t size) {
    SYSTEM(connect);
    kernel* k = in_charge_of(fd);
    return k ? k->net().connect(fd, to, size) : real(fd, to, size);
}

int accept(int fd, sockaddr* peer, socklen_t* size) {
    SYSTEM(accept);
    kernel* k = in_charge_of(fd);
    return k ? k->net().accept(fd, peer, size) : real(fd, peer, size);
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
    SYSTEM(send);
    kernel* k = in_charge_of(fd);
    return k ? k->net().send(fd, bytes, size) : real(fd, bytes, size, flags);
}

ssize_t recv(int fd, void* into, size_t size, int flags) {
    SYSTEM(recv);
    kernel* k = in_charge_of(fd);
    return k ? k->net().receive(fd, into, size, flags) : real(fd, into, size, flags);
}

int shutdown(int fd, int how) noexcept {
    SYSTEM(shutdown);
    kernel* k = in_charge_of(fd);
    return k ? k->net().shut(fd) : real(fd, how);
}

int close(int fd) {
    SYSTEM(close);
    if (kernel* k = kernel::current()) {
        k->forget(fd);
        if (k->net().knows(fd)) k->net().close(fd);
    }
    return real(fd);
}

int getsockname(int fd, sockaddr* into, socklen_t* size) noexcept {
    SYSTEM(getsockname);
    kernel* k = in_charge_of(fd);
    return k ? k->net().name(fd, false, into, size) : real(fd, into, size);
}

int getpeername(int fd, sockaddr* into, socklen_t* size) noexcept {
    SYSTEM(getpeername);
    kernel* k = in_charge_of(fd);
    return k ? k->net().name(fd, true, into, size) : real(fd, into, size);
}

int getsockopt(int fd, int level, int option, void* into, socklen_t* size) noexcept {
    SYSTEM(getsockopt);
    kernel* k = in_charge_of(fd);
    return k ? k->net().get_option(fd, level, option, into, size)
             : real(fd, level, option, into, size);
}

int setsockopt(int fd, int level, int option, const void* value, socklen_t size) noexcept {
    SYSTEM(setsockopt);
    kernel* k = in_charge_of(fd);
    return k ? k->net().set_option(fd, level, option, value, size)
             : real(fd, level, option, value, size);
}

int poll(pollfd* all, nfds_t count, int timeout) {
    SYSTEM(poll);
    kernel* k = count == 1 ? in_charge_of(all->fd) : nullptr;
    if (!k) return real(all, count, timeout);
    // The bits of poll and epoll are the same.
    all->revents = static_cast<short>(k->net().state(all->fd));
    all->revents = static_cast<short>(all->revents & (all->events | POLLERR | POLLHUP));
    return all->revents != 0;
}

int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
    SYSTEM(epoll_ctl);
    kernel* k = kernel::current();
    return k ? k->watch(operation, fd, event) : real(epoll, operation, fd, event);
}

int epoll_wait(int epoll, epoll_event* into, int most, int timeout) {
    SYSTEM(epoll_wait);
    kernel* k = kernel::current();
    return k ? k->wait(into, most, timeout) : real(epoll, into, most, timeout);
}

int timerfd_create(clockid_t clock, int flags) noexcept {
    SYSTEM(timerfd_create);
    kernel* k = kernel::current();
    return k ? k->make_timer() : real(clock, flags);
}

int timerfd_settime(int fd, int flags, const itimerspec* to, itimerspec* old) noexcept {
    SYSTEM(timerfd_settime);
    kernel* k = kernel::current();
    if (!k) return real(fd, flags, to, old);
    auto length =
        std::chrono::seconds(to->it_value.tv_sec) + std::chrono::nanoseconds(to->it_value.tv_nsec);
    // Asio's only absolute time is one that is over.
    return k->set_timer(fd,
                        (flags & TFD_TIMER_ABSTIME) != 0 ? std::chrono::nanoseconds(0) : length);
}

}  // extern "C"

#undef SYSTEM
