// Server side of one connection: requests in, answers out, until one of the two ends it.
#ifndef ECISBX_NET_HTTP_SESSION_HPP
#define ECISBX_NET_HTTP_SESSION_HPP

#include "net/http_server.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace ecisbx::net {

/// What all connections of a server share.
struct http_service {
    http_server_options options;
    http_server::handler handle;
    bool stopping = false;  ///< no answer promises another request
};

/// Serves one connection to its end. Throws what ends it: the peer has gone or is too slow, a TLS
/// handshake failed, the server stops. Nothing of that needs an answer any more.
boost::asio::awaitable<void> serve_connection(std::shared_ptr<const http_service> service,
                                              boost::asio::ip::tcp::socket socket);

/// Answers 503 and closes, within a second or two; a TLS server only closes, since a handshake is
/// what an overloaded server can not afford.
boost::asio::awaitable<void> refuse_connection(std::shared_ptr<const http_service> service,
                                               boost::asio::ip::tcp::socket socket);

}  // namespace ecisbx::net

#endif
