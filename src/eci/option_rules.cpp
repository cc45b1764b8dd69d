// The table.
#include "eci/option_rules.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <iterator>

namespace ecisbx::eci {
namespace {

using kind = option_limit::kind;

using core::is_digit;
bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}
bool is_word(char c) {
    return (core::ascii_lower(c) >= 'a' && core::ascii_lower(c) <= 'z') || is_digit(c) || c == '_';
}

bool is_label(std::string_view name) {
    return !name.empty() && name.size() <= 128 && name.front() != '-' && name.back() != '-' &&
           std::all_of(name.begin(), name.end(), is_name_char);
}
bool is_group_name(std::string_view name) {
    return name.size() >= 2 && is_label(name);
}
bool is_variable(std::string_view name) {
    return !name.empty() && name.size() <= 128 && !is_digit(name.front()) &&
           std::all_of(name.begin(), name.end(), is_word);
}
bool is_tag_key(std::string_view key) {
    auto length = characters_of(key);
    return length >= 1 && length <= 64 && !key.starts_with("aliyun") && !key.starts_with("acs:") &&
           key.find("http://") == std::string_view::npos &&
           key.find("https://") == std::string_view::npos;
}
bool is_server(std::string_view name) {
    return !name.empty() && name.find("://") == std::string_view::npos;
}
bool has_ten_at_most(std::string_view list) {
    return !list.empty() && std::count(list.begin(), list.end(), ',') <= 9;
}
bool is_mode(std::string_view text) {
    return text.size() == 4 && text.front() == '0' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
}
bool is_relative_path(std::string_view path) {
    if (path.empty() || path.front() == '/') return false;
    for (std::size_t at = 0; at <= path.size();) {
        auto end = std::min(path.find('/', at), path.size());
        if (path.substr(at, end - at) == "..") return false;
        at = end + 1;
    }
    return true;
}
bool is_absolute_path(std::string_view path) {
    return path.starts_with('/');
}
bool is_quantity(std::string_view text) {
    auto digits = std::find_if_not(text.begin(), text.end(), is_digit);
    auto unit = text.substr(static_cast<std::size_t>(digits - text.begin()));
    return digits != text.begin() && digits - text.begin() <= 15 &&
           (unit.empty() || unit == "Ki" || unit == "Mi" || unit == "Gi");
}

constexpr option_limit text(double least, double most) {
    return {kind::text, least, most, {}, nullptr};
}
constexpr option_limit some() {
    return text(1, no_most);
}
constexpr option_limit number(double least, double most = no_most) {
    return {kind::number, least, most, {}, nullptr};
}
constexpr option_limit above_zero() {
    return {kind::above_zero, 0, 0, {}, nullptr};
}
constexpr option_limit flag() {
    return {kind::flag, 0, 0, {}, nullptr};
}
constexpr option_limit choice(std::string_view words) {
    return {kind::choice, 0, 0, words, nullptr};
}
constexpr option_limit special(bool (*good)(std::string_view), std::string_view words) {
    return {kind::special, 0, 0, words, good};
}
constexpr option_limit list(double most, std::string_view words = {}) {
    return {kind::list, 1, most, words, nullptr};
}
/// Whose elements may be empty.
constexpr option_limit argv(double most) {
    return {kind::list, 0, most, {}, nullptr};
}

constexpr option_limit group_name =
    special(is_group_name, "2 to 128 of [a-z0-9-], no hyphen at an end");
constexpr option_limit ten_ids = special(has_ten_at_most, "at most 10, a comma list");
constexpr option_limit mode = special(is_mode, "a mode from 0 to 0777");
constexpr option_limit token = {kind::ascii, 1, 64, {}, nullptr};

constexpr bool required = true;

constexpr option_rule rules[] = {
    // Groups; updates and image caches have some of these too.
    {"ContainerGroupName", "name", group_name},
    {"Cpu", "cpu", above_zero()},
    {"Memory", "memory", above_zero()},
    {"InstanceType", "instance_type", some()},
    {"RestartPolicy", "restart_policy", choice("Always|OnFailure|Never")},
    {"VSwitchId", "vswitch", ten_ids},
    {"ScheduleStrategy", "schedule_strategy", choice("VSwitchOrdered|VSwitchRandom")},
    {"SecurityGroupId", "security_group", some()},
    {"ZoneId", "zone", some()},
    {"EipInstanceId", "eip", some()},
    {"AutoCreateEip", "auto_eip", flag()},
    {"EipBandwidth", "auto_eip", number(1)},
    {"EipISP", "eip_isp", choice("BGP|BGP_PRO")},
    {"EipCommonBandwidthPackage", "eip_bandwidth_package", some()},
    {"PrivateIpAddress", "private_ip", some()},
    {"FixedIp", "fixed_ip", choice("true")},
    {"FixedIpRetainHour", "fixed_ip", number(1)},
    {"Ipv6AddressCount", "ipv6_addresses", number(1, 1)},
    {"Ipv6GatewayBandwidthEnable", "ipv6_bandwidth", flag()},
    {"Ipv6GatewayBandwidth", "ipv6_bandwidth", number(1)},
    {"IngressBandwidth", "ingress_bandwidth", number(0)},
    {"EgressBandwidth", "egress_bandwidth", number(0)},
    {"DnsPolicy", "dns_policy", choice("Default|None")},
    {"DnsConfig.NameServer", "dns.name_server", list(no_most)},
    {"DnsConfig.Search", "dns.search", list(no_most)},
    {"DnsConfig.Option", "dns.option", list(no_most)},
    {"DnsConfig.Option.Name", "name", some(), required},
    {"DnsConfig.Option.Value", "value", text(0, no_most)},
    {"HostAliase", "host_alias", list(no_most)},
    {"HostAliase.Ip", "ip", some(), required},
    {"HostAliase.Hostname", "hostname", list(no_most)},
    {"NtpServer", "ntp_server", list(no_most)},
    {"HostName", "hostname", some()},
    {"ImageRegistryCredential", "registry_credential", list(no_most)},
    {"ImageRegistryCredential.Server", "server", special(is_server, "a host without a scheme"),
     required},
    {"ImageRegistryCredential.UserName", "user", text(0, no_most)},
    {"ImageRegistryCredential.Password", "password", text(0, no_most)},
    {"AcrRegistryInfo", "acr_registry", list(no_most)},
    {"AcrRegistryInfo.InstanceId", "instance_id", some(), required},
    {"AcrRegistryInfo.InstanceName", "instance_name", some()},
    {"AcrRegistryInfo.RegionId", "region", some()},
    {"AcrRegistryInfo.Domain", "domain", list(no_most)},
    {"AcrRegistryInfo.ArnService", "roles", some()},
    {"AcrRegistryInfo.ArnUser", "roles", some()},
    {"ImageSnapshotId", "image_snapshot", some()},
    {"AutoMatchImageCache", "match_image_cache", flag()},
    {"ImageAccelerateMode", "image_acceleration", choice("nydus|dadi|p2p|imc")},
    {"PlainHttpRegistry", "plain_http_registry", some()},
    {"InsecureRegistry", "insecure_registry", some()},
    {"ActiveDeadlineSeconds", "active_deadline", number(1)},
    {"TerminationGracePeriodSeconds", "termination_grace", number(0)},
    {"MaxPendingMinute", "max_pending", number(1)},
    {"SpotStrategy", "spot_strategy", choice("NoSpot|SpotWithPriceLimit|SpotAsPriceGo")},
    {"SpotPriceLimit", "spot_price_limit", above_zero()},
    {"SpotDuration", "spot_duration", number(0)},
    {"StrictSpot", "strict_spot", flag()},
    {"EphemeralStorage", "ephemeral_storage", number(0)},
    {"CpuArchitecture", "cpu_architecture", choice("AMD64|ARM64")},
    {"CpuOptionsCore", "cpu_options", number(1)},
    {"CpuOptionsThreadsPerCore", "cpu_options", number(1)},
    {"CpuOptionsNuma", "cpu_numa", some()},
    {"OsType", "os_type", choice("Linux|Windows")},
    {"GpuDriverVersion", "gpu_driver_version", some()},
    {"ComputeCategory", "compute_category", list(no_most, "economy|general")},
    {"DataCacheBucket", "data_cache", some()},
    {"DataCachePL", "data_cache", some()},
    {"DataCacheProvisionedIops", "data_cache_iops", number(0)},
    {"DataCacheBurstingEnabled", "data_cache_bursting", flag()},
    {"SecurityContext.Sysctl", "sysctl", list(no_most)},
    {"SecurityContext.Sysctl.Name", "name", some(), required},
    {"SecurityContext.Sysctl.Value", "value", text(0, no_most)},
    {"HostSecurityContext.Sysctl", "host_sysctl", list(no_most)},
    {"HostSecurityContext.Sysctl.Name", "name", some(), required},
    {"HostSecurityContext.Sysctl.Value", "value", text(0, no_most)},
    {"CorePattern", "core_pattern", some()},
    {"ShareProcessNamespace", "share_process_namespace", flag()},
    {"ContainerResourceView", "container_resource_view", flag()},
    {"RamRoleName", "ram_role", some()},
    {"ResourceGroupId", "resource_group", some()},
    {"Tag", "tag", list(20)},
    {"Tag.Key", "key",
     special(is_tag_key,
             "1 to 64 characters, not beginning with aliyun or acs:, without http:// "
             "and https://")},
    {"Tag.Value", "value", text(0, 128)},
    {"ClientToken", "client_token", token},
    {"DryRun", "dry_run", flag()},

    // Containers.
    {"Container", "container", list(20)},
    {"Container.Name", "name", special(is_label, "1 to 128 of [a-z0-9-], no hyphen at an end")},
    {"Container.Image", "image", some()},
    {"Container.Cpu", "cpu", above_zero()},
    {"Container.Memory", "memory", above_zero()},
    {"Container.Gpu", "gpu", number(0)},
    {"Container.Command", "command", argv(20)},
    {"Container.Arg", "arg", argv(10)},
    {"Container.WorkingDir", "working_dir", some()},
    {"Container.ImagePullPolicy", "image_pull_policy", choice("Always|IfNotPresent|Never")},
    {"Container.EnvironmentVar", "env", list(no_most)},
    {"Container.EnvironmentVar.Key", "key",
     special(is_variable, "1 to 128 of [A-Za-z0-9_], no digit at the beginning")},
    {"Container.EnvironmentVar.Value", "value", text(0, 256)},
    {"Container.EnvironmentVar.FieldRef.FieldPath", "field", choice("status.podIP")},
    {"Container.EnvironmentVarHide", "hide_env", flag()},
    {"Container.Port", "port", list(no_most)},
    {"Container.Port.Port", "number", number(1, 65535)},
    {"Container.Port.Protocol", "protocol", choice("TCP|UDP")},
    {"Container.VolumeMount", "mount", list(no_most)},
    {"Container.VolumeMount.Name", "volume", some()},
    {"Container.VolumeMount.MountPath", "path", some()},
    {"Container.VolumeMount.SubPath", "sub_path",
     special(is_relative_path, "a relative path without ..")},
    {"Container.VolumeMount.ReadOnly", "read_only", flag()},
    {"Container.VolumeMount.MountPropagation", "propagation",
     choice("None|HostToCotainer|Bidirectional")},
    {"Container.Stdin", "open_stdin", flag()},
    {"Container.StdinOnce", "open_stdin", flag()},
    {"Container.Tty", "tty", flag()},
    {"Container.Probe.HttpGet.Path", "path", some()},
    {"Container.Probe.HttpGet.Port", "port", number(1, 65535)},
    {"Container.Probe.HttpGet.Scheme", "scheme", choice("HTTP|HTTPS")},
    {"Container.Probe.Exec.Command", "exec", argv(20)},
    {"Container.Probe.TcpSocket.Port", "port", number(1, 65535)},
    {"Container.Probe.InitialDelaySeconds", "initial_delay", number(0)},
    {"Container.Probe.PeriodSeconds", "period", number(1)},
    {"Container.Probe.TimeoutSeconds", "timeout", number(1)},
    {"Container.Probe.SuccessThreshold", "successes", number(1)},
    {"Container.Probe.FailureThreshold", "failures", number(1)},
    {"Container.HandlerExec", "exec", argv(20)},
    {"Container.HandlerHttpGetHost", "host", some()},
    {"Container.HandlerHttpGetPath", "path", some()},
    {"Container.HandlerHttpGetPort", "port", number(1, 65535)},
    {"Container.HandlerHttpGetScheme", "scheme", choice("HTTP|HTTPS")},
    {"Container.HandlerHttpGetHttpHeader", "header", list(no_most)},
    {"Container.HandlerHttpGetHttpHeader.Name", "name", some(), required},
    {"Container.HandlerHttpGetHttpHeader.Value", "value", text(0, no_most)},
    {"Container.HandlerTcpSocketHost", "host", some()},
    {"Container.HandlerTcpSocketPort", "port", number(1, 65535)},
    {"Container.SecurityContext.Capability.Add", "security.add_capability", list(no_most)},
    {"Container.SecurityContext.RunAsUser", "security.run_as_user", number(0)},
    {"Container.SecurityContext.ReadOnlyRootFilesystem", "security.read_only_root", flag()},
    {"Container.SecurityContextPrivileged", "security.privileged", flag()},
    {"Container.SecurityContextRunAsGroup", "security.run_as_group", number(0)},
    {"Container.SecurityContextRunAsNonRoot", "security.run_as_non_root", flag()},
    {"Container.TerminationMessagePath", "termination_message_path", some()},
    {"Container.TerminationMessagePolicy", "termination_message_policy",
     choice("File|FallbackToLogsOnError")},

    // Volumes.
    {"Volume", "volume", list(20)},
    {"Volume.Name", "name", some()},
    {"Volume.Type", "type", some()},
    {"Volume.EmptyDirVolume.Medium", "medium", choice("Memory|LocalRaid0")},
    {"Volume.EmptyDirVolume.SizeLimit", "size_limit",
     special(is_quantity, "a number and Ki, Mi or Gi, such as 256Mi")},
    {"Volume.ConfigFileVolume.DefaultMode", "default_mode", mode},
    {"Volume.ConfigFileVolume.ConfigFileToPath", "file", list(no_most)},
    {"Volume.ConfigFileVolume.ConfigFileToPath.Path", "path",
     special(is_relative_path, "a relative path without ..")},
    {"Volume.ConfigFileVolume.ConfigFileToPath.Content", "content", text(0, no_most)},
    {"Volume.ConfigFileVolume.ConfigFileToPath.Mode", "mode", mode},
    {"Volume.NFSVolume.Server", "server", some()},
    {"Volume.NFSVolume.Path", "path", special(is_absolute_path, "an absolute path")},
    {"Volume.NFSVolume.ReadOnly", "read_only", flag()},
    {"Volume.FlexVolume.Driver", "driver", choice("alicloud/disk|alicloud/nas|alicloud/oss")},
    {"Volume.FlexVolume.FsType", "fs_type", some()},
    {"Volume.FlexVolume.Options", "options", some()},
    {"Volume.DiskVolume.DiskId", "disk_id", some()},
    {"Volume.DiskVolume.FsType", "fs_type", some()},
    {"Volume.HostPathVolume.Path", "path", special(is_absolute_path, "an absolute path")},
    {"Volume.HostPathVolume.Type", "type", some()},

    // Image caches.
    {"ImageCacheId", "id", some()},
    {"ImageCacheName", "name", group_name},
    {"Image", "image", list(no_most)},
    {"ImageCacheSize", "size", number(20)},
    {"RetentionDays", "retention_days", number(1)},
    {"Flash", "flash", flag()},
    {"StandardCopyCount", "standard_copies", number(1)},
    {"FlashCopyCount", "flash_copies", number(1)},
    {"EliminationStrategy", "elimination", choice("LRU")},
    {"Annotations", "annotations", some()},
    {"SnapshotId", "snapshot", some()},
    {"MatchImage", "match_image", list(100)},
    {"ImageFullMatch", "full_match", flag()},
    {"ImageMatchCountRequest", "match_count", number(1)},
    {"Limit", "limit", number(1)},
    {"NextToken", "next_token", some()},
};

}  // namespace

std::span<const option_rule> option_rules() {
    return rules;
}

const option_rule* find_rule(std::string_view path) {
    auto at = std::find_if(std::begin(rules), std::end(rules),
                           [path](const option_rule& one) { return one.path == path; });
    return at == std::end(rules) ? nullptr : at;
}

}  // namespace ecisbx::eci
