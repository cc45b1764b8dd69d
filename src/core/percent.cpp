#include "core/percent.hpp"

#include "core/ascii.hpp"
#include "core/hex.hpp"

#include <algorithm>
#include <cstddef>

namespace ecisbx::core {
namespace {

// Scripts of kilobytes are encoded twice for each signed call: by a table, not by comparisons.
constexpr auto is_unreserved =
    byte_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~");

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            bytes += ' ';
        } else if (text[i] == '%') {
            if (text.size() - i < 3) return std::nullopt;
            int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            bytes += static_cast<char>(high << 4 | low);
            i += 2;
        } else {
            bytes += text[i];
        }
    }
    return bytes;
}

}  // namespace

std::string percent_encode(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto escaped = std::count_if(bytes.begin(), bytes.end(),
                                       [](unsigned char byte) { return !is_unreserved[byte]; });
    std::string text(bytes.size() + 2 * static_cast<std::size_t>(escaped), '\0');
    char* to = text.data();
    for (char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_unreserved[byte]) {
            *to++ = c;
        } else {
            *to++ = '%';
            *to++ = digits[byte >> 4];
            *to++ = digits[byte & 15];
        }
    }
    return text;
}

std::optional<std::string> percent_decode(std::string_view text) {
    return decode(text, false);
}

std::optional<std::string> form_decode(std::string_view text) {
    return decode(text, true);
}

std::optional<form_fields> parse_form(std::string_view text) {
    form_fields fields;
    while (!text.empty()) {
        auto piece = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), piece.size() + 1));
        if (piece.empty()) continue;
        auto equals = piece.find('=');
        auto name = form_decode(piece.substr(0, equals));
        auto value =
            form_decode(equals == piece.npos ? std::string_view() : piece.substr(equals + 1));
        if (!name || !value) return std::nullopt;
        fields.emplace_back(std::move(*name), std::move(*value));
    }
    return fields;
}

}  // namespace ecisbx::core
