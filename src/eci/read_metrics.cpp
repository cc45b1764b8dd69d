#include "eci/fields.hpp"
#include "eci/parse_list.hpp"
#include "eci/read_models.hpp"

#include <optional>
#include <string_view>

namespace ecisbx::eci {
namespace {

namespace json = boost::json;

std::optional<cpu_metric> parse_cpu(const fields& owner) {
    auto from = owner.object("CPU");
    if (!from) return std::nullopt;
    cpu_metric one;
    one.usage_nano_cores = from->count("UsageNanoCores");
    one.usage_core_nano_seconds = from->count("UsageCoreNanoSeconds");
    one.load = from->count("Load");
    one.limit = from->count("Limit");
    return one;
}

std::optional<memory_metric> parse_memory(const fields& owner) {
    auto from = owner.object("Memory");
    if (!from) return std::nullopt;
    memory_metric one;
    one.usage = from->count("UsageBytes");
    one.working_set = from->count("WorkingSet");
    one.rss = from->count("Rss");
    one.cache = from->count("Cache");
    one.available = from->count("AvailableBytes");
    return one;
}

network_metric parse_interface(const fields& from) {
    network_metric one;
    one.name = from.text("Name");
    one.rx_bytes = from.count("RxBytes");
    one.rx_packets = from.count("RxPackets");
    one.rx_errors = from.count("RxErrors");
    one.rx_drops = from.count("RxDrops");
    one.tx_bytes = from.count("TxBytes");
    one.tx_packets = from.count("TxPackets");
    one.tx_errors = from.count("TxErrors");
    one.tx_drops = from.count("TxDrops");
    return one;
}

/// One action writes `ReadIO`, the other `ReadIo`.
metric_value either(const fields& from, std::string_view one, std::string_view other) {
    auto value = from.count(one);
    return value ? value : from.count(other);
}

disk_metric parse_disk(const fields& from) {
    disk_metric one;
    one.device = from.text("Device");
    one.read_bytes = from.count("ReadBytes");
    one.write_bytes = from.count("WriteBytes");
    one.reads = either(from, "ReadIO", "ReadIo");
    one.writes = either(from, "WriteIO", "WriteIo");
    return one;
}

filesystem_metric parse_filesystem(const fields& from) {
    filesystem_metric one;
    one.name = from.text("FsName");
    one.category = from.text("Category");
    one.capacity = from.count("Capacity");
    one.usage = from.count("Usage");
    one.available = from.count("Available");
    return one;
}

container_metric parse_container(const fields& from) {
    container_metric one;
    one.name = from.text("Name");
    one.cpu = parse_cpu(from);
    one.memory = parse_memory(from);
    return one;
}

metric_record parse_record(const fields& from) {
    metric_record one;
    one.timestamp = from.text("Timestamp");
    one.cpu = parse_cpu(from);
    one.memory = parse_memory(from);
    if (auto network = from.object("Network"))
        one.network = parse_list(*network, "Interfaces", parse_interface);
    one.disks = parse_list(from, "Disk", parse_disk);
    one.filesystems = parse_list(from, "Filesystem", parse_filesystem);
    one.containers = parse_list(from, "Containers", parse_container);
    return one;
}

group_metrics parse_group(const fields& from) {
    group_metrics one;
    one.id = from.text("ContainerGroupId");
    one.records = parse_list(from, "Records", parse_record);
    return one;
}

}  // namespace

group_metrics parse_metrics(const json::object& answer) {
    fields from(answer);
    auto one = parse_group(from);
    one.request_id = from.text("RequestId");
    return one;
}

std::vector<group_metrics> parse_many_metrics(const json::object& answer) {
    fields from(answer);
    auto all = parse_list(from, "MonitorDatas", parse_group);
    for (auto& one : all) one.request_id = from.text("RequestId");
    return all;
}

}  // namespace ecisbx::eci
