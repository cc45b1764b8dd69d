#include "core/backoff.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::core {

backoff::backoff(backoff_settings settings, random_source random)
    : settings_(settings),
      random_(std::move(random)),
      bound_(std::min(settings.first, settings.longest)) {}

backoff::duration backoff::next(std::optional<duration> retry_after) {
    using fraction = std::chrono::duration<double, duration::period>;
    auto jitter = std::chrono::duration_cast<duration>(fraction(bound_) * random_());
    // Doubling is compared as halving: no overflow, whatever the settings.
    bound_ = bound_ > settings_.longest / 2 ? settings_.longest : bound_ * 2;
    if (!retry_after || *retry_after <= duration::zero()) return jitter;
    return *retry_after > duration::max() - jitter ? duration::max() : *retry_after + jitter;
}

}  // namespace ecisbx::core
