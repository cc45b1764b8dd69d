#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/selection.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;
using kind = store::container_state::kind;
using store::group_status;

constexpr std::size_t most = 200;
constexpr std::int64_t longest_since = 10LL * 366 * 24 * 3600;

// Field names of mixed case, `StartedAtstartedAt` among them, are what the service sends.
json::object render_state(const store::container_state& state) {
    json::object detail, out;
    if (state.state == kind::running) {
        detail["StartedAtstartedAt"] = time_text(state.started);
        out["Running"] = std::move(detail);
        return out;
    }
    detail["Reason"] = state.reason;
    detail["Message"] = state.message;
    if (state.state == kind::waiting) {
        out["Waiting"] = std::move(detail);
        return out;
    }
    detail["ExitCode"] = state.exit_code;
    detail["Signal"] = state.signal;
    detail["ContainerID"] = "";
    detail["StartedAt"] = time_text(state.started);
    detail["FinishedAt"] = time_text(state.finished);
    out["Terminated"] = std::move(detail);
    return out;
}

json::object render_container(const store::container_spec& spec, const store::container& c) {
    bool running = c.current.state == kind::running;
    json::object out;
    out["Name"] = spec.name;
    out["Image"] = spec.image;
    out["ImageID"] = "";
    out["Ready"] = running;
    out["Started"] = running;
    out["RestartCount"] = c.restarts;
    out["State"] = render_state(c.current);
    out["LastState"] = c.previous ? render_state(*c.previous) : json::object();
    return out;
}

std::string_view phase_of(group_status status) {
    switch (status) {
        case group_status::scheduling:
        case group_status::pending: return "Pending";
        case group_status::succeeded: return "Succeeded";
        case group_status::failed:
        case group_status::schedule_failed:
        case group_status::expired: return "Failed";
        default: return "Running";
    }
}

json::array render_conditions(const store::group& g) {
    auto running = [](const store::container& c) { return c.current.state == kind::running; };
    auto done = [](const store::container& c) {
        return c.current.state == kind::terminated && c.current.exit_code == 0;
    };
    bool ready = std::all_of(g.containers.begin(), g.containers.end(), running);
    bool initialized = std::all_of(g.init_containers.begin(), g.init_containers.end(), done);
    bool scheduled =
        g.status != group_status::scheduling && g.status != group_status::schedule_failed;
    const std::pair<std::string_view, bool> values[] = {{"PodScheduled", scheduled},
                                                        {"Initialized", initialized},
                                                        {"ContainersReady", ready},
                                                        {"Ready", ready}};
    json::array out;
    for (const auto& [type, value] : values) {
        json::object item;
        item["type"] = type;
        item["status"] = value ? "True" : "False";
        item["Reason"] = "";
        item["Message"] = "";
        item["lastTransitionTime"] = time_text(g.changed);
        out.push_back(std::move(item));
    }
    return out;
}

json::object render_pod(const store::group& g) {
    json::object ip, out;
    ip["Ip"] = "127.0.0.1";
    json::array ips;
    ips.push_back(ip);
    out["Phase"] = phase_of(g.status);
    out["PodIp"] = "127.0.0.1";
    out["PodIps"] = std::move(ips);
    out["HostIp"] = "127.0.0.1";
    out["QosClass"] = "Guaranteed";
    out["StartTime"] = time_text(g.created);
    out["Conditions"] = render_conditions(g);
    json::array containers;
    for (std::size_t i = 0; i < g.containers.size(); ++i)
        containers.push_back(render_container(g.spec.containers[i], g.containers[i]));
    out["ContainerStatuses"] = std::move(containers);
    return out;
}

json::object render(const store::group& g) {
    json::object out;
    out["ContainerGroupId"] = g.id;
    out["Name"] = g.spec.name;
    out["Namespace"] = "default";
    out["Status"] = store::to_string(g.status);
    out["uuid"] = g.uuid;
    out["Annotations"] = "{}";
    out["PodStatus"] = render_pod(g);
    return out;
}

}  // namespace

json::object describe_container_group_status(service& s, const call& c) {
    require_region(c);
    auto filter = read_filter(c);
    if (auto since = c.parameters.integer("SinceSecond", 0, longest_since))
        filter.changed_since = s.clock() - std::chrono::seconds(*since);
    auto page = select_page(s, c, filter, most);
    json::array data;
    for (const auto& g : page.groups) data.push_back(render(*g));
    json::object out;
    out["TotalCount"] = page.total;
    out["NextToken"] = seal_page(s.page_key, page.next);
    out["Data"] = std::move(data);
    return out;
}

}  // namespace ecisbx::server::api::eci
