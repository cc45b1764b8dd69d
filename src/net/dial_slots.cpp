#include "net/dial_slots.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::net {

dial_slots::dial_slots(std::size_t most, core::random_source random)
    : most_(std::max<std::size_t>(most, 1)), random_(std::move(random)), rests_(new_rests()) {}

core::backoff dial_slots::new_rests() const {
    return core::backoff({.first = first_rest, .longest = longest_rest}, random_);
}

bool dial_slots::take(time_point now) {
    resting_.erase(resting_.begin(), resting_.upper_bound(now));
    if (in_use_ + resting_.size() >= most_) return false;
    ++in_use_;
    return true;
}

std::optional<dial_slots::time_point> dial_slots::next_rested() const {
    if (resting_.empty()) return std::nullopt;
    return *resting_.begin();
}

void dial_slots::succeeded() {
    --in_use_;
    rests_ = new_rests();
}

void dial_slots::failed(time_point now) {
    --in_use_;
    resting_.insert(now + rests_.next());
}

}  // namespace ecisbx::net
