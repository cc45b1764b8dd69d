#include "proto/wait_schedule.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::proto {
namespace {

double count_of(wait_schedule::milliseconds length) {
    return static_cast<double>(length.count());
}

}  // namespace

wait_schedule::wait_schedule(milliseconds first, double factor, milliseconds cap, double jitter,
                             core::random_source random)
    : length_(count_of(first)),
      factor_(factor),
      cap_(count_of(cap)),
      jitter_(jitter),
      random_(std::move(random)) {}

wait_schedule::milliseconds wait_schedule::length(milliseconds left) {
    // As doubles: a cap may be longer than what can be waited for.
    double wish = std::min(length_ * (1 - jitter_ * random_()), count_of(left));
    return std::max(milliseconds(static_cast<milliseconds::rep>(wish)), milliseconds(1));
}

void wait_schedule::grow() {
    length_ = std::min(length_ * factor_, cap_);
}

}  // namespace ecisbx::proto
