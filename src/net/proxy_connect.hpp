// The CONNECT request to an HTTP proxy.
#ifndef ECISBX_NET_PROXY_CONNECT_HPP
#define ECISBX_NET_PROXY_CONNECT_HPP

#include "net/proxy.hpp"
#include "net/stream.hpp"

#include <string>

namespace ecisbx::net {

/// Turns `over`, a fresh connection to the proxy, into a tunnel to `target` (`host:port`).
/// The references must outlive the operation.
/// Throws `unauthenticated` (407), `connection` (any other refusal, with its status), `protocol`,
/// `too_large` (head above 16 KiB), `timeout`, `canceled`.
boost::asio::awaitable<void> proxy_connect(stream& over, const proxy_settings& settings,
                                           std::string target, core::deadline until);

}  // namespace ecisbx::net

#endif
