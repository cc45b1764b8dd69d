// The small grammar of HTTP that several files need.
#ifndef ECISBX_NET_HTTP_TEXT_HPP
#define ECISBX_NET_HTTP_TEXT_HPP

#include <string_view>

namespace ecisbx::net {

/// Equal but for the case of ASCII letters.
bool iequals(std::string_view a, std::string_view b) noexcept;

/// Whether a comma list ("keep-alive, Upgrade") has this item, whatever its case.
bool list_has(std::string_view list, std::string_view item) noexcept;

/// One or more characters of an RFC 9110 token.
bool is_token(std::string_view text) noexcept;

/// No control characters but tab.
bool is_field_value(std::string_view text) noexcept;

/// Visible ASCII only, at least one: a request target.
bool is_target(std::string_view text) noexcept;

/// "Not Found"; "Unknown" for a status without a name.
std::string_view reason_phrase(int status) noexcept;

}  // namespace ecisbx::net

#endif
