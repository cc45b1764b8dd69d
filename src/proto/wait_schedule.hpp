// How long each round of a wait stays in the sandbox.
#ifndef ECISBX_PROTO_WAIT_SCHEDULE_HPP
#define ECISBX_PROTO_WAIT_SCHEDULE_HPP

#include "core/random.hpp"

#include <chrono>

namespace ecisbx::proto {

/// Grows from `first` by `factor` up to `cap`; up to `jitter` of a length, a share of 0 to 1, is
/// taken off at random.
class wait_schedule {
public:
    using milliseconds = std::chrono::milliseconds;
    wait_schedule(milliseconds first, double factor, milliseconds cap, double jitter,
                  core::random_source random);

    /// Length of the next round: at least 1 ms, else at most `left`.
    milliseconds length(milliseconds left);
    /// A round was made.
    void grow();

private:
    double length_, factor_, cap_, jitter_;
    core::random_source random_;
};

}  // namespace ecisbx::proto

#endif
