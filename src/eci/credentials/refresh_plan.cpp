#include "eci/credentials/refresh_plan.hpp"

#include <algorithm>
#include <chrono>

namespace ecisbx::eci {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds longest_ahead = 15min;
constexpr std::chrono::seconds unknown_expiry = 5min;
constexpr std::chrono::seconds expired_on_arrival = 1min;
constexpr std::chrono::seconds first_pause = 1s;
constexpr std::chrono::seconds longest_pause = 30s;
constexpr std::chrono::seconds vain_pause = 10s;

}  // namespace

bool refresh_plan::is_valid(moment now) const {
    return has_value_ && (!expires_ || now.wall < *expires_);
}

refresh_plan::advice refresh_plan::at(moment now) const {
    if (!is_valid(now)) return is_paused(now) ? advice::fail : advice::refresh;
    bool due = refresh_at_ && now.wall >= *refresh_at_;
    return due && !is_paused(now) ? advice::use_and_refresh : advice::use;
}

void refresh_plan::obtained(moment now, std::optional<core::utc_time> expires, bool temporary) {
    has_value_ = true;
    failures_ = 0;
    pause_until_.reset();
    expires_ = expires;
    refresh_at_.reset();
    if (!expires) {
        if (temporary) refresh_at_ = now.wall + unknown_expiry;
        return;
    }
    if (*expires <= now.wall) expires_ = now.wall + expired_on_arrival;
    // A quarter of their life: the 15 minutes of the usual hour, and less of a shorter one.
    refresh_at_ = *expires_ - std::min(longest_ahead, (*expires_ - now.wall) / 4);
}

void refresh_plan::failed(moment now) {
    auto pause = std::min(longest_pause, first_pause * (1 << std::min(failures_, 5U)));
    ++failures_;
    pause_until_ = now.steady + pause;
}

bool refresh_plan::may_replace(moment now) const {
    return !is_paused(now) && (!replace_after_ || now.steady >= *replace_after_);
}

void refresh_plan::replaced_in_vain(moment now) {
    replace_after_ = now.steady + vain_pause;
}

}  // namespace ecisbx::eci
