/// @file
/// What container groups use (DescribeContainerGroupMetric, DescribeMultiContainerGroupMetric).
#ifndef ECISBX_ECI_METRICS_HPP
#define ECISBX_ECI_METRICS_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// Which records. At most 50 come in one answer, so the span divided by the period must not exceed
/// that. Checked before the call; the errors begin `metric_options:`.
class metric_options {
public:
    metric_options() = default;

    /// UTC; at most 30 days ago. Default of both: the last 5 minutes, every 15 s. One needs the
    /// other.
    metric_options& start(std::chrono::sys_seconds at) & { return start_ = at, *this; }
    metric_options&& start(std::chrono::sys_seconds at) && { return std::move(start(at)); }
    /// UTC; after `start`.
    metric_options& end(std::chrono::sys_seconds at) & { return end_ = at, *this; }
    metric_options&& end(std::chrono::sys_seconds at) && { return std::move(end(at)); }
    /// Seconds between records: 15, 30, 60 or 600. Default: the service's (60 with a start).
    metric_options& period(int seconds) & { return period_ = seconds, *this; }
    metric_options&& period(int seconds) && { return std::move(period(seconds)); }

    std::optional<std::chrono::sys_seconds> start() const noexcept { return start_; }
    std::optional<std::chrono::sys_seconds> end() const noexcept { return end_; }
    std::optional<int> period() const noexcept { return period_; }

private:
    std::optional<std::chrono::sys_seconds> start_;
    std::optional<std::chrono::sys_seconds> end_;
    std::optional<int> period_;
};
static_assert(!std::is_aggregate_v<metric_options>);

/// A number of the service; empty where it did not tell, which is not 0.
using metric_value = std::optional<std::int64_t>;

/// Processor time.
class cpu_metric {
public:
    cpu_metric() = default;
    metric_value usage_nano_cores;         ///< 1'000'000'000 is one vCPU busy all the time
    metric_value usage_core_nano_seconds;  ///< used since the start, only grows
    metric_value load;                     ///< as the service counts it
    metric_value limit;                    ///< vCPU * 1000
};

/// Bytes.
class memory_metric {
public:
    memory_metric() = default;
    metric_value usage;
    metric_value working_set;
    metric_value rss;
    metric_value cache;
    metric_value available;
};

/// One network interface; counts since the start.
class network_metric {
public:
    network_metric() = default;
    std::string name;
    metric_value rx_bytes, rx_packets, rx_errors, rx_drops;
    metric_value tx_bytes, tx_packets, tx_errors, tx_drops;
};

/// One block device; counts since the start.
class disk_metric {
public:
    disk_metric() = default;
    std::string device;
    metric_value read_bytes, write_bytes;
    metric_value reads, writes;  ///< operations
};

/// One file system; bytes.
class filesystem_metric {
public:
    filesystem_metric() = default;
    std::string name;
    std::string category;
    metric_value capacity, usage, available;
};

/// What one container of the group used.
class container_metric {
public:
    container_metric() = default;
    std::string name;
    std::optional<cpu_metric> cpu;
    std::optional<memory_metric> memory;
};

/// What a group used at one moment. A part that the service did not tell is empty.
class metric_record {
public:
    metric_record() = default;
    std::string timestamp;  ///< RFC 3339 UTC
    std::optional<cpu_metric> cpu;
    std::optional<memory_metric> memory;
    std::vector<network_metric> network;
    std::vector<disk_metric> disks;
    std::vector<filesystem_metric> filesystems;
    std::vector<container_metric> containers;
};

/// The records of one group, in the order of the service.
class group_metrics {
public:
    group_metrics() = default;
    std::string id;
    std::vector<metric_record> records;
    std::string request_id;
};

}  // namespace ecisbx::eci

#endif
