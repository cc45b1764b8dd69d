#include "eci/create.hpp"

#include "core/ascii.hpp"
#include "core/random.hpp"
#include "core/sha256.hpp"
#include "eci/create_checks.hpp"
#include "eci/option_writer.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace ecisbx::eci {
namespace {

constexpr std::string_view options_name = "create_options";

/// A name that no other group has. With a token of the caller's the same token makes the same one:
/// the service takes a repeated call for the first only when all parameters are the same.
std::string made_up_name(std::string_view token = {}) {
    return "sandbox-" +
           (token.empty() ? core::random_alnum(10) : core::sha256_hex(token).substr(0, 10));
}

using extra_list = std::vector<std::pair<std::string, std::string>>;

bool sets(const extra_list& extra, std::string_view prefix) {
    return std::any_of(extra.begin(), extra.end(),
                       [prefix](const auto& one) { return one.first.starts_with(prefix); });
}

/// An instance type is given in place of a size.
void remove_size(proto::parameter_list& parameters) {
    std::erase_if(parameters, [](const auto& one) {
        return one.first == "Cpu" || one.first == "Memory" || one.first == "Container.1.Cpu" ||
               one.first == "Container.1.Memory";
    });
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

option_node create_options::node() const {
    option_node group = group_;
    option_node first = container_;
    const auto* more = group.find_nodes("Container");
    // As the group has no other, it is the group's size that the container has.
    if (more == nullptr && group.text("InstanceType").empty())
        for (const char* name : {"Cpu", "Memory"})
            if (first.find(name) == nullptr)
                if (const auto* size = group.find(name)) first.put(name, *size);
    group.add_first("Container", std::move(first));
    std::vector<std::pair<std::string, option_node>> aliases;
    for (const auto& [ip, name] : host_names_) {
        auto at = std::find_if(aliases.begin(), aliases.end(),
                               [&ip = ip](const auto& one) { return one.first == ip; });
        if (at == aliases.end()) {
            at = aliases.insert(aliases.end(), {ip, option_node()});
            at->second.put("Ip", ip);
        }
        at->second.append("Hostname", name);
    }
    for (auto& [ip, alias] : aliases) group.add("HostAliase", std::move(alias));
    return group;
}

std::string create_options::clean_name(std::string_view text) {
    std::string name;
    for (char c : text) {
        if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // of a character begun
        char lower = core::ascii_lower(c);
        name += is_letter_or_digit(lower) ? lower : '-';
    }
    auto first = name.find_first_not_of('-');
    name.erase(0, std::min(first, name.size()));
    name.resize(std::min<std::size_t>(name.size(), 128));
    name.erase(name.find_last_not_of('-') + 1);
    return name.size() < 2 ? made_up_name() : name;
}

proto::parameter_list create_parameters(const create_options& options) {
    auto group = options.node();
    check_scope scope;
    scope.volumes_known = !sets(options.extra(), "Volume.");
    auto parameters = checked_parameters(options_name, group);
    check_group(options_name, group, scope);
    check_tags(options_name, group);
    bool typed = !group.text("InstanceType").empty() || sets(options.extra(), "InstanceType");
    if (typed) remove_size(parameters);
    const auto& token = options.client_token();
    if (options.name().empty()) parameters.emplace_back("ContainerGroupName", made_up_name(token));
    if (token.empty()) parameters.emplace_back("ClientToken", core::uuid());
    add_extra(options_name, options.extra(), parameters);
    return parameters;
}

}  // namespace ecisbx::eci
