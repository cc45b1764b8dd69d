#include "metrics/label_values.hpp"

#include <algorithm>
#include <array>

namespace ecisbx::metrics {
namespace {

constexpr std::array<std::string_view, 38> known_actions = {
    "AssumeRole",
    "AssumeRoleWithOIDC",
    "CommitContainer",
    "CopyDataCache",
    "CreateContainerGroup",
    "CreateDataCache",
    "CreateImageCache",
    "CreateInstanceOpsTask",
    "CreateVirtualNode",
    "DeleteContainerGroup",
    "DeleteDataCache",
    "DeleteImageCache",
    "DeleteVirtualNode",
    "DescribeAvailableResource",
    "DescribeCommitContainerTask",
    "DescribeContainerGroupEvents",
    "DescribeContainerGroupMetric",
    "DescribeContainerGroupPrice",
    "DescribeContainerGroupStatus",
    "DescribeContainerGroups",
    "DescribeContainerLog",
    "DescribeDataCaches",
    "DescribeImageCaches",
    "DescribeInstanceOpsRecords",
    "DescribeMultiContainerGroupMetric",
    "DescribeRegions",
    "DescribeVirtualNodes",
    "ExecContainerCommand",
    "ListTagResources",
    "ListUsage",
    "ResizeContainerGroupVolume",
    "RestartContainerGroup",
    "TagResources",
    "UntagResources",
    "UpdateContainerGroup",
    "UpdateDataCache",
    "UpdateImageCache",
    "UpdateVirtualNode",
};

static_assert(std::is_sorted(known_actions.begin(), known_actions.end()));

}  // namespace

std::string_view action_label(std::string_view action) noexcept {
    auto at = std::lower_bound(known_actions.begin(), known_actions.end(), action);
    return at != known_actions.end() && *at == action ? *at : other;
}

std::string_view first_values::operator()(std::string_view value) {
    std::lock_guard lock(mutex_);
    auto at = known_.find(value);
    if (at == known_.end()) {
        if (known_.size() >= most_) return other;
        at = known_.emplace(value).first;
    }
    return *at;  // stays where it is: a set's elements do not move, and none is erased
}

}  // namespace ecisbx::metrics
