// From a host name to a connected, verified stream.
#ifndef ECISBX_NET_DIAL_HPP
#define ECISBX_NET_DIAL_HPP

#include "core/observation.hpp"
#include "net/dial_limiter.hpp"
#include "net/proxy.hpp"
#include "net/stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace ecisbx::net {

/// Where to connect. Two equal origins share pooled connections.
struct origin {
    std::string host;  ///< name or address literal, no brackets
    std::uint16_t port = 443;
    bool tls = true;
    friend auto operator<=>(const origin&, const origin&) = default;
    std::string authority() const;  ///< `host:port` with brackets for IPv6, no port if default
};

/// How; shared by all connections of a client.
struct dialer {
    std::shared_ptr<tls_client_context> tls;
    proxy_settings proxy;
    bool allow_plain = false;  ///< plain TCP to hosts that are not loopback
    core::deadline::duration connect_timeout = std::chrono::seconds(10);
    core::observation observed;             ///< is told of every connection that is dialled
    std::shared_ptr<dial_limiter> limiter;  ///< null: any number at once
};

/// Waits for the turn to `dial_in_turn`. Throws as `dial_limiter::enter`, with the place.
boost::asio::awaitable<dial_permit> dial_turn(std::shared_ptr<const dialer> how, origin where,
                                              core::deadline until);

/// Resolves, connects by Happy Eyeballs (RFC 8305: address families alternate, 250 ms between
/// attempts), through the proxy by CONNECT where `dialer.proxy` says so, and does the TLS
/// handshake. Ends by `until` or after `connect_timeout`.
/// Throws `invalid_argument` for plain TCP to a host that is not loopback unless allowed (checked
/// before any I/O), `resolve`, `connection`, `tls`, `timeout`, `no_descriptors`, `canceled`.
boost::asio::awaitable<stream> dial_in_turn(boost::asio::any_io_executor executor,
                                            std::shared_ptr<const dialer> how, origin where,
                                            core::deadline until, events::connection_kind kind,
                                            dial_permit turn);

/// Both. The wait for the turn ends by `until`; `connect_timeout` counts from the turn.
boost::asio::awaitable<stream> dial(boost::asio::any_io_executor executor,
                                    std::shared_ptr<const dialer> how, origin where,
                                    core::deadline until,
                                    events::connection_kind kind = events::connection_kind::api);

}  // namespace ecisbx::net

#endif
