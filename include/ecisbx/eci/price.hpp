/// @file
/// What a container group costs (DescribeContainerGroupPrice).
#ifndef ECISBX_ECI_PRICE_HPP
#define ECISBX_ECI_PRICE_HPP

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// What to ask the price of: `cpu` and `memory`, or `instance_type`, which wins. Checked before the
/// call; the errors begin `price_options:`.
class price_options {
public:
    price_options() = default;

    /// vCPU, above 0.
    price_options& cpu(double v) & { return cpu_ = v, *this; }
    price_options&& cpu(double v) && { return std::move(cpu(v)); }
    /// GiB, above 0.
    price_options& memory(double v) & { return memory_ = v, *this; }
    price_options&& memory(double v) && { return std::move(memory(v)); }
    /// A type of ECS instances, in place of `cpu` and `memory`.
    price_options& instance_type(std::string v) & { return type_ = std::move(v), *this; }
    price_options&& instance_type(std::string v) && {
        return std::move(instance_type(std::move(v)));
    }
    /// Zone id. Default: chosen by the service.
    price_options& zone(std::string v) & { return zone_ = std::move(v), *this; }
    price_options&& zone(std::string v) && { return std::move(zone(std::move(v))); }
    /// `NoSpot` (the service's default), `SpotWithPriceLimit` or `SpotAsPriceGo`.
    price_options& spot_strategy(std::string v) & { return spot_ = std::move(v), *this; }
    price_options&& spot_strategy(std::string v) && {
        return std::move(spot_strategy(std::move(v)));
    }
    /// Per hour, above 0; only with `SpotWithPriceLimit`.
    price_options& spot_price_limit(double v) & { return spot_limit_ = v, *this; }
    price_options&& spot_price_limit(double v) && { return std::move(spot_price_limit(v)); }
    /// Hours without reclaim, 0 or 1.
    price_options& spot_duration(int hours) & { return spot_hours_ = hours, *this; }
    price_options&& spot_duration(int hours) && { return std::move(spot_duration(hours)); }
    /// GiB beside the free ones, at least 0.
    price_options& ephemeral_storage(int gib) & { return storage_ = gib, *this; }
    price_options&& ephemeral_storage(int gib) && { return std::move(ephemeral_storage(gib)); }
    /// `economy` or `general`.
    price_options& compute_category(std::string v) & { return category_ = std::move(v), *this; }
    price_options&& compute_category(std::string v) && {
        return std::move(compute_category(std::move(v)));
    }

    std::optional<double> cpu() const noexcept { return cpu_; }
    std::optional<double> memory() const noexcept { return memory_; }
    const std::string& instance_type() const noexcept { return type_; }
    const std::string& zone() const noexcept { return zone_; }
    const std::string& spot_strategy() const noexcept { return spot_; }
    std::optional<double> spot_price_limit() const noexcept { return spot_limit_; }
    std::optional<int> spot_duration() const noexcept { return spot_hours_; }
    std::optional<int> ephemeral_storage() const noexcept { return storage_; }
    const std::string& compute_category() const noexcept { return category_; }

private:
    std::optional<double> cpu_, memory_;
    std::string type_, zone_, spot_, category_;
    std::optional<double> spot_limit_;
    std::optional<int> spot_hours_, storage_;
};
static_assert(!std::is_aggregate_v<price_options>);

/// A part of a price, e.g. of `cpu`.
class price_detail {
public:
    price_detail() = default;
    std::string resource;
    double original = 0;
    double discount = 0;
    double trade = 0;
    std::vector<std::string> rules;
};

/// A rule that changed the price.
class price_rule {
public:
    price_rule() = default;
    std::string id;
    std::string description;
};

/// What the spot market asks an hour.
class spot_price {
public:
    spot_price() = default;
    std::string zone;
    std::string instance_type;
    double price = 0;
    double original = 0;
};

/// Per hour. `trade` is what is paid: `original` less `discount`.
class group_price {
public:
    group_price() = default;
    std::string currency;
    double original = 0;
    double discount = 0;
    double trade = 0;
    std::vector<price_detail> details;
    std::vector<price_rule> rules;
    std::vector<spot_price> spot_prices;
    std::string request_id;
};

}  // namespace ecisbx::eci

#endif
