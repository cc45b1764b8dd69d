// The options that are more than a value.
#include <ecisbx/server/server.hpp>

#include <algorithm>

namespace ecisbx::server {

std::vector<call_quota> vendor_quotas() {
    constexpr auto minute = std::chrono::minutes(1);
    return {{"DescribeContainerGroups", 2000, minute},
            {"DescribeContainerGroupMetric", 2000, minute},
            {"CreateContainerGroup", 1000, minute},
            {"DeleteContainerGroup", 1000, minute},
            {"DescribeContainerGroupPrice", 1000, minute},
            {"ExecContainerCommand", 500, minute},
            {"DescribeContainerLog", 500, minute},
            {"RestartContainerGroup", 500, minute},
            {"UpdateContainerGroup", 500, minute},
            {"DescribeMultiContainerGroupMetric", 500, minute},
            {"CreateImageCache", 200, minute}};
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
