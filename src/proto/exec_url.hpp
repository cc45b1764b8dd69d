// Where an exec channel may be dialled: checks the URL that the service returned.
#ifndef ECISBX_PROTO_EXEC_URL_HPP
#define ECISBX_PROTO_EXEC_URL_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::proto {

struct exec_url_rules {
    bool endpoint_tls = true;
    std::string endpoint_host;
    bool plain_allowed = false;  ///< by the user, by name: ws to hosts other than loopback
    /// Beside the endpoint's host and the vendor's domains: names, or `.suffix` for all
    /// subdomains of a name.
    std::vector<std::string> allowed_hosts;
};

struct exec_target {
    std::string host;  ///< lower case; IPv6 addresses without brackets
    std::uint16_t port = 443;
    bool tls = true;
    std::string target;  ///< path and query. Holds the token: secret
};

/// A URL from the service is not trusted: it may carry us to another host, or down to plain text.
/// Throws `protocol` with what is wrong. Messages name the host at most where it is not allowed,
/// never path or query.
exec_target check_exec_url(std::string_view url, const exec_url_rules& rules);

}  // namespace ecisbx::proto

#endif
