#include "server/api/eci/render.hpp"

#include "server/api/eci/common.hpp"

#include <boost/json/array.hpp>

#include <cmath>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;
using store::container_state;
using store::group_status;

constexpr std::string_view loopback = "127.0.0.1";

json::array texts(const std::vector<std::string>& list) {
    json::array out;
    for (const auto& text : list) out.emplace_back(text);
    return out;
}

json::object pair(std::string_view first, const std::string& a, std::string_view second,
                  const std::string& b) {
    json::object out;
    out[first] = a;
    out[second] = b;
    return out;
}

json::value from_extra(const json::object& extra, std::string_view name, json::value fallback) {
    auto found = extra.find(name);
    if (found == extra.end()) return fallback;
    return found->value();
}

json::object render_state(const container_state& state) {
    constexpr std::string_view names[] = {"Waiting", "Running", "Terminated"};
    json::object out;
    out["State"] = names[static_cast<std::size_t>(state.state)];
    out["DetailStatus"] = "";
    if (!state.reason.empty()) out["Reason"] = state.reason;
    if (!state.message.empty()) out["Message"] = state.message;
    if (state.state == container_state::kind::terminated) {
        out["ExitCode"] = state.exit_code;
        out["Signal"] = state.signal;
        out["FinishTime"] = time_text(state.finished);
    }
    if (state.started) out["StartTime"] = time_text(state.started);
    return out;
}

json::array render_environment(const store::container_spec& spec) {
    json::array out;
    if (spec.hide_env) return out;
    for (const auto& var : spec.env) {
        auto item = pair("Key", var.key, "Value", var.value);
        if (!var.field_path.empty()) {
            json::object field, from;
            field["FieldPath"] = var.field_path;
            from["FieldRef"] = std::move(field);
            item["ValueFrom"] = std::move(from);
        }
        out.push_back(std::move(item));
    }
    return out;
}

json::array render_ports(const store::container_spec& spec) {
    json::array out;
    for (const auto& [port, protocol] : spec.ports) {
        json::object item;
        item["Port"] = port;
        item["Protocol"] = protocol;
        out.push_back(std::move(item));
    }
    return out;
}

json::object render_container(const store::container_spec& spec, const store::container& c,
                              bool init) {
    json::object out;
    out["Name"] = spec.name;
    out["Image"] = spec.image;
    out["ImagePullPolicy"] = spec.image_pull_policy;
    out["Cpu"] = number(spec.cpu);
    out["Memory"] = number(spec.memory);
    out["Gpu"] = spec.gpu;
    out["WorkingDir"] = spec.working_dir;
    out[init ? "Command" : "Commands"] = texts(spec.command);
    out["Args"] = texts(spec.args);
    out["Ready"] =
        init ? c.current.state == container_state::kind::terminated && c.current.exit_code == 0
             : c.current.state == container_state::kind::running;
    out["RestartCount"] = c.restarts;
    out["Ports"] = render_ports(spec);
    out["EnvironmentVars"] = render_environment(spec);
    out["VolumeMounts"] = from_extra(spec.extra, "VolumeMounts", json::array());
    out["CurrentState"] = render_state(c.current);
    if (c.previous) out["PreviousState"] = render_state(*c.previous);
    out["SecurityContext"] = from_extra(spec.extra, "SecurityContext", json::object());
    if (init) return out;
    out["Stdin"] = spec.open_stdin;
    out["StdinOnce"] = spec.stdin_once;
    out["Tty"] = spec.tty;
    for (std::string_view probe : {"LivenessProbe", "ReadinessProbe"})
        out[probe] = from_extra(spec.extra, probe, json::object());
    return out;
}

json::array render_containers(const std::vector<store::container_spec>& specs,
                              const std::vector<store::container>& states, bool init) {
    json::array out;
    for (std::size_t i = 0; i < specs.size(); ++i)
        out.push_back(render_container(specs[i], states[i], init));
    return out;
}

void put_times(json::object& out, const store::group& g) {
    out["CreationTime"] = time_text(g.created);
    if (g.status == group_status::succeeded) out["SucceededTime"] = time_text(g.ended);
    if (g.status == group_status::failed) out["FailedTime"] = time_text(g.ended);
    if (g.status == group_status::expired) out["ExpiredTime"] = time_text(g.ended);
}

// The vendor's network names, which mean nothing here but which programs expect to find.
void put_places(json::object& out, const store::group& g) {
    out["ZoneId"] = g.spec.zone;
    out["VpcId"] = "vpc-local";
    out["VSwitchId"] = g.spec.vswitch;
    out["SecurityGroupId"] = g.spec.security_group;
    out["ResourceGroupId"] = g.spec.resource_group;
    out["EniInstanceId"] = "eni-local";
    out["IntranetIp"] = loopback;
    for (std::string_view name : {"InternetIp", "Ipv6Address", "TenantEniInstanceId", "TenantEniIp",
                                  "TenantSecurityGroupId", "TenantVSwitchId"})
        out[name] = "";
}

}  // namespace

json::array render_tags(const std::vector<std::pair<std::string, std::string>>& tags) {
    json::array out;
    for (const auto& [key, value] : tags) out.push_back(pair("Key", key, "Value", value));
    return out;
}

json::array render_events(const std::vector<store::event>& events) {
    json::array out;
    for (const auto& e : events) {
        auto item = pair("Name", e.name, "Reason", e.reason);
        item["Type"] = e.warning ? "Warning" : "Normal";
        item["Message"] = e.message;
        item["Count"] = e.count;
        item["FirstTimestamp"] = time_text(e.first);
        item["LastTimestamp"] = time_text(e.last);
        out.push_back(std::move(item));
    }
    return out;
}

json::value number(double value) {
    if (std::nearbyint(value) == value && std::abs(value) < 1e15)
        return static_cast<std::int64_t>(value);
    return value;
}

json::object render_group(const store::group& g, const std::string& region) {
    const auto& spec = g.spec;
    json::object out;
    out["ContainerGroupId"] = g.id;
    out["ContainerGroupName"] = spec.name;
    out["RegionId"] = region;
    out["Status"] = store::to_string(g.status);
    out["RestartPolicy"] = store::to_string(spec.restart);
    out["Cpu"] = number(spec.cpu);
    out["Memory"] = number(spec.memory);
    put_times(out, g);
    put_places(out, g);
    out["InstanceType"] = from_extra(spec.extra, "InstanceType", "");
    out["ComputeCategory"] = from_extra(spec.extra, "ComputeCategory", "general");
    out["EphemeralStorage"] = from_extra(spec.extra, "EphemeralStorage", 0);
    out["Discount"] = 0;
    out["SpotStrategy"] = from_extra(spec.extra, "SpotStrategy", "NoSpot");
    out["SpotPriceLimit"] = from_extra(spec.extra, "SpotPriceLimit", 0);
    out["RamRoleName"] = from_extra(spec.extra, "RamRoleName", "");
    out["DnsPolicy"] = from_extra(spec.extra, "DnsPolicy", "Default");
    out["Tags"] = render_tags(spec.tags);
    out["Events"] = render_events(g.events);
    out["HostAliases"] = from_extra(spec.extra, "HostAliases", json::array());
    out["Volumes"] = from_extra(spec.extra, "Volumes", json::array());
    for (std::string_view name : {"DnsConfig", "EciSecurityContext"})
        out[name] = from_extra(spec.extra, name, json::object());
    out["Containers"] = render_containers(spec.containers, g.containers, false);
    out["InitContainers"] = render_containers(spec.init_containers, g.init_containers, true);
    return out;
}

}  // namespace ecisbx::server::api::eci
