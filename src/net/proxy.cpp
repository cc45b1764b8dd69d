#include "net/proxy.hpp"

#include <ecisbx/error.hpp>

#include "core/ascii.hpp"
#include "core/base64.hpp"
#include "core/percent.hpp"
#include "core/url.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <string_view>

namespace ecisbx::net {
namespace {

namespace ip = boost::asio::ip;
using boost::system::error_code;

[[noreturn]] void refuse(const char* why) {
    throw error(errc::invalid_argument, std::string("the proxy URL ") + why +
                                            "; expected http://[user:password@]host[:port]");
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        auto comma = std::min(text.find(','), text.size());
        auto item = core::trimmed(text.substr(0, comma));
        if (!item.empty()) items.push_back(core::ascii_lower(item));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

secret basic_authorization(std::string_view user_info) {
    auto colon = std::min(user_info.find(':'), user_info.size());
    auto user = core::percent_decode(user_info.substr(0, colon));
    auto password = core::percent_decode(user_info.substr(std::min(colon + 1, user_info.size())));
    if (!user || !password) refuse("has a bad % sequence in its user or password");
    if (user->find(':') != std::string::npos) refuse("has a user name with a colon");
    return secret("Basic " + core::base64_encode(*user + ':' + *password));
}

// An item of NO_PROXY without and with its port.
struct bypass_item {
    std::string_view host;
    std::string_view port;
};

bypass_item split_port(std::string_view item) {
    if (item.starts_with('[')) {
        auto end = item.find(']');
        if (end == std::string_view::npos) return {item, {}};
        auto rest = item.substr(end + 1);
        return {item.substr(1, end - 1), rest.starts_with(':') ? rest.substr(1) : rest};
    }
    auto colon = item.find(':');
    if (colon == std::string_view::npos || item.find(':', colon + 1) != std::string_view::npos)
        return {item, {}};  // a name, an IPv4 address, or an IPv6 address without brackets
    return {item.substr(0, colon), item.substr(colon + 1)};
}

bool network_holds(std::string_view network, const ip::address& address) {
    error_code not_v4, not_v6;
    auto v4 = ip::make_network_v4(std::string(network), not_v4);
    if (!not_v4)
        return address.is_v4() &&
               ip::network_v4(address.to_v4(), v4.prefix_length()).canonical() == v4.canonical();
    auto v6 = ip::make_network_v6(std::string(network), not_v6);
    return !not_v6 && address.is_v6() &&
           ip::network_v6(address.to_v6(), v6.prefix_length()).canonical() == v6.canonical();
}

bool names_match(std::string_view item, std::string_view host) {
    if (item.starts_with("*.")) item.remove_prefix(1);
    if (item.starts_with('.')) return host.size() > item.size() && host.ends_with(item);
    if (!host.ends_with(item) || item.empty()) return false;
    return host.size() == item.size() || host[host.size() - item.size() - 1] == '.';
}

bool matches(std::string_view text, const std::string& host, std::uint16_t port) {
    bypass_item item = split_port(text);
    if (!item.port.empty() && item.port != std::to_string(port)) return false;
    if (item.host == "*") return true;
    error_code not_an_address;
    auto address = ip::make_address(host, not_an_address);
    if (not_an_address) return names_match(item.host, host);
    if (item.host.find('/') != std::string_view::npos) return network_holds(item.host, address);
    auto listed = ip::make_address(std::string(item.host), not_an_address);
    return !not_an_address && listed == address;
}

}  // namespace

proxy_settings proxy_settings::parse(const secret& url, const std::string& no_proxy) {
    proxy_settings parsed;
    parsed.bypass = split_list(no_proxy);
    std::string_view text = core::trimmed(url.reveal());
    if (text.empty()) return parsed;
    if (auto scheme = text.find("://"); scheme != std::string_view::npos) {
        if (core::ascii_lower(text.substr(0, scheme)) != "http")
            refuse("has a scheme that is not supported");
        text.remove_prefix(scheme + 3);
    }
    if (auto at = text.rfind('@'); at != std::string_view::npos) {
        parsed.authorization = basic_authorization(text.substr(0, at));
        text.remove_prefix(at + 1);
    }
    auto where = core::parse_endpoint("http://" + std::string(text), "proxy URL");
    parsed.host = where.host;
    parsed.port = where.port;
    return parsed;
}

bool proxy_settings::applies_to(const std::string& name, std::uint16_t to_port) const {
    if (host.empty() || core::is_loopback_host(name)) return false;
    std::string wanted = core::ascii_lower(name);
    if (wanted.ends_with('.')) wanted.pop_back();
    return std::none_of(bypass.begin(), bypass.end(),
                        [&](const std::string& item) { return matches(item, wanted, to_port); });
}

}  // namespace ecisbx::net
