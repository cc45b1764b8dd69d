/// @file
/// Name resolution of a group.
#ifndef ECISBX_ECI_DNS_CONFIG_HPP
#define ECISBX_ECI_DNS_CONFIG_HPP

#include <ecisbx/eci/option_node.hpp>
#include <ecisbx/export.hpp>

#include <string>
#include <utility>

namespace ecisbx::eci {

/// How the containers of a group resolve names.
class ECISBX_API dns_config {
public:
    dns_config() = default;
    /// One more address of a name server.
    dns_config& name_server(std::string address) & {
        return node_.append("NameServer", std::move(address)), *this;
    }
    dns_config&& name_server(std::string address) && {
        return std::move(name_server(std::move(address)));
    }
    /// One more domain to complete short names with.
    dns_config& search(std::string domain) & {
        return node_.append("Search", std::move(domain)), *this;
    }
    dns_config&& search(std::string domain) && { return std::move(search(std::move(domain))); }
    /// One more option of the resolver, such as `ndots` and `2`.
    dns_config& option(std::string name, std::string value = {}) &;
    dns_config&& option(std::string name, std::string value = {}) && {
        return std::move(option(std::move(name), std::move(value)));
    }

    const option_node& node() const noexcept { return node_; }

private:
    option_node node_;
};

}  // namespace ecisbx::eci

#endif
