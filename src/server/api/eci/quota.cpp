#include "server/api/eci/quota.hpp"

#include "server/api/eci/dispatch.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>

namespace ecisbx::server::api::eci {

using std::chrono::milliseconds;

quota_windows::quota_windows(const std::vector<call_quota>& quotas) {
    for (const auto& quota : quotas) {
        window w;
        w.limit = quota.calls();
        w.period = quota.period();
        windows_[quota.action()] = w;
    }
}

std::optional<quota_windows::refusal> quota_windows::take(std::string_view action, time_point now) {
    auto at = windows_.find(action);
    if (at == windows_.end()) return std::nullopt;
    auto& w = at->second;
    // A clock that was put back begins a new one too: else it would last until the old time is
    // reached again.
    if (!w.began || now < *w.began || now - *w.began >= w.period) {
        w.began = now;
        w.used = 0;
    }
    if (w.used < w.limit) {
        ++w.used;
        return std::nullopt;
    }
    auto left = std::chrono::ceil<milliseconds>(*w.began + w.period - now);
    return refusal{w.limit, std::max(left, milliseconds(1))};
}

void check_quotas(const std::vector<call_quota>& quotas) {
    for (const auto& quota : quotas) {
        auto refuse = [&](const std::string& why) {
            throw error(errc::invalid_argument,
                        "server: the quota of \"" + quota.action() + "\" " + why);
        };
        if (!is_served(quota.action())) refuse("names no action that is served");
        if (quota.calls() == 0) refuse("must be above 0");
        if (quota.period() < milliseconds(1) || quota.period() > std::chrono::hours(24))
            refuse("must be for a time from 1 ms to 24 h");
    }
}

}  // namespace ecisbx::server::api::eci
