// HTTP proxy settings and the decision whether a host is reached through it.
#ifndef ECISBX_NET_PROXY_HPP
#define ECISBX_NET_PROXY_HPP

#include <ecisbx/secret.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::net {

struct proxy_settings {
    std::string host;  ///< empty: no proxy
    std::uint16_t port = 0;
    secret authorization;             ///< value of Proxy-Authorization; empty: none
    std::vector<std::string> bypass;  ///< NO_PROXY items

    /// Parses `http://[user:pass@]host[:port]` (port 80 by default) and a comma list. Throws
    /// `invalid_argument` without the URL's text in the message.
    static proxy_settings parse(const secret& url, const std::string& no_proxy);

    /// Loopback, and hosts that match an item (`*`, `name` and its subdomains, `.suffix`, address,
    /// CIDR, each with an optional `:port`), are reached directly.
    bool applies_to(const std::string& host, std::uint16_t port) const;
};

}  // namespace ecisbx::net

#endif
