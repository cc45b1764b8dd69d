// A price list of its own, so that programs that ask for prices can be tried out. It is not the
// vendor's, and says so: in its currency (XTS, which ISO 4217 keeps for tests) and in its rule.
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/local_types.hpp"

#include <boost/json/array.hpp>

#include <cmath>
#include <string>
#include <string_view>
#include <utility>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;

// Per hour.
constexpr double per_cpu = 0.1;
constexpr double per_gib = 0.01;
constexpr double per_storage_gib = 0.001;
constexpr double spot_part = 0.2;  // of the full price
constexpr double most_amount = 1'000'000;
constexpr std::string_view rule_text =
    "The price list of this local server, not the vendor's: 0.1 per vCPU, 0.01 per GiB of memory "
    "and 0.001 per GiB of extra storage an hour; spot instances cost a fifth.";

json::object wrapped(const char* name, json::array items) {
    json::object out;
    out[name] = std::move(items);
    return out;
}

double rounded(double price) {
    return std::round(price * 1e6) / 1e6;
}

json::object render_amounts(double full, bool spot) {
    double paid = spot ? full * spot_part : full;
    json::object out;
    out["OriginalPrice"] = rounded(full);
    out["DiscountPrice"] = rounded(full - paid);
    out["TradePrice"] = rounded(paid);
    return out;
}

size read_wanted(const proto::flat_view& in) {
    auto type = in.text_or("InstanceType", "");
    if (!type.empty()) {
        auto known = size_of_local_type(type);
        if (!known)
            refuse_parameter(in, "InstanceType",
                             "a local server has eci.local-<vCPU>c<GiB>g, of its sizes, only");
        return *known;
    }
    (void)in.required("Cpu");
    (void)in.required("Memory");
    size wanted;
    wanted.cpu = in.number("Cpu", 0, most_amount).value_or(0);
    wanted.memory = in.number("Memory", 0, most_amount).value_or(0);
    auto sold = round_up(wanted);
    if (!sold)
        refuse(400, "InvalidParameter.CPU.Memory",
               "The specified Cpu and Memory are not valid: no supported size is that large.");
    return *sold;
}

bool read_spot(const proto::flat_view& in) {
    auto strategy =
        one_of(in, "SpotStrategy", {"NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo"}, "NoSpot");
    (void)in.number("SpotPriceLimit", 0, most_amount);
    (void)in.integer("SpotDuration", 0, 1);
    (void)one_of(in, "ComputeCategory", {"economy", "general"}, "");
    return strategy != "NoSpot";
}

}  // namespace

json::object describe_container_group_price(service& s, const call& c) {
    require_region(c);
    const auto& in = c.parameters;
    auto sold = read_wanted(in);
    bool spot = read_spot(in);
    auto storage = static_cast<double>(in.integer("EphemeralStorage", 0, 32768).value_or(0));
    const std::pair<const char*, double> parts[] = {
        {"cpu", sold.cpu * per_cpu},
        {"memory", sold.memory * per_gib},
        {"ephemeralStorage", storage * per_storage_gib}};
    double full = 0;
    json::array details;
    for (const auto& [resource, price] : parts) {
        full += price;
        auto one = render_amounts(price, spot);
        one["Resource"] = resource;
        one["Rules"] = wrapped("Rule", {});
        details.push_back(std::move(one));
    }
    auto price = render_amounts(full, spot);
    price["Currency"] = "XTS";
    price["DetailInfos"] = wrapped("DetailInfo", std::move(details));
    json::object rule, offer, info, out;
    rule["RuleId"] = 1;
    rule["Description"] = rule_text;
    offer["ZoneId"] = in.text_or("ZoneId", s.zone());
    offer["InstanceType"] = local_type(sold);
    offer["SpotPrice"] = rounded(full * spot_part);
    offer["OriginPrice"] = rounded(full);
    json::array offers;
    if (spot) offers.push_back(std::move(offer));
    json::array rules;
    rules.push_back(std::move(rule));
    info["Price"] = std::move(price);
    info["Rules"] = wrapped("Rule", std::move(rules));
    info["SpotPrices"] = wrapped("SpotPrice", std::move(offers));
    out["PriceInfo"] = std::move(info);
    return out;
}

}  // namespace ecisbx::server::api::eci
