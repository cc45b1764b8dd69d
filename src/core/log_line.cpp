#include "core/log_line.hpp"

#include <algorithm>
#include <cstdio>

namespace ecisbx::core {
namespace {

bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

bool is_harmless(char c) {
    return is_printable(c) && c != ' ' && c != '=' && c != '"' && c != '\\';
}

std::string quoted(std::string_view value) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        if (is_printable(c)) {
            out += c;
            continue;
        }
        auto byte = static_cast<unsigned char>(c);
        out += "\\x";
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out + '"';
}

}  // namespace

log_line& log_line::add(std::string_view key, std::string_view value) {
    bool plain = !value.empty() && std::all_of(value.begin(), value.end(), is_harmless);
    return plain ? put(key, value) : put(key, quoted(value));
}

log_line& log_line::add(std::string_view key, std::chrono::microseconds length) {
    auto micros = std::max<long long>(length.count(), 0);
    char text[40];
    std::snprintf(text, sizeof text, "%lld.%03lld", micros / 1000, micros % 1000);
    return put(key, text);
}

log_line& log_line::put(std::string_view key, std::string_view text) {
    if (!text_.empty()) text_ += ' ';
    text_ += key;
    text_ += '=';
    text_ += text;
    return *this;
}

}  // namespace ecisbx::core
