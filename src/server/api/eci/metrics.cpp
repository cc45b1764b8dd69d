#include "core/time.hpp"
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/selection.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <vector>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;
using lifecycle::container_usage;
using lifecycle::usage_sample;
using std::chrono::seconds;

constexpr std::int64_t most_records = 50;

struct span {
    time_point start, end;
    seconds period{15};
};

std::optional<time_point> read_time(const proto::flat_view& in, std::string_view name) {
    auto text = in.text_or(name, "");
    if (text.empty()) return std::nullopt;
    auto at = core::parse_rfc3339(text);
    if (!at) refuse_parameter(in, name, "it must be like 2018-08-02T15:00:00Z");
    return *at;
}

span read_span(const service& s, const proto::flat_view& in) {
    auto start = read_time(in, "StartTime"), end = read_time(in, "EndTime");
    auto period = one_of(in, "Period", {"15", "30", "60", "600"}, start || end ? "60" : "15");
    span wanted;
    wanted.period = seconds(std::stoi(period));
    wanted.end = end.value_or(s.clock());
    wanted.start = start.value_or(wanted.end - std::chrono::minutes(5));
    if (wanted.start > wanted.end) refuse_parameter(in, "EndTime", "it is before StartTime");
    if (wanted.end - wanted.start > std::chrono::days(30))
        refuse_parameter(in, "StartTime", "it is more than 30 days before EndTime");
    if ((wanted.end - wanted.start) / wanted.period > most_records)
        refuse_parameter(in, "Period", "it gives more than 50 records");
    return wanted;
}

/// The last sample of each period; only what was measured is told, nothing between.
std::vector<const usage_sample*> thinned(const std::deque<usage_sample>& samples,
                                         const span& wanted) {
    std::vector<const usage_sample*> chosen;
    std::int64_t last = -1;
    for (const auto& one : samples) {
        if (one.at < wanted.start || one.at > wanted.end) continue;
        auto number = (one.at - wanted.start) / wanted.period;
        if (number == last) chosen.pop_back();
        chosen.push_back(&one);
        last = number;
    }
    return chosen;
}

json::object render_cpu(std::uint64_t nano_cores, std::uint64_t total, double limit) {
    json::object cpu;
    cpu["UsageNanoCores"] = nano_cores;
    cpu["UsageCoreNanoSeconds"] = total;
    cpu["Limit"] = std::llround(limit * 1000);
    return cpu;
}

json::object render_memory(const runtime::box_usage& usage, double limit_gib) {
    auto limit = static_cast<std::uint64_t>(limit_gib * 1024 * 1024 * 1024);
    auto working = usage.working_set.value_or(usage.memory);
    json::object memory;
    memory["UsageBytes"] = usage.memory;
    memory["WorkingSet"] = working;
    memory["Rss"] = usage.rss;
    if (usage.cache) memory["Cache"] = *usage.cache;
    memory["AvailableBytes"] = limit - std::min(limit, working);
    return memory;
}

void add(std::optional<std::uint64_t>& sum, const std::optional<std::uint64_t>& value) {
    if (value) sum = sum.value_or(0) + *value;
}

container_usage sum_of(const usage_sample& sample) {
    container_usage all;
    for (const auto& one : sample.containers) {
        if (!one) continue;
        all.nano_cores += one->nano_cores;
        all.total.cpu += one->total.cpu;
        all.total.memory += one->total.memory;
        all.total.rss += one->total.rss;
        add(all.total.cache, one->total.cache);
        add(all.total.working_set, one->total.working_set);
    }
    return all;
}

// Networks, disks and file systems are absent: what the kernel tells of them is not the box's own.
json::object render_record(const store::group& g, const usage_sample& sample) {
    auto all = sum_of(sample);
    json::array containers;
    for (std::size_t i = 0; i < sample.containers.size() && i < g.spec.containers.size(); ++i) {
        if (!sample.containers[i]) continue;
        const auto& one = *sample.containers[i];
        const auto& spec = g.spec.containers[i];
        json::object part;
        part["Name"] = spec.name;
        part["CPU"] =
            render_cpu(one.nano_cores, one.total.cpu, spec.cpu > 0 ? spec.cpu : g.spec.cpu);
        part["Memory"] = render_memory(one.total, spec.memory > 0 ? spec.memory : g.spec.memory);
        containers.push_back(std::move(part));
    }
    json::object out;
    out["Timestamp"] = time_text(sample.at);
    out["CPU"] = render_cpu(all.nano_cores, all.total.cpu, g.spec.cpu);
    out["Memory"] = render_memory(all.total, g.spec.memory);
    out["Containers"] = std::move(containers);
    return out;
}

/// A sample without any container says nothing.
bool has_content(const usage_sample& sample) {
    return std::any_of(sample.containers.begin(), sample.containers.end(),
                       [](const auto& one) { return one.has_value(); });
}

}  // namespace

json::object describe_container_group_metric(service& s, const call& c) {
    require_region(c);
    auto g = required_group(s, c);
    const auto& samples = s.supervisor->usage_of(g->id);
    auto wanted = read_span(s, c.parameters);  // afterwards: "until now" has the sample just taken
    json::array records;
    for (const auto* sample : thinned(samples, wanted))
        if (has_content(*sample)) records.push_back(render_record(*g, *sample));
    json::object out;
    out["ContainerGroupId"] = g->id;
    out["Records"] = std::move(records);
    return out;
}

json::object describe_multi_container_group_metric(service& s, const call& c) {
    require_region(c);
    auto filter = read_filter(c);
    if (!filter.ids) (void)c.parameters.required("ContainerGroupIds");
    (void)one_of(c.parameters, "MetricType", {"summary"}, "summary");
    json::array all;
    for (const auto& id : *filter.ids) {
        auto g = s.groups->find(id);
        if (!g) continue;
        json::array records;
        const auto& samples = s.supervisor->usage_of(id);
        if (!samples.empty() && has_content(samples.back()))
            records.push_back(render_record(*g, samples.back()));
        json::object one;
        one["ContainerGroupId"] = id;
        one["Records"] = std::move(records);
        all.push_back(std::move(one));
    }
    json::object out;
    out["MonitorDatas"] = std::move(all);
    return out;
}

}  // namespace ecisbx::server::api::eci
