#include "server/api/eci/create_spec.hpp"

#include "server/api/eci/common.hpp"
#include "server/api/eci/sizes.hpp"

#include <algorithm>
#include <set>

namespace ecisbx::server::api::eci {
namespace {

constexpr std::size_t max_containers = 20;
constexpr std::size_t max_volumes = 20;
constexpr std::size_t max_tags = 20;
constexpr double max_amount = 1'000'000;

bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

std::string read_group_name(const proto::flat_view& in) {
    auto name = in.required("ContainerGroupName");
    bool good = name.size() >= 2 && name.size() <= 128 && name.front() != '-' &&
                name.back() != '-' && std::all_of(name.begin(), name.end(), is_name_char);
    if (!good)
        refuse_parameter(in, "ContainerGroupName",
                         "it must be 2 to 128 lower-case letters, digits and hyphens, and not "
                         "begin or end with a hyphen");
    return name;
}

void check_tag(const proto::flat_view& in, const std::string& key, const std::string& value,
               std::size_t longest_key) {
    auto length = length_of(key);
    if (length < 1 || length > longest_key)
        refuse_parameter(in, "Key",
                         "it must be 1 to " + std::to_string(longest_key) + " characters");
    if (key.starts_with("aliyun") || key.starts_with("acs:"))
        refuse_parameter(in, "Key", "it must not begin with aliyun or acs:");
    for (const auto* text : {&key, &value})
        if (text->find("http://") != std::string::npos ||
            text->find("https://") != std::string::npos)
            refuse_parameter(in, text == &key ? "Key" : "Value",
                             "it must not contain http:// or https://");
    if (length_of(value) > 128) refuse_parameter(in, "Value", "it must be at most 128 characters");
}

void read_containers(const proto::flat_view& in, store::group_spec& spec) {
    std::set<std::string> names;
    auto read = [&](std::string_view list, bool init, std::vector<store::container_spec>& into) {
        for (const auto& element : in.elements(list, max_containers)) {
            auto c = read_container_spec(element, init);
            if (!names.insert(c.name).second)
                refuse(400, "InvalidParameter.DuplicatedName",
                       "The container name " + c.name + " is used twice.");
            into.push_back(std::move(c));
        }
    };
    read("Container", false, spec.containers);
    read("InitContainer", true, spec.init_containers);
    if (spec.containers.empty())
        throw proto::api_refusal(proto::missing_parameter("Container.1.Name"));
}

[[noreturn]] void refuse_size(const std::string& why) {
    refuse(400, "InvalidParameter.CPU.Memory",
           "The specified Cpu and Memory are not valid: " + why);
}

void read_size(const proto::flat_view& in, store::group_spec& spec) {
    auto cpu = in.number("Cpu", 0, max_amount);
    auto memory = in.number("Memory", 0, max_amount);
    size wanted;
    wanted.cpu = cpu.value_or(0);
    wanted.memory = memory.value_or(0);
    if (wanted == size{})
        for (const auto& c : spec.containers) {
            wanted.cpu += c.cpu;
            wanted.memory += c.memory;
        }
    if (wanted == size{}) wanted = {2, 4};
    auto rounded = round_up(wanted);
    if (!rounded) refuse_size("no supported size is that large.");
    spec.cpu = rounded->cpu;
    spec.memory = rounded->memory;
    if (!in.text_or("InstanceType", "").empty()) return;  // its size rules then, not the table
    for (const auto* list : {&spec.containers, &spec.init_containers})
        for (const auto& c : *list)
            if (c.cpu > spec.cpu || c.memory > spec.memory)
                refuse_size("container " + c.name + " asks for more than the group has.");
}

void check_mounts(const proto::flat_view& in, const store::group_spec& spec) {
    auto known = [&](const std::string& name) {
        return std::any_of(spec.volumes.begin(), spec.volumes.end(),
                           [&](const auto& v) { return v.name == name; });
    };
    for (std::string_view list : {"Container", "InitContainer"})
        for (const auto& c : in.elements(list, max_containers))
            for (const auto& mount : c.elements("VolumeMount", max_volumes))
                if (!known(mount.required("Name")))
                    refuse_parameter(mount, "Name", "no volume has this name");
}

}  // namespace

tag_list merged_tags(tag_list tags, const tag_list& changed) {
    for (const auto& [key, value] : changed) {
        auto at = std::find_if(tags.begin(), tags.end(),
                               [&k = key](const auto& one) { return one.first == k; });
        if (at == tags.end())
            tags.emplace_back(key, value);
        else
            at->second = value;
    }
    if (tags.size() > max_tags)
        refuse(400, "NumberExceed.Tags", "The number of tags exceeds the limit of 20.");
    return tags;
}

tag_list read_tags(const proto::flat_view& in, std::size_t longest_key) {
    tag_list tags;
    auto elements = in.elements("Tag", 1000);
    if (elements.size() > max_tags)
        refuse(400, "NumberExceed.Tags", "The number of tags exceeds the limit of 20.");
    for (const auto& tag : elements) {
        auto key = tag.required("Key");
        auto value = tag.text_or("Value", "");
        check_tag(tag, key, value, longest_key);
        bool twice =
            std::any_of(tags.begin(), tags.end(), [&](const auto& t) { return t.first == key; });
        if (twice) refuse_parameter(tag, "Key", "it is there twice");
        tags.emplace_back(std::move(key), std::move(value));
    }
    return tags;
}

store::group_spec read_group_spec(const proto::flat_view& in, const std::string& zone) {
    store::group_spec spec;
    spec.name = read_group_name(in);
    read_containers(in, spec);
    read_size(in, spec);
    auto policy = one_of(in, "RestartPolicy", {"Always", "OnFailure", "Never"}, "Always");
    spec.restart = *store::parse_restart_policy(policy);
    constexpr std::int64_t year = 366LL * 24 * 3600;
    spec.grace =
        std::chrono::seconds(in.integer("TerminationGracePeriodSeconds", 0, year).value_or(30));
    spec.active_deadline =
        std::chrono::seconds(in.integer("ActiveDeadlineSeconds", 1, year).value_or(0));
    spec.tags = read_tags(in);
    spec.volumes = read_volumes(in);
    check_mounts(in, spec);
    check_group_parameters(in);
    auto switches = in.text_or("VSwitchId", "vsw-local");
    if (std::count(switches.begin(), switches.end(), ',') > 9)
        refuse_parameter(in, "VSwitchId", "it must list at most 10");
    spec.vswitch = switches.substr(0, switches.find(','));
    spec.zone = in.text_or("ZoneId", zone);
    spec.security_group = in.text_or("SecurityGroupId", "sg-local");
    spec.resource_group = in.text_or("ResourceGroupId", "");
    spec.extra = echo_of_group(in);
    return spec;
}

}  // namespace ecisbx::server::api::eci
