// Hexadecimal text.
#ifndef ECISBX_CORE_HEX_HPP
#define ECISBX_CORE_HEX_HPP

#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::core {

/// Lower case.
std::string hex_encode(std::string_view bytes);

/// Digits of either case, an even number of them; else nothing.
std::optional<std::string> hex_decode(std::string_view text);

/// Value 0..15 of a digit of either case, -1 for any other character.
int hex_digit(char c) noexcept;

}  // namespace ecisbx::core

#endif
