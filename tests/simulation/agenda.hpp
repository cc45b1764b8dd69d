// The time of a simulated world, and what is to happen in it.
#ifndef ECISBX_TESTS_SIMULATION_AGENDA_HPP
#define ECISBX_TESTS_SIMULATION_AGENDA_HPP

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace ecisbx::sim {

/// Since the world began.
using moment = std::chrono::nanoseconds;

class agenda {
public:
    moment now() const { return now_; }
    /// Things of one moment happen in the order in which they were put down.
    void at(moment when, std::function<void()> what) {
        entries_.emplace(std::pair(when < now_ ? now_ : when, order_++), std::move(what));
    }
    std::optional<moment> next() const {
        if (entries_.empty()) return std::nullopt;
        return entries_.begin()->first.first;
    }
    void advance(moment to) {
        if (to > now_) now_ = to;
    }
    void run_due() {
        while (!entries_.empty() && entries_.begin()->first.first <= now_) {
            auto entry = entries_.extract(entries_.begin());
            entry.mapped()();
        }
    }

private:
    moment now_{0};
    std::uint64_t order_ = 0;
    std::map<std::pair<moment, std::uint64_t>, std::function<void()>> entries_;
};

}  // namespace ecisbx::sim

#endif
