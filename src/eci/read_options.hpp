// From the options of the reads to their parameters. Each throws `invalid_argument` that names the
// option and what it may be.
#ifndef ECISBX_ECI_READ_OPTIONS_HPP
#define ECISBX_ECI_READ_OPTIONS_HPP

#include <ecisbx/eci/events.hpp>
#include <ecisbx/eci/logs.hpp>
#include <ecisbx/eci/metrics.hpp>
#include <ecisbx/eci/price.hpp>
#include <ecisbx/eci/resources.hpp>

#include "proto/name_value.hpp"

#include <string>
#include <vector>

namespace ecisbx::eci {

inline constexpr int most_log_lines = 2000;
inline constexpr std::int64_t most_log_bytes = 1'048'576;

void check_logs(const log_options& options);
void check_follow(const log_options& options);

/// DescribeContainerLog, but for the group and the container.
proto::parameter_list log_parameters(const log_options& options);
/// DescribeContainerGroupEvents.
proto::parameter_list event_parameters(const std::string& id, const event_options& options);
proto::parameter_list event_parameters(const event_query& query);
/// DescribeContainerGroupMetric.
proto::parameter_list metric_parameters(const std::string& id, const metric_options& options);
/// DescribeMultiContainerGroupMetric.
proto::parameter_list metric_parameters(const std::vector<std::string>& ids);
/// DescribeContainerGroupPrice.
proto::parameter_list price_parameters(const price_options& options);
/// DescribeAvailableResource.
proto::parameter_list resource_parameters(const resource_query& query);

}  // namespace ecisbx::eci

#endif
