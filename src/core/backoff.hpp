// How long to wait before the next attempt.
#ifndef ECISBX_CORE_BACKOFF_HPP
#define ECISBX_CORE_BACKOFF_HPP

#include "core/random.hpp"

#include <chrono>
#include <optional>

namespace ecisbx::core {

struct backoff_settings {
    std::chrono::milliseconds first{200};       ///< upper bound of the first pause, above 0
    std::chrono::milliseconds longest{10'000};  ///< upper bound of all pauses
};

/// Exponential with full jitter: pause n is uniform in [0, min(longest, first * 2^n)), which
/// spreads many clients that failed at the same time better than any smaller jitter.
/// One object per operation.
class backoff {
public:
    using duration = std::chrono::milliseconds;

    backoff(backoff_settings settings, random_source random);

    /// The next pause. `retry_after`, what the server asked for, is never undercut, not even by
    /// `longest` (whether there is time for it is for the caller's deadline to say); jitter is
    /// added to it, so that clients told the same do not return at the same moment.
    duration next(std::optional<duration> retry_after = {});

private:
    backoff_settings settings_;
    random_source random_;
    duration bound_;
};

}  // namespace ecisbx::core

#endif
