// Server side: an acceptor that serves HTTP/1.1 and hands upgraded connections on.
#ifndef ECISBX_NET_HTTP_SERVER_HPP
#define ECISBX_NET_HTTP_SERVER_HPP

#include "net/http.hpp"
#include "net/websocket.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace ecisbx::net {

/// A handler's wish to take the connection over as a WebSocket.
struct upgrade {
    std::string subprotocol;
    websocket_options options;
    std::function<boost::asio::awaitable<void>(websocket)> session;
};
using http_reply = std::variant<http_response, upgrade>;

struct http_server_options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;
    std::shared_ptr<tls_server_context> tls;  ///< null: plain
    http_limits limits{64 * 1024, 1024 * 1024};
    std::size_t max_connections = 20000;
    core::deadline::duration head_timeout = std::chrono::seconds(15);   ///< whole request head
    core::deadline::duration body_timeout = std::chrono::seconds(30);   ///< whole body
    core::deadline::duration idle_timeout = std::chrono::seconds(75);   ///< between requests
    core::deadline::duration write_timeout = std::chrono::seconds(30);  ///< whole answer
    /// Told in one line, at most every 30 s, that connections can not be accepted for a moment.
    std::function<void(const std::string&)> report;
};

/// Runs on one executor, one coroutine per connection; a slow or hostile peer holds up no one
/// else. Malformed requests are answered 400, 408, 413, 417, 431, 501 or 505 and closed. A handler
/// that throws is answered 500 without details.
class http_server {
public:
    using handler = std::function<boost::asio::awaitable<http_reply>(http_request)>;
    /// Binds and listens. Throws `connection` with the address when it can not.
    http_server(boost::asio::any_io_executor executor, http_server_options options, handler handle);
    std::uint16_t port() const;
    /// Accepts until `stop`, or until the last handle goes. Out of descriptors (EMFILE, ENFILE) or
    /// memory it tries again every 100 ms, while peers wait in the backlog, and tells `report`.
    void run();
    /// No new connections, cancels the running ones, returns when all have ended.
    boost::asio::awaitable<void> stop();
    std::size_t connections() const;

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace ecisbx::net

#endif
