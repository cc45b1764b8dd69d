// Small text functions for protocol text, which is ASCII whatever the locale says.
#ifndef ECISBX_CORE_ASCII_HPP
#define ECISBX_CORE_ASCII_HPP

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace ecisbx::core {

constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// A table of which bytes are among `characters`, for texts of kilobytes.
constexpr std::array<bool, 256> byte_set(std::string_view characters) noexcept {
    std::array<bool, 256> table{};
    for (char c : characters) table[static_cast<unsigned char>(c)] = true;
    return table;
}

inline std::string ascii_lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return ascii_lower(c); });
    return out;
}

/// Without spaces, tabs and line breaks at both ends. A view into `text`.
constexpr std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n";
    auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Bytes below a space, and DEL. Bytes above 0x7f are parts of characters.
constexpr bool is_ascii_control(char c) noexcept {
    return (c >= 0 && c < ' ') || c == '\x7f';
}

}  // namespace ecisbx::core

#endif
