#include "server/admin.hpp"

#include "core/url.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/prometheus.hpp>

#include <boost/asio/ip/address.hpp>

#include <string_view>
#include <utility>

namespace ecisbx::server {
namespace {

namespace asio = boost::asio;

constexpr net::http_limits request_limits{8 * 1024, 1024};
constexpr std::size_t most_connections = 32;

using settings_ptr = std::shared_ptr<const admin_settings>;

bool is_loopback(const std::string& address) {
    boost::system::error_code ec;
    auto parsed = asio::ip::make_address(address, ec);
    return !ec && parsed.is_loopback();
}

net::http_response plain(int status, std::string text) {
    net::http_response response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = std::move(text) + "\n";
    return response;
}

/// The host of a Host field, without its port; empty for what is no `host` or `host:port`.
std::string host_of(std::string_view field) {
    bool bracketed = field.starts_with('[');
    auto end = bracketed ? field.find(']') : field.find(':');
    if (bracketed && end == std::string_view::npos) return {};
    auto host = field.substr(0, end);
    auto rest = field.substr(host.size());
    if (bracketed) {
        host.remove_prefix(1);
        rest.remove_prefix(1);
    }
    bool port = rest.empty() || (rest.front() == ':' &&
                                 rest.find_first_not_of("0123456789", 1) == std::string_view::npos);
    return port ? std::string(host) : std::string();
}

asio::awaitable<net::http_reply> handle(settings_ptr settings, net::http_request request) {
    co_return answer_admin(*settings, request);
}

}  // namespace

net::http_response answer_admin(const admin_settings& settings, const net::http_request& request) {
    // A web page that a browser on this machine shows may call us by a name of its own choice.
    if (!settings.remote_allowed && !core::is_loopback_host(host_of(request.headers.get("Host"))))
        return plain(403, "forbidden: this listener is for local use");
    std::string_view path = request.target;
    path = path.substr(0, path.find('?'));
    if (path != "/metrics" && path != "/healthz") return plain(404, "not found");
    if (request.method != "GET") {
        auto refused = plain(405, "use GET");
        refused.headers.add("Allow", "GET");
        return refused;
    }
    if (path == "/healthz") return settings.healthy() ? plain(200, "ok") : plain(503, "stopping");
    net::http_response response;
    response.headers.add("Content-Type", std::string(prometheus_observer::content_type));
    response.headers.add("Cache-Control", "no-store");
    response.body = settings.metrics();
    return response;
}

std::unique_ptr<net::http_server> make_admin(asio::any_io_executor executor,
                                             admin_settings settings) {
    if (!settings.remote_allowed && !is_loopback(settings.address))
        throw error(errc::invalid_argument,
                    "the admin listener has no authentication: '" + settings.address +
                        "' is not a loopback address; allow remote use by name if it is meant");
    net::http_server_options http;
    http.address = settings.address;
    http.port = settings.port;
    http.limits = request_limits;
    http.max_connections = most_connections;
    auto shared = std::make_shared<const admin_settings>(std::move(settings));
    auto answer = [shared](net::http_request request) {
        return handle(shared, std::move(request));
    };
    return std::make_unique<net::http_server>(executor, std::move(http), std::move(answer));
}

}  // namespace ecisbx::server
