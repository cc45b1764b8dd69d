// What can be had, and what is used: DescribeAvailableResource, ListUsage.
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/local_types.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;

constexpr double most_amount = 1'000'000;

json::object wrapped(const char* name, json::array items) {
    json::object out;
    out[name] = std::move(items);
    return out;
}

json::object wrapped(const char* name, json::object item) {
    json::array items;
    items.push_back(std::move(item));
    return wrapped(name, std::move(items));
}

json::object render_item(std::string_view value) {
    json::object out;
    out["Value"] = value;
    out["StatusCategory"] = "WithStock";
    return out;
}

json::array select_types(const proto::flat_view& in, const std::string& value) {
    auto cores = in.number("Cores", 0, most_amount);
    auto memory = in.number("Memory", 0, most_amount);
    json::array items;
    for (const auto& one : all_sizes()) {
        if ((cores && *cores != one.cpu) || (memory && *memory != one.memory)) continue;
        auto type = local_type(one);
        if (value.empty() || value == type) items.push_back(render_item(std::move(type)));
    }
    return items;
}

json::array select_resources(const proto::flat_view& in, const std::string& category) {
    auto value = in.text_or("Value", "");
    if (category == "InstanceType") return select_types(in, value);
    json::array items;
    if (value.empty() || value == local_family)
        items.push_back(render_item(std::string(local_family)));
    return items;
}

double used_cpu(const store::memory& groups) {
    double sum = 0;
    auto all = groups.select(store::group_filter(), std::numeric_limits<std::size_t>::max(), 0);
    for (const auto& g : all.groups)
        if (!store::is_terminal(g->status)) sum += g->spec.cpu;
    return sum;
}

}  // namespace

json::object describe_available_resource(service& s, const call& c) {
    require_region(c);
    auto wanted = c.parameters.member("DestinationResource");
    (void)wanted.required("Category");
    auto category = one_of(wanted, "Category", {"InstanceTypeFamily", "InstanceType"}, "");
    json::array zones;
    if (c.parameters.text_or("ZoneId", s.zone()) == s.zone()) {
        json::object resource, zone;
        resource["Type"] = category;
        resource["SupportedResources"] =
            wrapped("SupportedResource", select_resources(wanted, category));
        zone["RegionId"] = s.settings.region;
        zone["ZoneId"] = s.zone();
        zone["AvailableResources"] = wrapped("AvailableResource", std::move(resource));
        zones.push_back(std::move(zone));
    }
    json::object out;
    out["AvailableZones"] = wrapped("AvailableZone", std::move(zones));
    return out;
}

json::object list_usage(service& s, const call& c) {
    require_region(c);
    s.resources.expire(s.clock());
    const auto& largest = all_sizes().back();
    json::object all, out;
    all["UsedCpu"] = used_cpu(*s.groups);
    // No other quota than the room for groups.
    all["MaxCpu"] = static_cast<double>(s.groups->capacity()) * largest.cpu;
    all["UsedImageCacheCount"] = s.resources.image_caches.size();
    all["MaxImageCacheCount"] = s.resources.image_caches.capacity();
    all["UsedAutoImageCacheCount"] = 0;  // the local server makes none by itself
    all["MaxAutoImageCacheCount"] = 0;
    all["UsedDataCacheCount"] = s.resources.data_caches.size();
    all["MaxDataCacheCount"] = s.resources.data_caches.capacity();
    out["Attributes"] = std::move(all);
    return out;
}

}  // namespace ecisbx::server::api::eci
