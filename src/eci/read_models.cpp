#include "eci/read_models.hpp"

#include "eci/fields.hpp"
#include "eci/parse_list.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ecisbx::eci {
namespace {

namespace json = boost::json;

int small_count(const fields& from, std::string_view name) {
    auto value = from.count(name).value_or(0);
    return static_cast<int>(
        std::clamp(value, std::int64_t{0}, std::int64_t{std::numeric_limits<int>::max()}));
}

group_event parse_group_event(const fields& from) {
    group_event one;
    one.type = from.text("Type");
    one.reason = from.text("Reason");
    one.message = from.text("Message");
    one.count = small_count(from, "Count");
    one.first_time = from.text("FirstTimestamp");
    one.last_time = from.text("LastTimestamp");
    one.reporting_component = from.text("ReportingComponent");
    if (auto about = from.object("Metadata")) one.name = about->text("Name");
    if (auto source = from.object("Source")) {
        one.component = source->text("Component");
        one.host = source->text("Host");
    }
    if (auto object = from.object("involvedObject")) {
        one.object_kind = object->text("Kind");
        one.object_name = object->text("Name");
    }
    return one;
}

group_events parse_group_events(const fields& from) {
    group_events one;
    one.id = from.text("ContainerGroupId");
    one.name = from.text("Name");
    one.uuid = from.text("uuid");
    one.events = parse_list(from, "Events", parse_group_event);
    return one;
}

/// The list `inner` in the object `outer`: `{"Rules":{"Rule":[...]}}`.
template <class Parse>
auto parse_wrapped(const fields& owner, std::string_view outer, std::string_view inner,
                   Parse parse) {
    auto holder = owner.object(outer);
    if (holder) return parse_list(*holder, inner, parse);
    return decltype(parse_list(owner, inner, parse))();
}

price_rule parse_rule(const fields& from) {
    price_rule one;
    if (auto id = from.count("RuleId")) one.id = std::to_string(*id);
    one.description = from.text("Description");
    return one;
}

price_detail parse_detail(const fields& from) {
    price_detail one;
    one.resource = from.text("Resource");
    one.original = from.amount("OriginalPrice").value_or(0);
    one.discount = from.amount("DiscountPrice").value_or(0);
    one.trade = from.amount("TradePrice").value_or(0);
    for (const auto& rule : parse_wrapped(from, "Rules", "Rule", parse_rule))
        one.rules.push_back(rule.description.empty() ? rule.id : rule.description);
    return one;
}

spot_price parse_spot(const fields& from) {
    spot_price one;
    one.zone = from.text("ZoneId");
    one.instance_type = from.text("InstanceType");
    one.price = from.amount("SpotPrice").value_or(0);
    one.original = from.amount("OriginPrice").value_or(0);
    return one;
}

region_info parse_region(const fields& from) {
    region_info one;
    one.id = from.text("RegionId");
    one.endpoint = from.text("RegionEndpoint");
    one.zones = from.texts("Zones");
    one.recommended_zones = from.texts("RecommendZones");
    one.unavailable_zones = from.texts("UnavailableZones");
    return one;
}

std::vector<available_resource> parse_resource(const fields& from) {
    auto type = from.text("Type");
    return parse_wrapped(from, "SupportedResources", "SupportedResource",
                         [&type](const fields& item) {
                             available_resource one;
                             one.type = type;
                             one.value = item.text("Value");
                             one.status = item.text("StatusCategory");
                             return one;
                         });
}

available_zone parse_zone(const fields& from) {
    available_zone one;
    one.region = from.text("RegionId");
    one.zone = from.text("ZoneId");
    for (auto& list :
         parse_wrapped(from, "AvailableResources", "AvailableResource", parse_resource))
        std::move(list.begin(), list.end(), std::back_inserter(one.resources));
    return one;
}

}  // namespace

container_log parse_log(const json::object& answer) {
    fields from(answer);
    container_log log;
    log.container = from.text("ContainerName");
    log.content = from.text("Content");
    log.request_id = from.text("RequestId");
    return log;
}

event_page parse_event_page(const json::object& answer) {
    fields from(answer);
    event_page page;
    page.total_count = from.count("TotalCount").value_or(0);
    page.next_token = from.text("NextToken");
    page.request_id = from.text("RequestId");
    page.groups = parse_list(from, "Data", parse_group_events);
    for (auto& group : page.groups) group.request_id = page.request_id;
    return page;
}

group_price parse_price(const json::object& answer) {
    fields from(answer);
    group_price all;
    all.request_id = from.text("RequestId");
    auto info = from.object("PriceInfo");
    if (!info) return all;
    if (auto price = info->object("Price")) {
        all.currency = price->text("Currency");
        all.original = price->amount("OriginalPrice").value_or(0);
        all.discount = price->amount("DiscountPrice").value_or(0);
        all.trade = price->amount("TradePrice").value_or(0);
        all.details = parse_wrapped(*price, "DetailInfos", "DetailInfo", parse_detail);
    }
    all.rules = parse_wrapped(*info, "Rules", "Rule", parse_rule);
    all.spot_prices = parse_wrapped(*info, "SpotPrices", "SpotPrice", parse_spot);
    return all;
}

std::vector<region_info> parse_regions(const json::object& answer) {
    return parse_list(fields(answer), "Regions", parse_region);
}

std::vector<available_zone> parse_resources(const json::object& answer) {
    return parse_wrapped(fields(answer), "AvailableZones", "AvailableZone", parse_zone);
}

account_usage parse_usage(const json::object& answer) {
    fields from(answer);
    account_usage usage;
    usage.request_id = from.text("RequestId");
    auto all = from.object("Attributes");
    if (!all) return usage;
    usage.used_cpu = all->amount("UsedCpu");
    usage.max_cpu = all->amount("MaxCpu");
    usage.used_image_caches = all->count("UsedImageCacheCount");
    usage.max_image_caches = all->count("MaxImageCacheCount");
    usage.used_auto_image_caches = all->count("UsedAutoImageCacheCount");
    usage.max_auto_image_caches = all->count("MaxAutoImageCacheCount");
    usage.used_data_caches = all->count("UsedDataCacheCount");
    usage.max_data_caches = all->count("MaxDataCacheCount");
    for (const auto& [name, value] : answer.at("Attributes").get_object())
        usage.attributes[std::string(name)] =
            value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    return usage;
}

}  // namespace ecisbx::eci
