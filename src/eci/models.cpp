#include "eci/models.hpp"

#include <ecisbx/error.hpp>

#include "eci/parse_list.hpp"
#include "proto/flatten.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::eci {
namespace {

namespace json = boost::json;

constexpr int page_limit = 20;

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

container_port parse_port(const fields& from) {
    container_port one;
    one.port = from.small_integer("Port").value_or(0);
    one.protocol = from.text("Protocol");
    return one;
}

environment_variable parse_variable(const fields& from) {
    environment_variable one;
    one.key = from.text("Key");
    one.value = from.text("Value");
    if (auto source = from.object("ValueFrom"))
        if (auto field = source->object("FieldRef")) one.field_path = field->text("FieldPath");
    return one;
}

volume_mount parse_mount(const fields& from) {
    volume_mount one;
    one.volume = from.text("Name");
    one.path = from.text("MountPath");
    one.sub_path = from.text("SubPath");
    one.read_only = from.flag("ReadOnly");
    return one;
}

/// A container without a probe is described with an empty one.
bool has_probe(const fields& from, std::string_view name) {
    auto probe = from.object(name);
    if (!probe) return false;
    const auto* command = probe->list("Execs");
    if (command != nullptr && !command->empty()) return true;
    for (std::string_view kind : {"HttpGet", "TcpSocket"})
        if (auto ask = probe->object(kind); ask && ask->small_integer("Port").value_or(0) != 0)
            return true;
    return false;
}

container parse_container(const fields& from) {
    container one;
    one.name = from.text("Name");
    one.image = from.text("Image");
    one.image_pull_policy = from.text("ImagePullPolicy");
    one.cpu = from.number("Cpu");
    one.memory = from.number("Memory");
    one.gpu = from.small_integer("Gpu").value_or(0);
    one.ready = from.flag("Ready");
    one.restart_count = from.small_integer("RestartCount").value_or(0);
    one.command = from.texts("Commands");
    if (one.command.empty()) one.command = from.texts("Command");  // of init containers
    one.args = from.texts("Args");
    one.working_dir = from.text("WorkingDir");
    one.env = parse_list(from, "EnvironmentVars", parse_variable);
    one.ports = parse_list(from, "Ports", parse_port);
    one.mounts = parse_list(from, "VolumeMounts", parse_mount);
    one.has_liveness_probe = has_probe(from, "LivenessProbe");
    one.has_readiness_probe = has_probe(from, "ReadinessProbe");
    one.current = parse_state(from.object("CurrentState"));
    one.previous = parse_state(from.object("PreviousState"));
    return one;
}

group_volume parse_volume(const fields& from) {
    group_volume one;
    one.name = from.text("Name");
    one.type = from.text("Type");
    one.medium = from.text("EmptyDirVolumeMedium");
    one.size_limit = from.text("EmptyDirVolumeSizeLimit");
    one.server = from.text("NFSVolumeServer");
    one.path = from.text("NFSVolumePath");
    one.disk_id = from.text("DiskVolumeDiskId");
    one.driver = from.text("FlexVolumeDriver");
    one.options = from.text("FlexVolumeOptions");
    one.config_paths = parse_list(from, "ConfigFileVolumeConfigFileToPaths",
                                  [](const fields& file) { return file.text("Path"); });
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

std::map<std::string, std::string> parse_tags(const fields& owner) {
    std::map<std::string, std::string> tags;
    for (auto& [key, text] : parse_list(owner, "Tags", parse_tag)) tags[key] = text;
    return tags;
}

std::vector<event> parse_events(const fields& owner) {
    return parse_list(owner, "Events", parse_event);
}

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
    group.instance_type = from.text("InstanceType");
    group.ephemeral_storage = from.number("EphemeralStorage");
    group.creation_time = from.text("CreationTime");
    group.succeeded_time = from.text("SucceededTime");
    group.failed_time = from.text("FailedTime");
    group.expired_time = from.text("ExpiredTime");
    group.intranet_ip = from.text("IntranetIp");
    group.internet_ip = from.text("InternetIp");
    group.ipv6_address = from.text("Ipv6Address");
    group.vpc = from.text("VpcId");
    group.vswitch = from.text("VSwitchId");
    group.security_group = from.text("SecurityGroupId");
    group.resource_group = from.text("ResourceGroupId");
    group.ram_role = from.text("RamRoleName");
    group.spot_strategy = from.text("SpotStrategy");
    group.spot_price_limit = from.number("SpotPriceLimit");
    group.dns_policy = from.text("DnsPolicy");
    group.tags = parse_tags(from);
    group.containers = parse_list(from, "Containers", parse_container);
    group.init_containers = parse_list(from, "InitContainers", parse_container);
    group.volumes = parse_list(from, "Volumes", parse_volume);
    group.events = parse_events(from);
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
