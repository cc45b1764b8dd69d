#include "eci/endpoint.hpp"

#include <ecisbx/error.hpp>

#include "core/url.hpp"
#include "eci/check_id.hpp"

#include <algorithm>
#include <string_view>

namespace ecisbx::eci {
namespace {

bool is_region_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool is_region(const std::string& id) {
    return !id.empty() && id.size() <= 63 && std::all_of(id.begin(), id.end(), is_region_character);
}

void require(bool fine, errc condition, const char* message) {
    if (!fine) throw error(condition, message);
}

}  // namespace

std::string default_endpoint(const std::string& region, bool vpc) {
    // The finance regions are called `...-finance-1`, their hosts are not numbered.
    constexpr std::string_view numbered = "-finance-1";
    std::string host = region;
    if (host.ends_with(numbered)) host.resize(host.size() - 2);
    return (vpc ? "eci-vpc." : "eci.") + host + ".aliyuncs.com";
}

net::origin endpoint_of(const config& settings) {
    require(is_region(settings.region()), errc::invalid_argument,
            "config: region must be of [a-z0-9-]");
    const auto& text = settings.endpoint();
    auto url = core::parse_endpoint(
        text.empty() ? default_endpoint(settings.region(), settings.uses_vpc_endpoint()) : text);
    bool plain_is_fine = settings.plain_http_allowed() || core::is_loopback_host(url.host);
    require(url.tls || plain_is_fine, errc::invalid_argument,
            "config: the endpoint is plain http and not loopback; use https, or "
            "allow_plain_http() if the network is trusted");
    net::origin where;
    where.host = url.host;
    where.port = url.port;
    where.tls = url.tls;
    return where;
}

namespace {

void check_key(const config& settings) {
    switch (settings.credentials_from()) {
        case key_origin::chain: return;
        case key_origin::profile:
            return require(!settings.profile().empty(), errc::invalid_argument,
                           "config: the name of the profile must not be empty");
        case key_origin::provider:
            return require(static_cast<bool>(settings.credentials_provider()),
                           errc::invalid_argument,
                           "config: the credentials provider must not be empty");
        case key_origin::access_key:
        case key_origin::none: break;
    }
    bool has_key = !settings.access_key_id().empty() && !settings.access_key_secret().empty();
    require(has_key, errc::unauthenticated,
            "no access key: set ECI_SANDBOX_ACCESS_KEY_ID and ECI_SANDBOX_ACCESS_KEY_SECRET (or "
            "the ALIBABA_CLOUD_ names), or call config::access_key or config::credential_chain");
}

}  // namespace

void check_settings(const config& settings) {
    check_key(settings);
    require(settings.timeout() > config::milliseconds::zero(), errc::invalid_argument,
            "config: timeout must be > 0");
    require(settings.max_connections() > 0, errc::invalid_argument,
            "config: max_connections must be at least 1");
    require(settings.max_dials() > 0, errc::invalid_argument,
            "config: max_dials must be at least 1");
    require(settings.max_attempts() > 0, errc::invalid_argument,
            "config: max_attempts must be at least 1");
    for (const auto& [action, per_minute] : settings.quotas()) {
        require(is_action(action), errc::invalid_argument,
                "config: quota: an action's name is of [A-Za-z0-9]");
        require(per_minute > 0, errc::invalid_argument,
                "config: quota must be at least 1 call a minute");
    }
}

}  // namespace ecisbx::eci
