#include "eci/credentials/check.hpp"

#include <ecisbx/error.hpp>

#include "core/ascii.hpp"
#include "core/unique_fd.hpp"

#include <boost/json/parse.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace ecisbx::eci {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_id = 256;
constexpr std::size_t longest_secret = 1024;
constexpr std::size_t longest_token = 16 * 1024;  // they travel in a header field

[[noreturn]] void refuse(std::string why) {
    throw error(errc::protocol, std::move(why));
}

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void check_part(std::string_view text, const std::string& what, std::size_t longest) {
    if (text.size() > longest)
        refuse("the " + what + " is longer than " + std::to_string(longest) + " bytes");
    if (!is_visible(text)) refuse("the " + what + " has a character that is not visible ASCII");
}

const json::value* find(const json::object& from, std::string_view key) {
    const auto* value = from.if_contains(key);
    return value && !value->is_null() ? value : nullptr;
}

[[noreturn]] void refuse_type(std::string_view key, const char* expected) {
    refuse("\"" + std::string(key) + "\" must be " + expected);
}

}  // namespace

credentials checked(credentials keys) {
    if (keys.access_key_id().empty()) refuse("there is no access key id");
    if (keys.access_key_secret().empty()) refuse("there is no access key secret");
    check_part(keys.access_key_id(), "access key id", longest_id);
    if (keys.access_key_id().find(',') != std::string::npos)
        refuse("the access key id has a comma");
    check_part(keys.access_key_secret().reveal(), "access key secret", longest_secret);
    check_part(keys.security_token().reveal(), "security token", longest_token);
    return keys;
}

std::string shown(std::string_view text) {
    constexpr std::size_t longest = 80;
    std::string result = "'";
    for (char c : text.substr(0, longest))
        result += core::is_ascii_control(c) || static_cast<unsigned char>(c) > 0x7f ? '?' : c;
    return result + (text.size() > longest ? "...'" : "'");
}

json::object read_object(std::string_view text, std::string_view what, std::size_t longest) {
    if (text.size() > longest)
        refuse(std::string(what) + " is larger than " + std::to_string(longest) + " bytes");
    json::error_code ec;
    auto value = json::parse(text, ec);
    if (ec || !value.is_object()) refuse(std::string(what) + " is not a JSON object");
    return std::move(value.get_object());
}

std::string text_of(const json::object& from, std::string_view key) {
    const auto* value = find(from, key);
    if (!value) return {};
    if (!value->is_string()) refuse_type(key, "text");
    std::string text(value->get_string());
    if (std::any_of(text.begin(), text.end(), core::is_ascii_control))
        refuse("\"" + std::string(key) + "\" has a control character");
    return text;
}

bool flag_of(const json::object& from, std::string_view key) {
    const auto* value = find(from, key);
    if (!value) return false;
    if (!value->is_bool()) refuse_type(key, "true or false");
    return value->get_bool();
}

std::int64_t number_of(const json::object& from, std::string_view key) {
    const auto* value = find(from, key);
    if (!value) return 0;
    std::int64_t number = 0;
    if (value->is_string()) {  // tools that write INI and JSON from one source
        std::string_view text = value->get_string();
        auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (ec != std::errc() || end != text.data() + text.size())
            refuse_type(key, "a whole number");
        return number;
    }
    if (!value->is_int64()) refuse_type(key, "a whole number");
    return value->get_int64();
}

std::optional<core::utc_time> expiry_of(const std::string& text) {
    if (text.empty()) return std::nullopt;
    auto at = core::parse_rfc3339(text);
    if (!at) refuse("the expiration is not a time like 2026-01-02T03:04:05Z");
    return at;
}

std::optional<std::string> read_small_file(const std::string& path, std::size_t longest) {
    auto fail = [&](const std::string& why) {
        throw error(errc::invalid_argument, path + " can not be read: " + why);
    };
    // Non-blocking: the open of a pipe without a writer must not hang.
    core::unique_fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        fail(std::strerror(errno));
    }
    struct stat about{};
    if (::fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode)) fail("it is no regular file");
    std::string text(longest + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        auto n = ::read(fd.get(), text.data() + size, text.size() - size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail(std::strerror(errno));
        if (n == 0) break;
        size += static_cast<std::size_t>(n);
    }
    if (size > longest) fail("it is larger than " + std::to_string(longest) + " bytes");
    text.resize(size);
    return text;
}

}  // namespace ecisbx::eci
