// TagResources, UntagResources, ListTagResources: all of it real, for all four kinds.
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/selection.hpp"
#include "server/api/eci/tag_targets.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;

constexpr std::size_t max_ids = 50;
constexpr std::size_t max_tags = 20;
constexpr std::size_t longest_key = 128;
constexpr std::size_t usual_page = 20, longest_page = 50;

std::vector<std::string> required_ids(const proto::flat_view& in) {
    auto ids = in.lenient_texts("ResourceId", max_ids);
    if (!ids || ids->empty()) throw proto::api_refusal(proto::missing_parameter("ResourceId.1"));
    return std::move(*ids);
}

// All of them before any is changed.
std::vector<tagged> find_all(tag_targets& targets, const std::vector<std::string>& ids) {
    std::vector<tagged> found;
    for (const auto& id : ids) {
        auto one = targets.find(id);
        if (!one)
            refuse(404, "InvalidResourceId.NotFound", "The resource " + id + " does not exist.");
        found.push_back(std::move(*one));
    }
    return found;
}

void tag(service& s, const call& c) {
    auto targets = read_tag_targets(s, c);
    auto ids = required_ids(c.parameters);
    auto added = read_tags(c.parameters, longest_key);
    if (added.empty()) throw proto::api_refusal(proto::missing_parameter("Tag.1.Key"));
    auto found = find_all(*targets, ids);
    for (auto& one : found) one.tags = merged_tags(std::move(one.tags), added);
    for (auto& one : found) targets->set(one.id, std::move(one.tags));
}

void untag(service& s, const call& c) {
    auto targets = read_tag_targets(s, c);
    auto ids = required_ids(c.parameters);
    auto keys = c.parameters.texts("TagKey", max_tags);
    // Keys win over All, which the service reads only without them.
    bool all = c.parameters.boolean("All").value_or(false) && keys.empty();
    if (!all && keys.empty()) throw proto::api_refusal(proto::missing_parameter("TagKey.1"));
    for (auto& one : find_all(*targets, ids)) {
        std::erase_if(one.tags, [&](const auto& t) {
            return all || std::find(keys.begin(), keys.end(), t.first) != keys.end();
        });
        targets->set(one.id, std::move(one.tags));
    }
}

// An entry is one tag of one resource, so a page may end in the middle of a resource: a position is
// the resource's sequence and how many of its tags are done. Nobody has more than `max_tags`.
constexpr std::uint64_t places = 32;
static_assert(max_tags < places);

}  // namespace

json::object tag_resources(service& s, const call& c) {
    require_region(c);
    tag(s, c);
    return {};
}

json::object untag_resources(service& s, const call& c) {
    require_region(c);
    (void)once(s, c, [&] { return untag(s, c), std::string(); });
    return {};
}

json::object list_tag_resources(service& s, const call& c) {
    require_region(c);
    const auto& in = c.parameters;
    auto targets = read_tag_targets(s, c);
    auto ids = in.lenient_texts("ResourceId", max_ids).value_or(std::vector<std::string>());
    tag_list wanted;
    for (const auto& t : in.elements("Tag", max_tags))
        wanted.emplace_back(t.required("Key"), t.text_or("Value", ""));
    auto page = read_page(s, c, "Limit", usual_page, longest_page);
    auto sequence = page.before / places;
    std::size_t done = page.before % places;
    // Two more than fit: one to know whether there is a next page, one for the first, of which all
    // may be done.
    auto found = targets->list(ids, wanted, page.limit + 2, page.before == 0 ? 0 : sequence + 1);
    json::array entries;
    std::uint64_t next = 0;
    for (const auto& one : found) {
        for (std::size_t i = one.sequence == sequence ? done : 0; i < one.tags.size(); ++i) {
            if (entries.size() == page.limit && next == 0) next = one.sequence * places + i;
            if (next != 0) break;
            json::object entry;
            entry["ResourceId"] = one.id;
            entry["ResourceType"] = in.text_or("ResourceType", "");
            entry["TagKey"] = one.tags[i].first;
            entry["TagValue"] = one.tags[i].second;
            entries.push_back(std::move(entry));
        }
    }
    json::object out;
    out["NextToken"] = seal_page(s.page_key, next);
    out["TagResources"] = std::move(entries);
    return out;
}

}  // namespace ecisbx::server::api::eci
