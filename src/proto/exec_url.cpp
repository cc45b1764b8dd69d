#include "proto/exec_url.hpp"

#include "core/ascii.hpp"
#include "core/url.hpp"

#include <ecisbx/error.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <cstddef>

namespace ecisbx::proto {

namespace {

namespace urls = boost::urls;

constexpr std::size_t max_url = 8192;
constexpr std::size_t max_host = 253;
constexpr std::string_view vendor_domains[] = {"aliyuncs.com", "aliyun.com"};

[[noreturn]] void refuse(const std::string& why) {
    throw error(errc::protocol, "the service returned an exec URL that is not acceptable: " + why);
}

std::string without_brackets(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return core::ascii_lower(host);
}

/// Names as DNS and certificates write them; what decodes to something else is not compared.
bool is_plain_name(std::string_view host) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-._";
    return !host.empty() && host.size() <= max_host && host.front() != '.' && host.back() != '.' &&
           host.find("..") == std::string_view::npos &&
           host.find_first_not_of(allowed) == std::string_view::npos;
}

std::string host_of(const urls::url_view& url) {
    switch (url.host_type()) {
        case urls::host_type::ipv6: {
            auto address = without_brackets(std::string_view(url.encoded_host()));
            if (address.find('%') != std::string::npos) refuse("its address has a zone");
            return address;
        }
        case urls::host_type::ipv4: return core::ascii_lower(std::string_view(url.encoded_host()));
        case urls::host_type::name: {
            auto name = core::ascii_lower(std::string_view(url.encoded_host()));
            if (!is_plain_name(name)) refuse("its host is no host name");
            return name;
        }
        default: refuse("it has no host");
    }
}

bool is_below(std::string_view host, std::string_view domain) {
    return host.size() > domain.size() + 1 && host.ends_with(domain) &&
           host[host.size() - domain.size() - 1] == '.';
}

bool is_allowed(const std::string& host, const exec_url_rules& rules) {
    if (host == without_brackets(rules.endpoint_host)) return true;
    for (auto domain : vendor_domains)
        if (host == domain || is_below(host, domain)) return true;
    return std::any_of(rules.allowed_hosts.begin(), rules.allowed_hosts.end(),
                       [&](const std::string& entry) {
                           auto wanted = without_brackets(entry);
                           if (wanted.starts_with('.')) return is_below(host, wanted.substr(1));
                           return !wanted.empty() && host == wanted;
                       });
}

bool is_tls(const urls::url_view& url) {
    auto scheme = core::ascii_lower(std::string_view(url.scheme()));
    if (scheme == "wss") return true;
    if (scheme != "ws") refuse("its scheme is neither wss nor ws");
    return false;
}

std::uint16_t port_of(const urls::url_view& url, bool tls) {
    if (!url.has_port() || url.port().empty()) return tls ? 443 : 80;
    if (url.port_number() == 0) refuse("its port is none");
    return url.port_number();
}

}  // namespace

exec_target check_exec_url(std::string_view text, const exec_url_rules& rules) {
    if (text.size() > max_url) refuse("it is too long");
    auto parsed = urls::parse_uri(text);
    if (parsed.has_error()) refuse("it is no absolute URL");
    const urls::url_view& url = *parsed;

    exec_target result;
    result.tls = is_tls(url);
    if (!url.has_authority()) refuse("it has no host");
    if (url.has_userinfo()) refuse("it names a user");
    if (url.has_fragment()) refuse("it has a fragment");
    result.host = host_of(url);
    result.port = port_of(url, result.tls);
    if (!is_allowed(result.host, rules))
        refuse("its host " + result.host + " is neither the endpoint's nor among the allowed ones");
    if (!result.tls && rules.endpoint_tls) refuse("it is ws although the endpoint is https");
    if (!result.tls && !rules.plain_allowed && !core::is_loopback_host(result.host))
        refuse("it is ws to a host that is not loopback");
    // Boost.URL 1.81 takes what is no digit behind the port for the beginning of the path.
    if (!url.encoded_path().empty() && !url.encoded_path().starts_with('/'))
        refuse("its port is no number");
    result.target = std::string_view(url.encoded_target());
    if (!result.target.starts_with('/')) result.target.insert(0, 1, '/');
    return result;
}

}  // namespace ecisbx::proto
