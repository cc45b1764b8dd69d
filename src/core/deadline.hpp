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
    /// `length` from now; saturates instead of overflowing. A length <= 0 has already expired.
    static deadline after(duration length) {
        auto now = clock::now();
        if (length >= clock::time_point::max() - now) return never();
        return deadline(now + length);
    }

    clock::time_point at() const { return at_; }
    bool is_never() const { return at_ == clock::time_point::max(); }
    bool expired() const { return !is_never() && clock::now() >= at_; }
    /// Time left, never negative.
    duration remaining() const {
        return is_never() ? duration::max() : std::max(duration::zero(), at_ - clock::now());
    }
    /// The earlier of this one and `length` from now: how a layer adds its own clock.
    deadline sooner(duration length) const { return sooner(after(length)); }
    deadline sooner(deadline other) const { return deadline(std::min(at_, other.at_)); }

    friend bool operator==(deadline a, deadline b) { return a.at_ == b.at_; }
    friend bool operator<(deadline a, deadline b) { return a.at_ < b.at_; }

private:
    clock::time_point at_ = clock::time_point::max();
};

}  // namespace ecisbx::core

#endif
