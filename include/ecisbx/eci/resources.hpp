/// @file
/// What the service has to give, and what of it is used: regions, stock, quotas.
#ifndef ECISBX_ECI_RESOURCES_HPP
#define ECISBX_ECI_RESOURCES_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// A region that the service is in.
class region_info {
public:
    region_info() = default;
    std::string id;
    std::string endpoint;
    std::vector<std::string> zones;
    std::vector<std::string> recommended_zones;
    std::vector<std::string> unavailable_zones;
};

/// What to look for (DescribeAvailableResource). Checked before the call; the errors begin
/// `resource_query:`.
class resource_query {
public:
    resource_query() = default;

    /// `InstanceTypeFamily` or `InstanceType`. Default `InstanceType`.
    resource_query& category(std::string v) & { return category_ = std::move(v), *this; }
    resource_query&& category(std::string v) && { return std::move(category(std::move(v))); }
    /// Only this one, e.g. `ecs.c5.large`.
    resource_query& value(std::string v) & { return value_ = std::move(v), *this; }
    resource_query&& value(std::string v) && { return std::move(value(std::move(v))); }
    /// vCPU, above 0.
    resource_query& cores(double v) & { return cores_ = v, *this; }
    resource_query&& cores(double v) && { return std::move(cores(v)); }
    /// GiB, above 0.
    resource_query& memory(double v) & { return memory_ = v, *this; }
    resource_query&& memory(double v) && { return std::move(memory(v)); }
    /// Only this zone. Default: all of the region.
    resource_query& zone(std::string v) & { return zone_ = std::move(v), *this; }
    resource_query&& zone(std::string v) && { return std::move(zone(std::move(v))); }
    /// As in `price_options`.
    resource_query& spot_strategy(std::string v) & { return spot_ = std::move(v), *this; }
    resource_query&& spot_strategy(std::string v) && {
        return std::move(spot_strategy(std::move(v)));
    }
    /// As in `price_options`.
    resource_query& spot_price_limit(double v) & { return spot_limit_ = v, *this; }
    resource_query&& spot_price_limit(double v) && { return std::move(spot_price_limit(v)); }
    /// As in `price_options`.
    resource_query& spot_duration(int hours) & { return spot_hours_ = hours, *this; }
    resource_query&& spot_duration(int hours) && { return std::move(spot_duration(hours)); }

    const std::string& category() const noexcept { return category_; }
    const std::string& value() const noexcept { return value_; }
    std::optional<double> cores() const noexcept { return cores_; }
    std::optional<double> memory() const noexcept { return memory_; }
    const std::string& zone() const noexcept { return zone_; }
    const std::string& spot_strategy() const noexcept { return spot_; }
    std::optional<double> spot_price_limit() const noexcept { return spot_limit_; }
    std::optional<int> spot_duration() const noexcept { return spot_hours_; }

private:
    std::string category_ = "InstanceType";
    std::string value_, zone_, spot_;
    std::optional<double> cores_, memory_, spot_limit_;
    std::optional<int> spot_hours_;
};
static_assert(!std::is_aggregate_v<resource_query>);

/// One kind of resource, and whether it can be had.
class available_resource {
public:
    available_resource() = default;
    std::string type;   ///< the category that was asked for
    std::string value;  ///< e.g. `ecs.c5.large`
    /// WithStock, ClosedWithStock (scarce), WithoutStock, ClosedWithoutStock.
    std::string status;
};

/// What can be had in one zone.
class available_zone {
public:
    available_zone() = default;
    std::string region;
    std::string zone;
    std::vector<available_resource> resources;
};

/// Quotas of the account in the region and what is used of them (ListUsage). Empty where the
/// service did not tell.
class account_usage {
public:
    account_usage() = default;
    std::optional<double> used_cpu, max_cpu;  ///< vCPU
    std::optional<std::int64_t> used_image_caches, max_image_caches;
    std::optional<std::int64_t> used_auto_image_caches, max_auto_image_caches;
    std::optional<std::int64_t> used_data_caches, max_data_caches;
    std::map<std::string, std::string> attributes;  ///< all that came, as text, by their names
    std::string request_id;
};

}  // namespace ecisbx::eci

#endif
