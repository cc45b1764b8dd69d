// Endpoints as people write them.
#ifndef ECISBX_CORE_URL_HPP
#define ECISBX_CORE_URL_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace ecisbx::core {

struct endpoint_url {
    bool tls = true;
    std::string host;  ///< lower case; IPv6 addresses without brackets
    std::uint16_t port = 443;
    friend bool operator==(const endpoint_url&, const endpoint_url&) = default;
};

/// Parses `host`, `host:port`, `[v6]:port` or `http(s)://` before any of these, with an optional
/// `/` at the end. Without a scheme it is https. `what` names the setting in messages.
/// Throws `invalid_argument` that says what was expected for a path, query, fragment, user,
/// white space, another scheme, a bad host or port. The message never repeats the text: people
/// paste URLs with passwords.
endpoint_url parse_endpoint(std::string_view text, std::string_view what = "endpoint");

/// `localhost`, 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104, with or without brackets. Other names
/// are not, whatever they may resolve to.
bool is_loopback_host(std::string_view host);

}  // namespace ecisbx::core

#endif
