// Parameters that the local server only shows again: it takes them so that programs written for
// the service run, and shows them in the form of the service.
#include "server/api/eci/common.hpp"
#include "server/api/eci/create_spec.hpp"

#include <boost/json/array.hpp>

#include <limits>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;
using proto::flat_view;

constexpr std::size_t max_list = 100;

void copy_text(const flat_view& in, std::string_view name, json::object& out,
               std::string_view as = {}) {
    auto value = in.text_or(name, "");
    if (!value.empty()) out[as.empty() ? name : as] = value;
}

void copy_integer(const flat_view& in, std::string_view name, json::object& out) {
    if (auto value = in.integer(name, 0, std::numeric_limits<std::int32_t>::max()))
        out[name] = *value;
}

void copy_boolean(const flat_view& in, std::string_view name, json::object& out) {
    if (auto value = in.boolean(name)) out[name] = *value;
}

json::array texts(const flat_view& in, std::string_view name) {
    json::array out;
    for (auto& text : in.texts(name, max_list)) out.emplace_back(std::move(text));
    return out;
}

json::array names_and_values(const flat_view& in, std::string_view name) {
    json::array out;
    for (const auto& element : in.elements(name, max_list)) {
        json::object item;
        item["Name"] = element.text_or("Name", "");
        item["Value"] = element.text_or("Value", "");
        out.push_back(std::move(item));
    }
    return out;
}

json::object probe(const flat_view& in) {
    json::object out;
    out["Execs"] = texts(in, "Exec.Command");
    json::object get, socket;
    auto http = in.member("HttpGet");
    copy_text(http, "Path", get);
    copy_integer(http, "Port", get);
    copy_text(http, "Scheme", get);
    out["HttpGet"] = std::move(get);
    auto tcp = in.member("TcpSocket");
    copy_text(tcp, "Host", socket);
    copy_integer(tcp, "Port", socket);
    out["TcpSocket"] = std::move(socket);
    out["InitialDelaySeconds"] = in.integer("InitialDelaySeconds", 0, 86400).value_or(0);
    out["PeriodSeconds"] = in.integer("PeriodSeconds", 1, 86400).value_or(10);
    out["SuccessThreshold"] = in.integer("SuccessThreshold", 1, 1000).value_or(1);
    out["FailureThreshold"] = in.integer("FailureThreshold", 1, 1000).value_or(3);
    out["TimeoutSeconds"] = in.integer("TimeoutSeconds", 1, 86400).value_or(1);
    return out;
}

json::array volume_mounts(const flat_view& in) {
    json::array out;
    for (const auto& mount : in.elements("VolumeMount", max_list)) {
        json::object item;
        item["Name"] = mount.required("Name");
        item["MountPath"] = mount.required("MountPath");
        copy_text(mount, "SubPath", item);
        copy_boolean(mount, "ReadOnly", item);
        copy_text(mount, "MountPropagation", item);
        out.push_back(std::move(item));
    }
    return out;
}

json::object security_context(const flat_view& in) {
    json::object out, capability;
    auto adds = texts(in, "Capability.Add");
    if (!adds.empty()) {
        capability["Adds"] = std::move(adds);
        out["Capability"] = std::move(capability);
    }
    copy_integer(in, "RunAsUser", out);
    copy_boolean(in, "ReadOnlyRootFilesystem", out);
    return out;
}

json::array volumes(const flat_view& in) {
    json::array out;
    for (const auto& v : in.elements("Volume", max_list)) {
        json::object item;
        copy_text(v, "Name", item);
        copy_text(v, "Type", item);
        copy_text(v, "NFSVolume.Server", item, "NFSVolumeServer");
        copy_text(v, "NFSVolume.Path", item, "NFSVolumePath");
        if (auto read_only = v.boolean("NFSVolume.ReadOnly"))
            item["NFSVolumeReadOnly"] = *read_only;
        copy_text(v, "DiskVolume.DiskId", item, "DiskVolumeDiskId");
        copy_text(v, "DiskVolume.FsType", item, "DiskVolumeFsType");
        copy_text(v, "EmptyDirVolume.Medium", item, "EmptyDirVolumeMedium");
        copy_text(v, "EmptyDirVolume.SizeLimit", item, "EmptyDirVolumeSizeLimit");
        copy_text(v, "FlexVolume.Driver", item, "FlexVolumeDriver");
        copy_text(v, "FlexVolume.FsType", item, "FlexVolumeFsType");
        copy_text(v, "FlexVolume.Options", item, "FlexVolumeOptions");
        json::array files;
        for (const auto& f : v.elements("ConfigFileVolume.ConfigFileToPath", max_list)) {
            json::object file;
            copy_text(f, "Path", file);
            copy_text(f, "Content", file);
            files.push_back(std::move(file));
        }
        item["ConfigFileVolumeConfigFileToPaths"] = std::move(files);
        out.push_back(std::move(item));
    }
    return out;
}

void put_unless_empty(json::object& out, std::string_view name, json::array list) {
    if (!list.empty()) out[name] = std::move(list);
}

json::array host_aliases(const flat_view& in) {
    json::array out;
    for (const auto& alias : in.elements("HostAliase", max_list)) {  // spelt so by the service
        json::object item;
        copy_text(alias, "Ip", item);
        item["Hostnames"] = texts(alias, "Hostname");
        out.push_back(std::move(item));
    }
    return out;
}

}  // namespace

json::object echo_of_container(const flat_view& in, bool init) {
    json::object out;
    put_unless_empty(out, "VolumeMounts", volume_mounts(in));
    auto security = security_context(in.member("SecurityContext"));
    if (!security.empty()) out["SecurityContext"] = std::move(security);
    if (init) return out;
    for (std::string_view name : {"LivenessProbe", "ReadinessProbe"}) {
        auto given = in.member(name);
        if (!given.empty()) out[name] = probe(given);
    }
    return out;
}

json::object echo_of_group(const flat_view& in) {
    json::object out;
    for (std::string_view name :
         {"InstanceType", "SpotStrategy", "RamRoleName", "DnsPolicy", "HostName"})
        copy_text(in, name, out);
    if (auto price = in.number("SpotPriceLimit", 0, 1e6)) out["SpotPriceLimit"] = *price;
    copy_integer(in, "EphemeralStorage", out);
    auto categories = in.texts("ComputeCategory", max_list);
    if (!categories.empty()) out["ComputeCategory"] = categories.front();
    put_unless_empty(out, "HostAliases", host_aliases(in));
    put_unless_empty(out, "Volumes", volumes(in));
    auto dns = in.member("DnsConfig");
    if (!dns.empty()) {
        json::object item;
        item["NameServers"] = texts(dns, "NameServer");
        item["Searches"] = texts(dns, "Search");
        item["Options"] = names_and_values(dns, "Option");
        out["DnsConfig"] = std::move(item);
    }
    auto sysctls = names_and_values(in, "SecurityContext.Sysctl");
    if (!sysctls.empty()) {
        json::object item;
        item["Sysctls"] = std::move(sysctls);
        out["EciSecurityContext"] = std::move(item);
    }
    return out;
}

}  // namespace ecisbx::server::api::eci
