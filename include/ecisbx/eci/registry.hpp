/// @file
/// Where images come from when the service needs to be told: an Enterprise Edition registry.
#ifndef ECISBX_ECI_REGISTRY_HPP
#define ECISBX_ECI_REGISTRY_HPP

#include <ecisbx/eci/option_node.hpp>

#include <string>
#include <utility>

namespace ecisbx::eci {

/// An instance of Container Registry (ACR) from which images are pulled without a password.
class acr_registry {
public:
    /// `instance_id`: `cri-...`.
    explicit acr_registry(std::string instance_id) {
        node_.put("InstanceId", std::move(instance_id));
    }
    /// Name of the instance, where the service wants it beside the id.
    acr_registry& instance_name(std::string v) & { return put("InstanceName", std::move(v)); }
    acr_registry&& instance_name(std::string v) && {
        return std::move(instance_name(std::move(v)));
    }
    /// Default: the group's region.
    acr_registry& region(std::string v) & { return put("RegionId", std::move(v)); }
    acr_registry&& region(std::string v) && { return std::move(region(std::move(v))); }
    /// One more domain of the instance. Default: all of them.
    acr_registry& domain(std::string v) & { return node_.append("Domain", std::move(v)), *this; }
    acr_registry&& domain(std::string v) && { return std::move(domain(std::move(v))); }
    /// For an instance of another account: the role of that account, and the role of this one.
    acr_registry& roles(std::string service_arn, std::string user_arn) & {
        put("ArnService", std::move(service_arn));
        return put("ArnUser", std::move(user_arn));
    }
    acr_registry&& roles(std::string service_arn, std::string user_arn) && {
        return std::move(roles(std::move(service_arn), std::move(user_arn)));
    }

    const option_node& node() const noexcept { return node_; }

private:
    acr_registry& put(const char* name, std::string v) {
        return node_.put(name, std::move(v)), *this;
    }
    option_node node_;
};

}  // namespace ecisbx::eci

#endif
