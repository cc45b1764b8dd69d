#include "cli/quota_text.hpp"

#include <ecisbx/error.hpp>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace ecisbx::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::pair<std::string_view, std::string_view> short_names[] = {
    {"exec", "ExecContainerCommand"},
    {"create", "CreateContainerGroup"},
    {"describe", "DescribeContainerGroups"},
    {"delete", "DeleteContainerGroup"}};

std::string action_of(std::string_view name) {
    for (const auto& [brief, full] : short_names)
        if (brief == name) return std::string(full);
    return std::string(name);
}

std::optional<milliseconds> period_of(std::string_view unit) {
    if (unit == "s") return std::chrono::seconds(1);
    if (unit == "min") return std::chrono::minutes(1);
    if (unit == "h") return std::chrono::hours(1);
    return std::nullopt;
}

}  // namespace

server::call_quota parse_quota(const std::string& text) {
    std::string_view all = text;
    auto equals = all.find('=');
    auto slash = all.find('/', equals == std::string_view::npos ? 0 : equals);
    if (equals != std::string_view::npos && equals > 0 && slash != std::string_view::npos) {
        auto number = all.substr(equals + 1, slash - equals - 1);
        std::size_t calls = 0;
        auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), calls);
        auto period = period_of(all.substr(slash + 1));
        if (failed == std::errc() && end == number.data() + number.size() && period && calls > 0)
            return {action_of(all.substr(0, equals)), calls, *period};
    }
    throw error(
        errc::invalid_argument,
        "--quota '" + text + "': expected ACTION=N/min (or /s, /h), for example exec=500/min");
}

}  // namespace ecisbx::cli
