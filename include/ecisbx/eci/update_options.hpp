/// @file
/// What to change of a group.
#ifndef ECISBX_ECI_UPDATE_OPTIONS_HPP
#define ECISBX_ECI_UPDATE_OPTIONS_HPP

#include <ecisbx/eci/container_options.hpp>
#include <ecisbx/eci/dns_config.hpp>
#include <ecisbx/eci/option_node.hpp>
#include <ecisbx/eci/registry.hpp>
#include <ecisbx/eci/volume.hpp>
#include <ecisbx/export.hpp>
#include <ecisbx/secret.hpp>

#include <string>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// Changes of a group (UpdateContainerGroup); what is not named stays. Checked before the call as
/// `create_options` is, with errors that begin `update_options:`.
class ECISBX_API update_options {
public:
    update_options() = default;

    /// Replace lists and structs whole (`RenewUpdate`, the default of the service), or change only
    /// what is given (`incremental`): containers by their names, variables by theirs.
    update_options& incremental(bool on = true) & {
        incremental_ = on;
        return *this;
    }
    update_options&& incremental(bool on = true) && { return std::move(incremental(on)); }
    /// vCPU of the group.
    update_options& cpu(double v) & { return put("Cpu", v); }
    update_options&& cpu(double v) && { return std::move(cpu(v)); }
    /// GiB.
    update_options& memory(double v) & { return put("Memory", v); }
    update_options&& memory(double v) && { return std::move(memory(v)); }
    /// `Always`, `OnFailure` or `Never`.
    update_options& restart_policy(std::string v) & { return put("RestartPolicy", std::move(v)); }
    update_options&& restart_policy(std::string v) && {
        return std::move(restart_policy(std::move(v)));
    }
    /// One container. Whole updates need all containers with their images, incremental ones the
    /// name.
    update_options& container(container_options one) & {
        return group_.add("Container", one.container_node()), *this;
    }
    update_options&& container(container_options one) && {
        return std::move(container(std::move(one)));
    }
    /// One init container, likewise.
    update_options& init_container(container_options one) & {
        return group_.add("InitContainer", one.container_node()), *this;
    }
    update_options&& init_container(container_options one) && {
        return std::move(init_container(std::move(one)));
    }
    /// One volume; a whole update needs all of them.
    update_options& add_volume(volume one) & { return group_.add("Volume", one.node()), *this; }
    update_options&& add_volume(volume one) && { return std::move(add_volume(std::move(one))); }
    /// Adds the tag or changes its value; tags are not removed by an update.
    update_options& tag(std::string k, std::string v) &;
    update_options&& tag(std::string k, std::string v) && {
        return std::move(tag(std::move(k), std::move(v)));
    }
    /// How names are resolved.
    update_options& dns(const dns_config& v) & {
        return group_.embed("DnsConfig.", v.node()), *this;
    }
    update_options&& dns(const dns_config& v) && { return std::move(dns(v)); }
    /// As `create_options::registry_credential`.
    update_options& registry_credential(std::string server, std::string user, secret password) &;
    update_options&& registry_credential(std::string server, std::string user, secret password) && {
        return std::move(
            registry_credential(std::move(server), std::move(user), std::move(password)));
    }
    /// One more Enterprise Edition registry to pull from.
    update_options& add_acr_registry(const acr_registry& v) & {
        return group_.add("AcrRegistryInfo", v.node()), *this;
    }
    update_options&& add_acr_registry(const acr_registry& v) && {
        return std::move(add_acr_registry(v));
    }
    /// Id of the resource group that it shall belong to.
    update_options& resource_group(std::string id) & {
        return put("ResourceGroupId", std::move(id));
    }
    update_options&& resource_group(std::string id) && {
        return std::move(resource_group(std::move(id)));
    }
    /// As `create_options::client_token`. Default: a random one per call.
    update_options& client_token(std::string v) & { return put("ClientToken", std::move(v)); }
    update_options&& client_token(std::string v) && {
        return std::move(client_token(std::move(v)));
    }
    /// As `create_options::set`.
    update_options& set(std::string parameter, std::string value) & {
        return extra_.emplace_back(std::move(parameter), std::move(value)), *this;
    }
    update_options&& set(std::string parameter, std::string value) && {
        return std::move(set(std::move(parameter), std::move(value)));
    }

    bool is_incremental() const noexcept { return incremental_; }
    const std::vector<std::pair<std::string, std::string>>& extra() const noexcept {
        return extra_;
    }
    const option_node& node() const noexcept { return group_; }

private:
    update_options& put(const char* parameter, option_value v) {
        return group_.put(parameter, std::move(v)), *this;
    }
    bool incremental_ = false;
    option_node group_;
    std::vector<std::pair<std::string, std::string>> extra_;
};

}  // namespace ecisbx::eci

#endif
