// Base64 of RFC 4648 section 4.
#ifndef ECISBX_CORE_BASE64_HPP
#define ECISBX_CORE_BASE64_HPP

#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::core {

/// With padding, no line breaks.
std::string base64_encode(std::string_view bytes);

/// Strict: padding required, no white space, unused bits zero. Nothing for any other text, so
/// that every byte string has exactly one encoding.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace ecisbx::core

#endif
