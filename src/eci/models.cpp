#include "eci/models.hpp"

#include <ecisbx/error.hpp>

#include "proto/flatten.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::eci {
namespace {

namespace json = boost::json;

constexpr int page_limit = 20;

/// Calls `parse` for each element of the list `name`, of which there may be none.
template <class Parse>
auto parse_list(const fields& owner, std::string_view name, Parse parse) {
    std::vector<decltype(parse(std::declval<fields>()))> items;
    const auto* list = owner.list(name);
    if (list == nullptr) return items;
    items.reserve(list->size());
    for (std::size_t i = 0; i < list->size(); ++i)
        items.push_back(parse(owner.element(name, *list, i)));
    return items;
}

container_state parse_state(const std::optional<fields>& from) {
    container_state state;
    if (!from) return state;
    state.state = from->text("State");
    state.reason = from->text("Reason");
    state.message = from->text("Message");
    state.exit_code = from->small_integer("ExitCode");
    state.signal = from->small_integer("Signal");
    state.start_time = from->text("StartTime");
    state.finish_time = from->text("FinishTime");
    return state;
}

container parse_container(const fields& from) {
    container one;
    one.name = from.text("Name");
    one.image = from.text("Image");
    one.cpu = from.number("Cpu");
    one.memory = from.number("Memory");
    one.ready = from.flag("Ready");
    one.restart_count = from.small_integer("RestartCount").value_or(0);
    one.current = parse_state(from.object("CurrentState"));
    one.previous = parse_state(from.object("PreviousState"));
    return one;
}

event parse_event(const fields& from) {
    event one;
    one.type = from.text("Type");
    one.reason = from.text("Reason");
    one.message = from.text("Message");
    one.count = from.small_integer("Count").value_or(0);
    one.first_time = from.text("FirstTimestamp");
    one.last_time = from.text("LastTimestamp");
    return one;
}

std::pair<std::string, std::string> parse_tag(const fields& from) {
    return {from.text("Key"), from.text("Value")};
}

}  // namespace

container_group parse_group(const json::value& value, const std::string& path) {
    fields from(value, path);
    container_group group;
    group.id = from.text("ContainerGroupId");
    group.name = from.text("ContainerGroupName");
    group.region = from.text("RegionId");
    group.zone = from.text("ZoneId");
    group.status = from.text("Status");
    group.restart_policy = from.text("RestartPolicy");
    group.cpu = from.number("Cpu");
    group.memory = from.number("Memory");
    group.creation_time = from.text("CreationTime");
    group.intranet_ip = from.text("IntranetIp");
    group.internet_ip = from.text("InternetIp");
    for (auto& [key, text] : parse_list(from, "Tags", parse_tag)) group.tags[key] = text;
    group.containers = parse_list(from, "Containers", parse_container);
    group.events = parse_list(from, "Events", parse_event);
    group.raw = std::make_shared<const json::value>(value);
    return group;
}

group_page parse_page(const json::object& answer) {
    fields from(answer);
    group_page page;
    page.next_token = from.text("NextToken");
    page.total_count = from.integer("TotalCount");
    page.request_id = from.text("RequestId");
    if (const auto* list = from.list("ContainerGroups"))
        for (std::size_t i = 0; i < list->size(); ++i)
            page.groups.push_back(
                parse_group((*list)[i], "ContainerGroups[" + std::to_string(i) + "]"));
    return page;
}

proto::parameter_list list_parameters(const list_options& options) {
    if (options.limit() < 1)
        throw error(errc::invalid_argument, "list_options: limit must be at least 1");
    if (options.ids().size() > page_limit)
        throw error(errc::invalid_argument, "list_options: at most 20 ids in one call");
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    out.add("Limit", std::min(options.limit(), page_limit));
    if (!options.ids().empty()) out.add("ContainerGroupIds", proto::json_list(options.ids()));
    out.add_unless_empty("Status", options.status());
    out.add_unless_empty("ContainerGroupName", options.name());
    out.add_unless_empty("NextToken", options.next_token());
    if (options.wants_events()) out.add("WithEvent", true);
    std::size_t index = 0;
    for (const auto& [key, value] : options.tags())
        out.element("Tag", ++index).add("Key", key).add("Value", value);
    return parameters;
}

}  // namespace ecisbx::eci
