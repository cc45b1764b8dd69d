#include "server/api/eci/resources.hpp"

#include "core/random.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/create_spec.hpp"

#include <algorithm>

namespace ecisbx::server::api::eci {

void begin_resource(store::resource& r, service& s, const std::string& id_prefix) {
    r.id = id_prefix + core::random_alnum(20);
    r.created = s.clock();
}

void add_warning(store::resource& r, service& s, const std::string& message) {
    store::event e;
    e.name = r.id + "." + core::random_hex(8);
    e.reason = "NotSupportedHere";
    e.message = message;
    e.warning = true;
    e.first = e.last = s.clock();
    r.events.push_back(std::move(e));
}

void read_placement(const proto::flat_view& in, store::resource& r) {
    auto group = in.text_or("ResourceGroupId", "");
    if (!group.empty()) r.resource_group = std::move(group);
    auto tags = read_tags(in);
    if (!tags.empty()) r.tags = std::move(tags);
}

void read_retention(const proto::flat_view& in, store::resource& r, time_point from) {
    constexpr std::int64_t longest = 36'600;
    auto days = in.integer("RetentionDays", 0, longest);
    if (!days) return;
    r.expires.reset();
    if (*days > 0) r.expires = from + std::chrono::hours(24 * *days);
}

std::optional<int> read_size(const proto::flat_view& in, std::string_view name) {
    auto size = in.integer(name, 20, 32'768);
    if (!size) return std::nullopt;
    return static_cast<int>(*size);
}

void check_vswitches(const proto::flat_view& in) {
    auto list = in.text_or("VSwitchId", "");
    if (std::count(list.begin(), list.end(), ',') > 9)
        refuse_parameter(in, "VSwitchId", "it must list at most 10");
}

void check_address(const proto::flat_view& in) {
    (void)in.member("EipCreateParam").integer("Bandwidth", 1, 1000);
}

bool resource_filter::matches(const store::resource& r) const {
    if (!resource_group.empty() && r.resource_group != resource_group) return false;
    return std::all_of(tags.begin(), tags.end(), [&](const auto& wanted) {
        return std::any_of(r.tags.begin(), r.tags.end(), [&](const auto& has) {
            return has.first == wanted.first &&
                   (wanted.second.empty() || has.second == wanted.second);
        });
    });
}

resource_filter read_resource_filter(const proto::flat_view& in) {
    resource_filter filter;
    filter.resource_group = in.text_or("ResourceGroupId", "");
    for (const auto& tag : in.elements("Tag", 20))
        filter.tags.emplace_back(tag.required("Key"), tag.text_or("Value", ""));
    return filter;
}

void render_resource(const store::resource& r, boost::json::object& out) {
    out["CreationTime"] = time_text(r.created);
    out["ResourceGroupId"] = r.resource_group;
    out["Tags"] = render_tags(r.tags);
    out["Events"] = render_events(r.events);
}

}  // namespace ecisbx::server::api::eci
