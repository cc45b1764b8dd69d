// The admin listener: metrics and health, plain http without authentication.
#ifndef ECISBX_SERVER_ADMIN_HPP
#define ECISBX_SERVER_ADMIN_HPP

#include "net/http_server.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace ecisbx::server {

struct admin_settings {
    std::string address;
    std::uint16_t port = 0;
    bool remote_allowed = false;
    std::function<std::string()> metrics;  ///< in Prometheus' text format
    std::function<bool()> healthy;
};

/// Throws `invalid_argument` for an address that is not loopback and not allowed, before anything
/// is bound; `connection` as `net::http_server`.
std::unique_ptr<net::http_server> make_admin(boost::asio::any_io_executor executor,
                                             admin_settings settings);

/// What the listener answers: GET of `/metrics` and of `/healthz`.
net::http_response answer_admin(const admin_settings& settings, const net::http_request& request);

}  // namespace ecisbx::server

#endif
