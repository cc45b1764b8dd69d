#include "cli/arguments.hpp"

#include <ecisbx/error.hpp>

#include <charconv>
#include <cmath>

namespace ecisbx::cli {

std::chrono::milliseconds parse_duration(const std::string& text) {
    double number = 0;
    const char* end = text.data() + text.size();
    auto [rest, ec] = std::from_chars(text.data(), end, number);
    std::string unit(rest, end);
    double scale = unit == "ms"                  ? 1
                   : unit == "s" || unit.empty() ? 1000
                   : unit == "m"                 ? 60e3
                   : unit == "h"                 ? 3600e3
                                                 : 0;
    if (ec != std::errc() || scale == 0 || !std::isfinite(number) || number * scale < 1 ||
        number * scale > 1e12)
        throw error(errc::invalid_argument, "'" + text +
                                                "' is not a duration: expected a number > 0 with "
                                                "ms, s, m or h, for example 30s");
    return std::chrono::milliseconds(static_cast<std::int64_t>(number * scale));
}

std::pair<std::string, std::string> parse_pair(const std::string& text, const std::string& what) {
    auto at = text.find('=');
    if (at == std::string::npos || at == 0)
        throw error(errc::invalid_argument, what + " '" + text + "': expected NAME=VALUE");
    return {text.substr(0, at), text.substr(at + 1)};
}

std::pair<int, std::string> parse_port(const std::string& text) {
    int number = 0;
    const char* end = text.data() + text.size();
    auto [rest, ec] = std::from_chars(text.data(), end, number);
    std::string protocol(rest, end);
    if (protocol.empty()) protocol = "/TCP";
    if (ec != std::errc() || number < 1 || number > 65535 ||
        (protocol != "/TCP" && protocol != "/UDP"))
        throw error(errc::invalid_argument,
                    "port '" + text + "': expected 1 to 65535 with /TCP or /UDP");
    return {number, protocol.substr(1)};
}

}  // namespace ecisbx::cli
