// What the code under test takes for the system: clocks, sockets, epoll and a timer. It is put in
// the place of the C library's functions (system_calls.cpp), so that the code is the one that is
// shipped. Time stands still while the code runs, and moves on when it waits.
#ifndef ECISBX_TESTS_SIMULATION_KERNEL_HPP
#define ECISBX_TESTS_SIMULATION_KERNEL_HPP

#include "simulation/agenda.hpp"
#include "simulation/network.hpp"
#include "simulation/random.hpp"
#include "simulation/trace.hpp"

#include <sys/epoll.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ecisbx::sim {

/// In charge of the process as long as it lives, one at a time.
class kernel {
public:
    kernel(std::uint64_t seed, bool prints);
    ~kernel();
    kernel(const kernel&) = delete;
    kernel& operator=(const kernel&) = delete;
    /// Null: the system is the real one.
    static kernel* current() { return current_; }

    agenda& time() { return time_; }
    trace& notes() { return trace_; }
    network& net() { return network_; }
    random& secrets() { return secrets_; }

    /// Called before time moves on: the code under test has nothing more to do at this moment.
    /// True: now it has.
    void on_rest(std::function<bool()> f) { on_rest_ = std::move(f); }
    /// Called instead when time would move beyond `horizon`, or does not move for too long.
    void on_stuck(moment horizon, std::function<void()> f) {
        horizon_ = horizon;
        on_stuck_ = std::move(f);
    }

    // epoll and timerfd, one of each at a time
    int watch(int operation, int fd, const epoll_event* event);
    int wait(epoll_event* into, int most, int timeout);
    int make_timer();
    int set_timer(int fd, moment length);
    void forget(int fd);

private:
    struct watched {
        std::uint32_t events = 0;
        epoll_data_t data{};
        bool listed = false;
    };
    void changed(int fd);
    std::uint32_t state(int fd) const;
    int collect(epoll_event* into, int most);

    static kernel* current_;
    agenda time_;
    trace trace_;
    network network_;
    random secrets_, order_;
    std::unordered_map<int, watched> watched_;
    std::vector<int> ready_;
    int timer_ = -1;
    std::optional<moment> timer_due_;
    moment horizon_{std::chrono::hours(24)};
    unsigned waits_here_ = 0;  ///< since time moved
    std::function<bool()> on_rest_;
    std::function<void()> on_stuck_;
};

}  // namespace ecisbx::sim

#endif
