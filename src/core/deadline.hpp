// A point on the steady clock that is passed down through every layer and never restarted by one.
#ifndef ECISBX_CORE_DEADLINE_HPP
#define ECISBX_CORE_DEADLINE_HPP

#include <algorithm>
#include <chrono>

namespace ecisbx::core {

using clock = std::chrono::steady_clock;

class deadline {
public:
    using duration = clock::duration;

    /// Never expires.
    deadline() = default;
    explicit deadline(clock::time_point at) : at_(at) {}

    static deadline never() { return deadline(); }
    /// `length` from now; saturates instead of overflowing, also in units coarser than the
    /// clock's. A length <= 0 has already expired.
    template <class Rep, class Period>
    static deadline after(std::chrono::duration<Rep, Period> length) {
        using seconds = std::chrono::duration<double>;
        constexpr seconds forever = std::chrono::hours(24 * 365 * 100);  // the clock ends at 292
        if (seconds(length) >= forever) return never();
        auto left = std::max(length, length.zero());
        return deadline(clock::now() + std::chrono::duration_cast<duration>(left));
    }

    clock::time_point at() const { return at_; }
    bool is_never() const { return at_ == clock::time_point::max(); }
    bool expired() const { return !is_never() && clock::now() >= at_; }
    /// Time left, never negative.
    duration remaining() const {
        if (is_never()) return duration::max();
        auto now = clock::now();
        return at_ <= now ? duration::zero() : at_ - now;
    }
    /// The earlier of this one and `length` from now: how a layer adds its own clock.
    template <class Rep, class Period>
    deadline sooner(std::chrono::duration<Rep, Period> length) const {
        return sooner(after(length));
    }
    deadline sooner(deadline other) const { return deadline(std::min(at_, other.at_)); }

    friend bool operator==(deadline a, deadline b) { return a.at_ == b.at_; }
    friend bool operator<(deadline a, deadline b) { return a.at_ < b.at_; }

private:
    clock::time_point at_ = clock::time_point::max();
};

}  // namespace ecisbx::core

#endif
