// Small servers for the tests of dialling.
#ifndef ECISBX_TESTS_UNIT_NET_SERVERS_HPP
#define ECISBX_TESTS_UNIT_NET_SERVERS_HPP

#include "net/dial.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <string>

namespace ecisbx::test {

/// Listens on a free port of one address and runs a session per connection until it is destroyed.
class listener {
public:
    using session = std::function<boost::asio::awaitable<void>(net::stream)>;
    listener(boost::asio::io_context& ctx, session serve, const std::string& address = "127.0.0.1",
             std::uint16_t port = 0);
    ~listener();
    std::uint16_t port() const { return port_; }
    int accepted() const { return *accepted_; }

private:
    std::shared_ptr<boost::asio::ip::tcp::acceptor> acceptor_;
    std::shared_ptr<int> accepted_ = std::make_shared<int>(0);
    std::uint16_t port_ = 0;
};

/// Sends back what it reads, over TLS when there is a context.
listener::session echo(std::shared_ptr<net::tls_server_context> tls);

/// What a test proxy was asked, and how it answers.
struct proxy_script {
    std::string answer;         ///< instead of a tunnel
    bool endless = false;       ///< the answer is repeated for ever
    std::string authorization;  ///< Proxy-Authorization it wants; empty: none
    std::string last_request;
};

/// A CONNECT proxy whose every tunnel leads to `port` of this machine.
listener::session proxy(std::shared_ptr<proxy_script> script, std::uint16_t port);

}  // namespace ecisbx::test

#endif
