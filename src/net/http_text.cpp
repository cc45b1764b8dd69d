#include "net/http_text.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace ecisbx::net {
namespace {

constexpr auto in_token =
    core::byte_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

constexpr std::array<std::pair<int, std::string_view>, 29> reasons{{
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {417, "Expectation Failed"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
}};

}  // namespace

bool iequals(std::string_view a, std::string_view b) noexcept {
    constexpr auto lower = [](char c) { return core::ascii_lower(c); };  // one of the overloads
    return std::ranges::equal(a, b, {}, lower, lower);
}

bool list_has(std::string_view list, std::string_view item) noexcept {
    for (;;) {
        const auto comma = list.find(',');
        if (iequals(core::trimmed(list.substr(0, comma)), item)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return in_token[c]; });
}

bool is_field_value(std::string_view text) noexcept {
    return std::ranges::none_of(text,
                                [](char c) { return core::is_ascii_control(c) && c != '\t'; });
}

bool is_target(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string_view reason_phrase(int status) noexcept {
    const auto* found =
        std::ranges::find(reasons, status, &std::pair<int, std::string_view>::first);
    return found == reasons.end() ? "Unknown" : found->second;
}

}  // namespace ecisbx::net
