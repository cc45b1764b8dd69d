// Volumes and mounts of a create or update request.
#include "core/base64.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/create_spec.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace ecisbx::server::api::eci {
namespace {

using proto::flat_view;

constexpr std::size_t max_volumes = 20;
constexpr std::size_t max_files = 100;
constexpr std::size_t max_file = 32 * 1024;
constexpr std::size_t max_all_files = 60 * 1024;

bool is_inside(std::string_view path) {
    if (path.empty() || path.front() == '/') return false;
    for (std::size_t at = 0; at <= path.size();) {
        auto end = std::min(path.find('/', at), path.size());
        if (path.substr(at, end - at) == "..") return false;
        at = end + 1;
    }
    return true;
}

std::string required_path(const flat_view& in, std::string_view name) {
    auto path = in.required(name);
    if (!is_inside(path)) refuse_parameter(in, name, "it must be a relative path without ..");
    return path;
}

/// `256Mi`; 0 when absent.
std::uint64_t read_size(const flat_view& in, std::string_view name) {
    auto text = in.text_or(name, "");
    if (text.empty()) return 0;
    std::uint64_t number = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    unsigned shift = unit.empty() ? 0 : unit == "Ki" ? 10 : unit == "Mi" ? 20 : 30;
    bool known = unit.empty() || shift < 30 || unit == "Gi";
    if (failed != std::errc() || !known || number >= (std::uint64_t{1} << 30))
        refuse_parameter(in, name, "it must be a number and Ki, Mi or Gi");
    return number << shift;
}

unsigned read_mode(const flat_view& in, std::string_view name, unsigned fallback) {
    auto text = in.text_or(name, "");
    if (text.empty()) return fallback;
    unsigned mode = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (failed != std::errc() || end != text.data() + text.size() || mode > 0777)
        refuse_parameter(in, name, "it must be four octal digits, 0000 to 0777");
    return mode;
}

std::vector<store::config_file> read_files(const flat_view& in) {
    std::vector<store::config_file> files;
    std::set<std::string> paths;
    std::size_t together = 0;
    auto mode = read_mode(in, "DefaultMode", 0644);
    for (const auto& element : in.elements("ConfigFileToPath", max_files)) {
        store::config_file file;
        file.path = required_path(element, "Path");
        if (!paths.insert(file.path).second) refuse_parameter(element, "Path", "it is there twice");
        auto content = core::base64_decode(element.text_or("Content", ""));
        if (!content) refuse_parameter(element, "Content", "it must be Base64");
        together += content->size();
        if (content->size() > max_file || together > max_all_files)
            refuse(400, "InvalidParameter.ValueExceeded",
                   "The parameter " + element.full_name("Content") +
                       " exceeds the limit of 32 KB for a file and 60 KB for all of a volume.");
        file.content = std::move(*content);
        file.mode = read_mode(element, "Mode", mode);
        files.push_back(std::move(file));
    }
    return files;
}

void read_kind(const flat_view& in, const std::string& type, store::volume& v) {
    if (type == "EmptyDirVolume") {
        v.what = store::volume::kind::empty_dir;
        (void)one_of(in, "EmptyDirVolume.Medium", {"Memory", "LocalRaid0"}, "");
        v.size = read_size(in, "EmptyDirVolume.SizeLimit");
    } else if (type == "ConfigFileVolume") {
        v.what = store::volume::kind::config;
        v.files = read_files(in.member("ConfigFileVolume"));
    } else if (type == "NFSVolume") {
        (void)in.required("NFSVolume.Server");
        (void)in.required("NFSVolume.Path");
        (void)in.boolean("NFSVolume.ReadOnly");
    } else if (type == "FlexVolume") {
        (void)in.required("FlexVolume.Driver");
    } else if (type == "DiskVolume") {
        (void)in.required("DiskVolume.DiskId");
    } else if (type == "HostPathVolume") {
        (void)in.required("HostPathVolume.Path");
    }
}

}  // namespace

std::vector<store::volume> read_volumes(const flat_view& in) {
    std::vector<store::volume> volumes;
    std::set<std::string> names;
    for (const auto& element : in.elements("Volume", max_volumes)) {
        store::volume v;
        v.name = element.required("Name");
        if (!names.insert(v.name).second)
            refuse(400, "InvalidParameter.DuplicatedVolumeName",
                   "The volume name " + v.name + " is used twice.");
        auto type = one_of(element, "Type",
                           {"EmptyDirVolume", "ConfigFileVolume", "NFSVolume", "FlexVolume",
                            "DiskVolume", "HostPathVolume"},
                           "");
        read_kind(element, type, v);
        volumes.push_back(std::move(v));
    }
    return volumes;
}

std::vector<store::mount> read_mounts(const flat_view& in) {
    std::vector<store::mount> mounts;
    std::set<std::string> paths;
    for (const auto& element : in.elements("VolumeMount", max_volumes)) {
        store::mount m;
        m.volume = element.required("Name");
        m.path = element.required("MountPath");
        if (!paths.insert(m.path).second)
            refuse_parameter(element, "MountPath", "it is there twice");
        m.sub_path = element.text_or("SubPath", "");
        if (!m.sub_path.empty()) m.sub_path = required_path(element, "SubPath");
        m.read_only = element.boolean("ReadOnly").value_or(false);
        (void)one_of(element, "MountPropagation",
                     {"None", "HostToCotainer", "HostToContainer", "Bidirectional"}, "None");
        mounts.push_back(std::move(m));
    }
    return mounts;
}

}  // namespace ecisbx::server::api::eci
