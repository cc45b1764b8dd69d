#include "eci/status_answer.hpp"

#include "eci/fields.hpp"
#include "eci/parse_list.hpp"
#include "proto/flatten.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace ecisbx::eci {
namespace {

namespace json = boost::json;

// The names of mixed case, `StartedAtstartedAt` among them, are what the service sends.
container_state parse_state(const std::optional<fields>& state) {
    container_state out;
    if (!state) return out;
    if (auto waiting = state->object("Waiting")) {
        out.state = "Waiting";
        out.reason = waiting->text("Reason");
        out.message = waiting->text("Message");
    } else if (auto running = state->object("Running")) {
        out.state = "Running";
        out.start_time = running->text("StartedAtstartedAt");
        if (out.start_time.empty()) out.start_time = running->text("StartedAt");
    } else if (auto ended = state->object("Terminated")) {
        out.state = "Terminated";
        out.reason = ended->text("Reason");
        out.message = ended->text("Message");
        out.exit_code = ended->small_integer("ExitCode");
        out.signal = ended->small_integer("Signal");
        out.start_time = ended->text("StartedAt");
        out.finish_time = ended->text("FinishedAt");
    }
    return out;
}

container parse_container(const fields& from) {
    container one;
    one.name = from.text("Name");
    one.image = from.text("Image");
    one.ready = from.flag("Ready");
    one.restart_count = from.small_integer("RestartCount").value_or(0);
    one.current = parse_state(from.object("State"));
    one.previous = parse_state(from.object("LastState"));
    return one;
}

container_group parse_group(const fields& from) {
    container_group group;
    group.id = from.text("ContainerGroupId");
    group.name = from.text("Name");
    group.status = from.text("Status");
    auto pod = from.object("PodStatus");
    if (!pod) return group;
    group.containers = parse_list(*pod, "ContainerStatuses", parse_container);
    return group;
}

}  // namespace

status_page parse_status_page(const json::object& answer) {
    fields from(answer);
    status_page page;
    page.next_token = from.text("NextToken");
    page.groups = parse_list(from, "Data", parse_group);
    return page;
}

proto::parameter_list status_parameters(const status_ask& ask) {
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    if (!ask.ids.empty()) {
        json::array ids(ask.ids.begin(), ask.ids.end());
        out.add("ContainerGroupIds", json::serialize(ids));
    } else {
        out.add("Limit", "200");
    }
    if (ask.since) out.add("SinceSecond", std::to_string(*ask.since));
    if (!ask.next_token.empty()) out.add("NextToken", ask.next_token);
    return parameters;
}

}  // namespace ecisbx::eci
