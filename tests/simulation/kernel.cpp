#include "simulation/kernel.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace ecisbx::sim {
namespace {

constexpr unsigned too_many_waits = 200'000;  // in one moment: somebody runs in circles

}  // namespace

kernel* kernel::current_ = nullptr;

kernel::kernel(std::uint64_t seed, bool prints)
    : trace_(time_, prints),
      network_(time_, trace_, seed, [this](int fd) { changed(fd); }),
      secrets_(seed, 2),
      order_(seed, 3) {
    current_ = this;
}

kernel::~kernel() {
    current_ = nullptr;
}

void kernel::changed(int fd) {
    auto found = watched_.find(fd);
    if (found == watched_.end() || found->second.listed) return;
    found->second.listed = true;
    ready_.push_back(fd);
}

// What is neither a socket nor the timer is what the reactor wakes itself with.
std::uint32_t kernel::state(int fd) const {
    if (network_.knows(fd)) return network_.state(fd);
    if (fd == timer_) return timer_due_ && *timer_due_ <= time_.now() ? std::uint32_t(EPOLLIN) : 0;
    return EPOLLIN;
}

int kernel::watch(int operation, int fd, const epoll_event* event) {
    if (operation == EPOLL_CTL_DEL) return forget(fd), 0;
    auto& entry = watched_[fd];
    entry.events = event->events;
    entry.data = event->data;
    if ((state(fd) & (entry.events | EPOLLERR | EPOLLHUP)) != 0) changed(fd);
    return 0;
}

void kernel::forget(int fd) {
    watched_.erase(fd);
    std::erase(ready_, fd);
    if (fd == timer_) timer_ = -1, timer_due_.reset();
}

int kernel::make_timer() {
    return timer_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

int kernel::set_timer(int, moment length) {
    timer_due_ = time_.now() + length;
    return 0;
}

int kernel::collect(epoll_event* into, int most) {
    if (timer_due_ && *timer_due_ <= time_.now()) {
        changed(timer_);
        timer_due_.reset();
    }
    auto pending = std::exchange(ready_, {});
    // Any order is a possible one.
    for (std::size_t i = pending.size(); i > 1; --i)
        std::swap(pending[i - 1], pending[order_.below(i)]);
    int count = 0;
    for (int fd : pending) {
        auto& entry = watched_.at(fd);
        if (count == most) {
            ready_.push_back(fd);
            continue;
        }
        entry.listed = false;
        auto bits = fd == timer_ ? std::uint32_t(EPOLLIN) : state(fd);
        bits &= entry.events | EPOLLERR | EPOLLHUP;
        if (bits == 0) continue;
        into[count].events = bits;
        into[count].data = entry.data;
        ++count;
    }
    return count;
}

int kernel::wait(epoll_event* into, int most, int timeout) {
    int count = collect(into, most);
    bool circles = ++waits_here_ > too_many_waits;
    if (!circles && (count > 0 || timeout == 0)) return count;
    if (!circles && on_rest_ && on_rest_()) return collect(into, most);
    auto next = time_.next();
    if (timer_due_ && (!next || *timer_due_ < *next)) next = timer_due_;
    if (circles || !next || *next > horizon_) {
        trace_.note(circles ? "stuck in circles" : "stuck");
        if (on_stuck_) on_stuck_();
        return count;
    }
    if (*next > time_.now()) waits_here_ = 0;
    time_.advance(*next);
    time_.run_due();
    return collect(into, most);
}

}  // namespace ecisbx::sim
