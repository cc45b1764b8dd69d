#include "net/pool_plan.hpp"

#include <algorithm>

namespace ecisbx::net {

pool_plan::pool_plan(std::size_t slots, std::size_t max_waiting, core::deadline::duration expiry)
    : slots_(std::max<std::size_t>(slots, 1)),
      max_waiting_(max_waiting),
      expiry_(std::clamp<core::deadline::duration>(expiry, {}, std::chrono::years(1))) {}

pool_plan::answer pool_plan::ask(std::size_t waiting) {
    if (waiting == 0 && admit()) return answer::slot;
    return waiting < max_waiting_ ? answer::wait : answer::refuse;
}

bool pool_plan::admit() {
    const std::size_t claimed = std::min(undecided_, idle_.size());
    const std::size_t dials = dialling_ + undecided_ - claimed;
    const std::size_t open = idle_.size() + in_use_ - undecided_ - dialling_;
    const bool finds_one = idle_.size() > claimed;
    if (in_use_ >= slots_ || (!finds_one && dials >= std::max(first_dials, open))) return false;
    ++in_use_;
    ++undecided_;
    return true;
}

std::optional<pool_plan::connection> pool_plan::take_idle() {
    if (idle_.empty()) return std::nullopt;
    const auto which = idle_.back().which;
    idle_.pop_back();
    return which;
}

void pool_plan::park(connection which, time_point now) {
    idle_.push_back({which, now + expiry_});
}

std::vector<pool_plan::connection> pool_plan::take_expired(time_point now) {
    std::vector<connection> expired;
    while (!idle_.empty() && idle_.front().expires <= now) {
        expired.push_back(idle_.front().which);
        idle_.pop_front();
    }
    return expired;
}

std::vector<pool_plan::connection> pool_plan::take_all_idle() {
    std::vector<connection> all;
    for (const auto& each : idle_) all.push_back(each.which);
    idle_.clear();
    return all;
}

bool may_send_again(const error_info& why, exchange_progress progress, bool idempotent) {
    const bool broke = why.code == errc::connection || why.code == errc::tls;
    return broke && !progress.response_begun && (!progress.request_written || idempotent);
}

}  // namespace ecisbx::net
