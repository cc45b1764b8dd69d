#include "server/store/group_index.hpp"

#include "server/store/memory.hpp"

namespace ecisbx::server::store {
namespace {

// A letter for the property, then its value: no two properties share a key. Texts hold no NUL.
std::string key_of(char property, std::string_view value) {
    std::string key(1, property);
    key += value;
    return key;
}

std::string all_key() {
    return "*";
}
std::string status_key(group_status status) {
    return key_of('s', to_string(status));
}
std::string tagged_key() {
    return "t";
}
std::string tag_key(const std::string& tag) {
    return key_of('k', tag);
}
std::string tag_value_key(const std::string& tag, const std::string& value) {
    return key_of('v', tag + '\0' + value);
}

std::vector<std::string> keys_of(const group& g) {
    const auto& spec = g.spec;
    std::vector<std::string> keys = {all_key(),
                                     status_key(g.status),
                                     key_of('n', spec.name),
                                     key_of('z', spec.zone),
                                     key_of('w', spec.vswitch),
                                     key_of('g', spec.security_group),
                                     key_of('r', spec.resource_group)};
    if (!spec.tags.empty()) keys.push_back(tagged_key());
    for (const auto& [tag, value] : spec.tags) {
        keys.push_back(tag_key(tag));
        keys.push_back(tag_value_key(tag, value));
    }
    return keys;
}

std::vector<std::string> keys_of(const group_filter& filter) {
    std::vector<std::string> keys;
    auto wish = [&](char property, const std::optional<std::string>& value) {
        if (value) keys.push_back(key_of(property, *value));
    };
    if (filter.status) keys.push_back(status_key(*filter.status));
    wish('n', filter.name);
    wish('z', filter.zone);
    wish('w', filter.vswitch);
    wish('g', filter.security_group);
    wish('r', filter.resource_group);
    for (const auto& [tag, value] : filter.tags)
        keys.push_back(value.empty() ? tag_key(tag) : tag_value_key(tag, value));
    if (filter.tagged && filter.tags.empty()) keys.push_back(tagged_key());
    if (keys.empty()) keys.push_back(all_key());
    return keys;
}

}  // namespace

void group_index::enter(const std::string& key, std::uint64_t sequence) {
    auto& set = by_key_[key];
    set.insert(set.end(), sequence);
}

void group_index::leave(const std::string& key, std::uint64_t sequence) {
    auto at = by_key_.find(key);
    if (at == by_key_.end()) return;
    at->second.erase(sequence);
    if (at->second.empty()) by_key_.erase(at);
}

void group_index::add(const group& g) {
    for (const auto& key : keys_of(g)) enter(key, g.sequence);
    by_time_.emplace(g.changed, g.sequence);
}

void group_index::remove(const group& g) {
    for (const auto& key : keys_of(g)) leave(key, g.sequence);
    by_time_.erase({g.changed, g.sequence});
}

void group_index::change_status(const group& g, group_status next) {
    if (g.status == next || by_time_.count({g.changed, g.sequence}) == 0) return;
    leave(status_key(g.status), g.sequence);
    enter(status_key(next), g.sequence);
}

void group_index::change_time(const group& g, time_point at) {
    auto node = by_time_.extract({g.changed, g.sequence});
    if (!node) return;
    node.value().first = at;
    by_time_.insert(by_time_.end(), std::move(node));
}

group_index::choice group_index::choose(const group_filter& filter) const {
    static const sequences none;
    auto keys = keys_of(filter);
    choice best;
    for (const auto& key : keys) {
        auto at = by_key_.find(key);
        if (at == by_key_.end()) return {&none, true};
        if (!best.smallest || at->second.size() < best.smallest->size())
            best.smallest = &at->second;
    }
    best.exact = keys.size() == 1;
    return best;
}

std::optional<std::vector<std::uint64_t>> group_index::changed_since(time_point since,
                                                                     std::size_t most) const {
    std::vector<std::uint64_t> found;
    for (auto at = by_time_.lower_bound({since, 0}); at != by_time_.end(); ++at) {
        if (found.size() == most) return std::nullopt;
        found.push_back(at->second);
    }
    return found;
}

}  // namespace ecisbx::server::store
