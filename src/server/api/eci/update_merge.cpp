#include "server/api/eci/update_merge.hpp"

#include "core/percent.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>

namespace ecisbx::server::api::eci {
namespace {

using parameters = std::map<std::string, std::string>;

constexpr std::array<std::string_view, 4> scalars = {"Cpu", "Memory", "RestartPolicy",
                                                     "ResourceGroupId"};
constexpr std::array<std::string_view, 3> named_lists = {"Container.", "InitContainer.", "Volume."};
constexpr std::string_view dns = "DnsConfig.";

parameters below(const parameters& all, const std::string& prefix) {
    parameters found;
    for (auto at = all.lower_bound(prefix); at != all.end() && at->first.starts_with(prefix); ++at)
        found.emplace(at->first.substr(prefix.size()), at->second);
    return found;
}

void erase_below(parameters& all, const std::string& prefix) {
    std::erase_if(all, [&](const auto& one) { return one.first.starts_with(prefix); });
}

void add_below(parameters& all, const std::string& prefix, const parameters& more) {
    for (const auto& [name, value] : more) all[prefix + name] = value;
}

void replace(parameters& all, const parameters& change, const std::string& prefix) {
    auto given = below(change, prefix);
    if (given.empty()) return;
    erase_below(all, prefix);
    add_below(all, prefix, given);
}

struct element {
    std::size_t index = 0;
    parameters members;
};

/// The elements of a list, by index. An index that is no number is left where it is: what reads
/// the whole refuses it.
std::vector<element> elements_of(const parameters& list) {
    std::map<std::size_t, parameters> by_index;
    for (const auto& [name, value] : list) {
        std::size_t index = 0;
        auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), index);
        if (failed != std::errc() || end == name.data() + name.size() || *end != '.') continue;
        by_index[index][name.substr(static_cast<std::size_t>(end - name.data()) + 1)] = value;
    }
    std::vector<element> elements;
    for (auto& [index, members] : by_index) elements.push_back({index, std::move(members)});
    return elements;
}

std::string value_of(const parameters& members, const std::string& name) {
    auto at = members.find(name);
    return at == members.end() ? std::string() : at->second;
}

/// The element whose member `key` is `wanted`, else a new place behind the last.
std::size_t place_of(const std::vector<element>& elements, const std::string& key,
                     const std::string& wanted) {
    std::size_t last = 0;
    for (const auto& one : elements) {
        if (value_of(one.members, key) == wanted) return one.index;
        last = std::max(last, one.index);
    }
    return last + 1;
}

/// Elements of `change` change those with the same `key`; `merge` does it for one.
template <class Merge>
void merge_list(parameters& all, const parameters& change, const std::string& prefix,
                const std::string& key, Merge merge) {
    for (const auto& one : elements_of(below(change, prefix))) {
        auto index = place_of(elements_of(below(all, prefix)), key, value_of(one.members, key));
        auto at = prefix + std::to_string(index) + ".";
        auto members = below(all, at);
        merge(members, one.members);
        erase_below(all, at);
        add_below(all, at, members);
    }
}

void replace_whole(parameters& members, const parameters& given) {
    members = given;
}

/// `Command.2` and `LivenessProbe.HttpGet.Port` stand for all of `Command` and `LivenessProbe`.
void merge_container(parameters& members, const parameters& given) {
    constexpr const char* variables = "EnvironmentVar.";
    for (const auto& [name, value] : given) {
        auto dot = name.find('.');
        if (dot == std::string::npos || name.starts_with(variables)) continue;
        erase_below(members, name.substr(0, dot + 1));
    }
    for (const auto& [name, value] : given)
        if (!name.starts_with(variables)) members[name] = value;
    merge_list(members, given, variables, "Key", replace_whole);
}

proto::parameter_list as_list(const parameters& all) {
    return {all.begin(), all.end()};
}

/// Of all actions only the update spells it with an s.
std::string usual_name(std::string name) {
    constexpr std::string_view odd = "LifecyclePostStartHandlerHttpGetHttpHeaders.";
    if (auto at = name.find(odd); at != std::string::npos) name.erase(at + odd.size() - 2, 1);
    return name;
}

}  // namespace

std::string keep_request(const proto::parameter_list& all) {
    constexpr std::array<std::string_view, 3> lists = {"Tag.", "ImageRegistryCredential.",
                                                       "AcrRegistryInfo."};
    constexpr std::array<std::string_view, 7> own = {
        "ClientToken", "DryRun", "RegionId", "Action", "Version", "ContainerGroupId", "UpdateType"};
    std::string text;
    for (const auto& [name, value] : all) {
        bool dropped = std::any_of(lists.begin(), lists.end(),
                                   [&n = name](auto prefix) { return n.starts_with(prefix); });
        if (dropped || std::find(own.begin(), own.end(), name) != own.end()) continue;
        if (!text.empty()) text += '&';
        text += core::percent_encode(name) + '=' + core::percent_encode(value);
    }
    text.shrink_to_fit();
    return text;
}

proto::parameter_list kept_request(const std::string& text) {
    auto fields = core::parse_form(text).value_or(core::form_fields());
    return {fields.begin(), fields.end()};
}

proto::parameter_list merge_update(const proto::parameter_list& before,
                                   const proto::parameter_list& change, bool incremental) {
    parameters all(before.begin(), before.end());
    parameters given;
    for (const auto& [name, value] : change) given.emplace(usual_name(name), value);
    for (auto name : scalars)
        if (auto at = given.find(std::string(name)); at != given.end() && !at->second.empty())
            all[at->first] = at->second;
    replace(all, given, std::string(dns));
    for (auto list : named_lists) {
        std::string prefix(list);
        if (!incremental)
            replace(all, given, prefix);
        else if (list == "Volume.")
            merge_list(all, given, prefix, "Name", replace_whole);
        else
            merge_list(all, given, prefix, "Name", merge_container);
    }
    return as_list(all);
}

}  // namespace ecisbx::server::api::eci
