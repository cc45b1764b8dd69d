#include "core/url.hpp"

#include <ecisbx/error.hpp>

#include "core/ascii.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace ecisbx::core {
namespace {

[[noreturn]] void reject(std::string_view what, std::string_view why) {
    throw error(errc::invalid_argument,
                std::string(what) + ": " + std::string(why) +
                    " (expected host, host:port, [IPv6]:port, or http:// or https:// before one)");
}

bool parse_ipv4(const std::string& text, unsigned char (&bytes)[4]) {
    return inet_pton(AF_INET, text.c_str(), bytes) == 1;
}

bool parse_ipv6(const std::string& text, unsigned char (&bytes)[16]) {
    return inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

bool is_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_label(std::string_view label) {
    auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), allowed);
}

bool is_host_name(const std::string& host) {
    if (host.size() > 253) return false;
    std::string_view left = host, label;
    while (true) {
        label = left.substr(0, left.find('.'));
        if (!is_label(label)) return false;
        if (label.size() == left.size()) break;
        left.remove_prefix(label.size() + 1);
    }
    // Resolvers read `127.1` and `2130706433` as addresses; nobody means that.
    unsigned char bytes[4];
    return !is_digits(label) || parse_ipv4(host, bytes);
}

std::uint16_t parse_port(std::string_view text, std::string_view what) {
    unsigned port = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (!is_digits(text) || ec != std::errc() || port == 0 || port > 65535)
        reject(what, "the port is not a number from 1 to 65535");
    return static_cast<std::uint16_t>(port);
}

/// Says what is wrong with text that holds more than a host and a port.
void reject_extras(std::string_view text, std::string_view what) {
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == 0x7f) reject(what, "white space or a control character in it");
    }
    if (text.find('@') != text.npos) reject(what, "a user name in it");
    if (text.find('?') != text.npos) reject(what, "a query in it");
    if (text.find('#') != text.npos) reject(what, "a fragment in it");
    if (text.find('/') != text.npos) reject(what, "a path in it");
}

}  // namespace

endpoint_url parse_endpoint(std::string_view text, std::string_view what) {
    endpoint_url url;
    if (auto scheme_end = text.find("://"); scheme_end != text.npos) {
        auto scheme = ascii_lower(text.substr(0, scheme_end));
        if (scheme != "http" && scheme != "https") reject(what, "an unknown scheme");
        url.tls = scheme == "https";
        text.remove_prefix(scheme_end + 3);
    }
    if (text.ends_with('/')) text.remove_suffix(1);
    if (text.empty()) reject(what, "no host in it");
    reject_extras(text, what);

    std::string_view port;
    bool has_port = false;
    if (text.front() == '[') {
        auto close = text.find(']');
        if (close == text.npos) reject(what, "a [ without its ]");
        url.host = ascii_lower(text.substr(1, close - 1));
        unsigned char bytes[16];
        if (!parse_ipv6(url.host, bytes)) reject(what, "no IPv6 address between the brackets");
        port = text.substr(close + 1);
        has_port = !port.empty();
        if (has_port && port.front() != ':') reject(what, "something else than :port after the ]");
    } else {
        auto colon = text.find(':');
        has_port = colon != text.npos;
        if (has_port) port = text.substr(colon);
        if (port.find(':', 1) != port.npos) reject(what, "an IPv6 address without brackets");
        url.host = ascii_lower(text.substr(0, colon));
        if (!is_host_name(url.host)) reject(what, "the host is no name or address");
    }
    url.port = has_port ? parse_port(port.substr(1), what) : std::uint16_t(url.tls ? 443 : 80);
    return url;
}

bool is_loopback_host(std::string_view text) {
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
        text = text.substr(1, text.size() - 2);
    auto host = ascii_lower(text);
    if (host == "localhost") return true;
    if (host.find('\0') != host.npos) return false;  // the C functions below would stop there
    unsigned char v4[4], v6[16];
    if (parse_ipv4(host, v4)) return v4[0] == 127;
    if (!parse_ipv6(host, v6)) return false;
    constexpr unsigned char loopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    constexpr unsigned char mapped[13] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
    return std::memcmp(v6, loopback, sizeof loopback) == 0 ||
           std::memcmp(v6, mapped, sizeof mapped) == 0;
}

}  // namespace ecisbx::core
