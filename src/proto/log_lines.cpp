#include "proto/log_lines.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <string>

namespace ecisbx::proto {
namespace {

constexpr std::size_t second_length = 19;  // 2026-01-02T03:04:05

using core::is_digit;

int two_digits(std::string_view text) {
    return (text[0] - '0') * 10 + (text[1] - '0');
}

/// `Z`, `+08:00`, `-03:30`: minutes east of UTC.
std::optional<std::chrono::minutes> parse_zone(std::string_view text) {
    if (text == "Z") return std::chrono::minutes(0);
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return {};
    for (std::size_t i : {1U, 2U, 4U, 5U})
        if (!is_digit(text[i])) return {};
    auto hours = two_digits(text.substr(1)), minutes = two_digits(text.substr(4));
    if (hours > 23 || minutes > 59) return {};
    auto all = std::chrono::minutes(hours * 60 + minutes);
    return text[0] == '-' ? -all : all;
}

log_line read_line(std::string_view raw, bool whole) {
    log_line line;
    line.raw = raw;
    auto end = raw.find(' ');
    // Without the space behind it a time may not be all there yet.
    if (end == std::string_view::npos && !whole) return line;
    line.second = parse_log_time(raw.substr(0, end));
    if (line.second) line.prefix = std::min(raw.size(), end == raw.npos ? end : end + 1);
    return line;
}

}  // namespace

std::optional<core::utc_time> parse_log_time(std::string_view text) {
    if (text.size() <= second_length || text.size() > 64) return {};
    auto second = core::parse_rfc3339(std::string(text.substr(0, second_length)) + 'Z');
    if (!second) return {};
    auto rest = text.substr(second_length);
    if (rest.front() == '.') {
        auto digits = static_cast<std::size_t>(
            std::find_if_not(rest.begin() + 1, rest.end(), is_digit) - rest.begin());
        if (digits == 1) return {};
        rest.remove_prefix(digits);
    }
    auto zone = parse_zone(rest);
    if (!zone) return {};
    return *second - *zone;
}

log_lines split_log(std::string_view text) {
    log_lines lines;
    while (!text.empty()) {
        auto end = text.find('\n');
        if (end == std::string_view::npos) {
            lines.open = read_line(text, false);
            break;
        }
        lines.whole.push_back(read_line(text.substr(0, end), true));
        text.remove_prefix(end + 1);
    }
    return lines;
}

}  // namespace ecisbx::proto
