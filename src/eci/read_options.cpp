#include "eci/read_options.hpp"

#include <ecisbx/error.hpp>

#include "core/time.hpp"
#include "proto/flatten.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace ecisbx::eci {
namespace {

using std::chrono::sys_seconds;

constexpr std::size_t most_ids = 20;
constexpr std::size_t most_tags = 20;
constexpr int most_groups = 200;
constexpr std::int64_t most_records = 50;
constexpr std::int64_t ten_years = 10LL * 366 * 24 * 3600;
constexpr double most_amount = 1'000'000;

[[noreturn]] void refuse(const std::string& what, const std::string& expected) {
    throw error(errc::invalid_argument, what + " must be " + expected);
}

template <class T>
void within(const std::string& what, std::optional<T> value, T least, T most) {
    if (value && (*value < least || *value > most))
        refuse(what, std::to_string(least) + " to " + std::to_string(most));
}

void above_zero(const std::string& what, std::optional<double> value) {
    if (value && !(*value > 0 && *value <= most_amount)) refuse(what, "above 0, at most 1000000");
}

void one_of(const std::string& what, const std::string& value,
            std::initializer_list<std::string_view> names) {
    if (value.empty() || std::find(names.begin(), names.end(), value) != names.end()) return;
    std::string list;
    for (auto name : names) list += (list.empty() ? "" : ", ") + std::string(name);
    refuse(what, "one of " + list);
}

void check_text(const std::string& what, const std::string& value) {
    if (value.find('\0') != std::string::npos) refuse(what, "text without NUL");
}

void check_ids(const std::string& what, const std::vector<std::string>& ids) {
    if (ids.size() > most_ids) refuse(what, "at most 20 in one call");
    for (const auto& id : ids)
        if (id.empty() || id.find('\0') != std::string::npos)
            refuse(what, "texts that are not empty");
}

void check_events(const std::string& owner, const event_options& options) {
    one_of(owner + ": source", options.source(), {"EciService", "K8sAgent"});
    within(owner + ": since_seconds", options.since_seconds(), std::int64_t{1}, ten_years);
}

void add_events(proto::flattener& out, const event_options& options) {
    out.add_unless_empty("EventSource", options.source());
    out.add("SinceSecond", options.since_seconds());
}

void check_spot(const std::string& owner, const std::string& strategy, std::optional<double> limit,
                std::optional<int> hours) {
    one_of(owner + ": spot_strategy", strategy, {"NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo"});
    above_zero(owner + ": spot_price_limit", limit);
    if (limit && strategy != "SpotWithPriceLimit")
        refuse(owner + ": spot_price_limit", "with the spot_strategy SpotWithPriceLimit");
    within(owner + ": spot_duration", hours, 0, 1);
}

void check_span(const metric_options& options) {
    if (options.start().has_value() != options.end().has_value())
        refuse("metric_options: start and end", "given together");
    if (!options.start()) return;
    auto span = *options.end() - *options.start();
    if (span.count() <= 0) refuse("metric_options: end", "after start");
    if (span > std::chrono::days(30)) refuse("metric_options: end", "at most 30 days after start");
    if (span.count() / options.period().value_or(60) > most_records)
        refuse("metric_options: period", "at least a 50th of the time from start to end");
}

}  // namespace

void check_logs(const log_options& options) {
    check_text("log_options: container", options.container());
    within("log_options: tail", options.tail(), 1, most_log_lines);
    within("log_options: since_seconds", options.since_seconds(), std::int64_t{1}, ten_years);
    within("log_options: limit_bytes", options.limit_bytes(), std::int64_t{1}, most_log_bytes);
    if (options.since_seconds() && options.start_time())
        refuse("log_options: since_seconds", "without start_time");
}

void check_follow(const log_options& options) {
    check_logs(options);
    if (options.is_previous()) refuse("log_options: previous", "off to follow a log");
    within("log_options: limit_bytes", options.limit_bytes(), std::int64_t{4096}, most_log_bytes);
    auto shortest = options.shortest_pause(), longest = options.longest_pause();
    if (shortest < std::chrono::milliseconds(10) || longest < shortest ||
        longest > std::chrono::hours(1))
        refuse("log_options: pace", "10 ms to 1 h, the shortest pause first");
}

proto::parameter_list log_parameters(const log_options& options) {
    check_logs(options);
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    out.add("Tail", options.tail());
    out.add("SinceSeconds", options.since_seconds());
    if (options.start_time()) out.add("StartTime", core::format_rfc3339(*options.start_time()));
    if (options.is_previous()) out.add("LastTime", true);
    out.add("LimitBytes", options.limit_bytes());
    if (options.has_timestamps()) out.add("Timestamps", true);
    return parameters;
}

proto::parameter_list event_parameters(const std::string& id, const event_options& options) {
    check_events("event_options", options);
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    out.add("ContainerGroupIds", proto::json_list({id}));
    add_events(out, options);
    return parameters;
}

proto::parameter_list event_parameters(const event_query& query) {
    check_ids("event_query: ids", query.ids());
    if (query.tags().size() > most_tags) refuse("event_query: tags", "at most 20");
    check_events("event_query", query.only());
    within("event_query: limit", std::optional(query.limit()), 1, most_groups);
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    if (!query.ids().empty()) out.add("ContainerGroupIds", proto::json_list(query.ids()));
    std::size_t index = 0;
    for (const auto& [key, value] : query.tags())
        out.element("Tag", ++index).add("Key", key).add("Value", value);
    add_events(out, query.only());
    out.add("Limit", query.limit());
    out.add_unless_empty("NextToken", query.next_token());
    return parameters;
}

proto::parameter_list metric_parameters(const std::string& id, const metric_options& options) {
    auto period = options.period();
    if (period && *period != 15 && *period != 30 && *period != 60 && *period != 600)
        refuse("metric_options: period", "15, 30, 60 or 600");
    check_span(options);
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    out.add("ContainerGroupId", id);
    if (options.start()) {
        out.add("StartTime", core::format_rfc3339(*options.start()));
        out.add("EndTime", core::format_rfc3339(*options.end()));
    }
    if (period) out.add("Period", std::to_string(*period));
    return parameters;
}

proto::parameter_list metric_parameters(const std::vector<std::string>& ids) {
    if (ids.empty()) refuse("metrics_of: ids", "1 to 20");
    check_ids("metrics_of: ids", ids);
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    out.add("ContainerGroupIds", proto::json_list(ids));
    out.add("MetricType", "summary");
    return parameters;
}

proto::parameter_list price_parameters(const price_options& options) {
    above_zero("price_options: cpu", options.cpu());
    above_zero("price_options: memory", options.memory());
    if (options.instance_type().empty() && (!options.cpu() || !options.memory()))
        refuse("price_options", "given a cpu and a memory, or an instance_type");
    check_spot("price_options", options.spot_strategy(), options.spot_price_limit(),
               options.spot_duration());
    within("price_options: ephemeral_storage", options.ephemeral_storage(), 0, 32768);
    one_of("price_options: compute_category", options.compute_category(), {"economy", "general"});
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    out.add("Cpu", options.cpu()).add("Memory", options.memory());
    out.add_unless_empty("InstanceType", options.instance_type());
    out.add_unless_empty("ZoneId", options.zone());
    out.add_unless_empty("SpotStrategy", options.spot_strategy());
    out.add("SpotPriceLimit", options.spot_price_limit());
    out.add("SpotDuration", options.spot_duration());
    out.add("EphemeralStorage", options.ephemeral_storage());
    out.add_unless_empty("ComputeCategory", options.compute_category());
    return parameters;
}

proto::parameter_list resource_parameters(const resource_query& query) {
    if (query.category().empty()) refuse("resource_query: category", "given");
    one_of("resource_query: category", query.category(), {"InstanceTypeFamily", "InstanceType"});
    above_zero("resource_query: cores", query.cores());
    above_zero("resource_query: memory", query.memory());
    check_spot("resource_query", query.spot_strategy(), query.spot_price_limit(),
               query.spot_duration());
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    auto wanted = out.member("DestinationResource");
    wanted.add("Category", query.category()).add_unless_empty("Value", query.value());
    wanted.add("Cores", query.cores()).add("Memory", query.memory());
    auto spot = out.member("SpotResource");
    spot.add_unless_empty("SpotStrategy", query.spot_strategy());
    spot.add("SpotPriceLimit", query.spot_price_limit());
    spot.add("SpotDuration", query.spot_duration());
    out.add_unless_empty("ZoneId", query.zone());
    return parameters;
}

}  // namespace ecisbx::eci
