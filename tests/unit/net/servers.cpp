#include "unit/net/servers.hpp"

#include "unit/net/harness.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

asio::awaitable<void> serve_quietly(listener::session serve, net::stream on) {
    try {
        co_await serve(std::move(on));
    } catch (const boost::system::system_error&) {
        // The other side, which the test looks at, knows better.
    }
}

asio::awaitable<void> accept_all(std::shared_ptr<tcp::acceptor> acceptor, listener::session serve,
                                 std::shared_ptr<int> accepted) {
    for (;;) {
        boost::system::error_code failure;
        auto token = asio::redirect_error(asio::use_awaitable, failure);
        tcp::socket socket = co_await acceptor->async_accept(token);
        if (failure) co_return;
        ++*accepted;
        asio::co_spawn(acceptor->get_executor(),
                       serve_quietly(serve, net::stream(std::move(socket))), asio::detached);
    }
}

asio::awaitable<void> copy(net::stream* from, net::stream* to) {
    char chunk[16384];
    for (;;) {
        std::size_t got = co_await from->read_some(asio::buffer(chunk), soon());
        if (got == 0) break;
        co_await to->write(asio::buffer(chunk, got), soon());
    }
    co_await to->shutdown(soon());
}

asio::awaitable<void> echo_session(std::shared_ptr<net::tls_server_context> tls, net::stream on) {
    if (tls) co_await on.handshake(tls, soon());
    co_await copy(&on, &on);
}

// One direction of a tunnel; a cut on one side cuts the other too.
asio::awaitable<void> relay(std::shared_ptr<net::stream> from, std::shared_ptr<net::stream> to) {
    try {
        co_await copy(from.get(), to.get());
    } catch (const boost::system::system_error&) {
        from->close();
        to->close();
    }
}

asio::awaitable<std::string> read_head(net::stream* from) {
    std::string head;
    char byte = 0;
    while (head.find("\r\n\r\n") == std::string::npos) {
        std::size_t got = co_await from->read_some(asio::buffer(&byte, 1), soon());
        if (got == 0) throw error(errc::connection, "the client went away");
        head += byte;
    }
    co_return head;
}

asio::awaitable<void> refuse(net::stream* client, std::shared_ptr<proxy_script> script) {
    do co_await client->write(asio::buffer(script->answer), soon());
    while (script->endless);
    co_await client->shutdown(soon());
    co_await read_to_end(client);
}

asio::awaitable<void> proxy_session(std::shared_ptr<proxy_script> script, std::uint16_t port,
                                    net::stream on) {
    auto client = std::make_shared<net::stream>(std::move(on));
    std::string head = co_await read_head(client.get());
    script->last_request = head;
    std::string wanted = "Proxy-Authorization: " + script->authorization + "\r\n";
    if (!script->authorization.empty() && head.find(wanted) == std::string::npos)
        script->answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
    if (!script->answer.empty()) {
        co_await refuse(client.get(), script);
        co_return;
    }
    tcp::socket socket(client->get_executor());
    tcp::endpoint target(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(target, asio::use_awaitable);
    auto server = std::make_shared<net::stream>(std::move(socket));
    std::string yes = "HTTP/1.1 200 Connection established\r\nX-Proxy: test\r\n\r\n";
    co_await client->write(asio::buffer(yes), soon());
    asio::co_spawn(client->get_executor(), relay(server, client), asio::detached);
    co_await relay(client, server);
}

}  // namespace

listener::listener(asio::io_context& ctx, session serve, const std::string& address,
                   std::uint16_t port)
    : acceptor_(std::make_shared<tcp::acceptor>(
          ctx, tcp::endpoint(asio::ip::make_address(address), port))),
      port_(acceptor_->local_endpoint().port()) {
    asio::co_spawn(ctx, accept_all(acceptor_, std::move(serve), accepted_), asio::detached);
}

listener::~listener() {
    acceptor_->close();
}

listener::session echo(std::shared_ptr<net::tls_server_context> tls) {
    return [tls](net::stream on) { return echo_session(tls, std::move(on)); };
}

listener::session proxy(std::shared_ptr<proxy_script> script, std::uint16_t port) {
    return [script, port](net::stream on) { return proxy_session(script, port, std::move(on)); };
}

}  // namespace ecisbx::test
