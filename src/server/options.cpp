// The options that are more than a value.
#include <ecisbx/server/server.hpp>

#include "proto/vendor_quotas.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace ecisbx::server {

std::vector<call_quota> vendor_quotas() {
    std::vector<call_quota> all;
    for (const auto& [action, per_minute] : proto::vendor_quotas)
        all.emplace_back(std::string(action), per_minute, std::chrono::minutes(1));
    return all;
}

options& options::quota(std::string action, std::size_t calls, std::chrono::milliseconds period) & {
    std::erase_if(quotas_, [&](const call_quota& q) { return q.action() == action; });
    quotas_.emplace_back(std::move(action), calls, period);
    return *this;
}

options& options::use_vendor_quotas() & {
    for (const auto& q : vendor_quotas()) quota(q.action(), q.calls(), q.period());
    return *this;
}

}  // namespace ecisbx::server
