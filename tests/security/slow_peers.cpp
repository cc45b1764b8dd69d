// Peers that take their time, or hold connections for nothing: the server's own clocks end them,
// set to a fraction of a second here, and others are served meanwhile.
#include "common/world.hpp"
#include "net/http_server.hpp"
#include "net/tls.hpp"
#include "security/raw.hpp"
#include "server/x509.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <memory>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::security;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr auto patience = 250ms;
using steady = std::chrono::steady_clock;

asio::awaitable<net::http_reply> say_ok(net::http_request) {
    net::http_response ok;
    ok.body = "ok";
    co_return ok;
}

std::shared_ptr<net::tls_server_context> make_tls() {
    auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto ca = server::make_ca(now - 24h, now + 24h);
    auto leaf = server::make_leaf(ca, {"localhost"}, now - 24h, now + 24h);
    return net::tls_server_context::make(leaf.certificate, leaf.key);
}

net::http_server_options hasty(bool tls = false) {
    net::http_server_options o;
    o.head_timeout = o.body_timeout = o.idle_timeout = o.write_timeout = patience;
    o.max_connections = 8;
    if (tls) o.tls = make_tls();
    return o;
}

using body = asio::awaitable<void> (*)(net::http_server&);

asio::awaitable<void> serve(net::http_server_options options, body run) {
    auto executor = co_await asio::this_coro::executor;
    net::http_server server(executor, std::move(options), say_ok);
    server.run();
    std::exception_ptr failure;
    try {
        co_await run(server);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await server.stop();
    CHECK(server.connections() == 0);
    if (failure) std::rethrow_exception(failure);
}

void with_server(net::http_server_options options, body run) {
    auto fds = test::open_fds();
    test::run(serve(std::move(options), run));
    CHECK(test::open_fds() == fds);
}

asio::awaitable<void> rest(std::chrono::milliseconds length) {
    asio::steady_timer timer(co_await asio::this_coro::executor, length);
    co_await timer.async_wait(asio::use_awaitable);
}

/// Byte after byte, each well within any clock for one byte, until the server has enough of it.
asio::awaitable<void> drip(std::shared_ptr<net::stream> on, std::string bytes) {
    try {
        for (;;) {
            for (char c : bytes) {
                co_await on->write(asio::buffer(&c, 1), core::deadline::after(5s));
                co_await rest(10ms);
            }
        }
    } catch (const error&) {}  // closed
}

/// What the server says to somebody who sends `first` and then drips `then`, within the clock and
/// a grace for a busy machine.
asio::awaitable<std::string> dripped(std::uint16_t port, std::string first, std::string then) {
    auto began = steady::now();
    auto dialed = co_await dial_loopback(port);
    auto on = std::make_shared<net::stream>(std::move(dialed));
    if (!first.empty()) co_await on->write(asio::buffer(first), core::deadline::after(5s));
    auto executor = co_await asio::this_coro::executor;
    if (!then.empty()) asio::co_spawn(executor, drip(on, then), asio::detached);
    auto said = co_await read_to_end(*on);
    on->close();
    CHECK(steady::now() - began >= patience);
    CHECK(steady::now() - began < 10s);
    co_return said;
}

const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";

asio::awaitable<void> slow_plain(net::http_server& server) {
    auto port = server.port();
    struct {
        const char* what;
        std::string first, then;
        const char* answer;
    } rows[] = {
        {"a connection without a byte", "", "", ""},
        {"half a request line", "GET / HT", "", "HTTP/1.1 408"},
        {"a head that drips", "", "GET / HTTP/1.1\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "HTTP/1.1 408"},
        {"header fields that drip", head, "X: y\r\n", "HTTP/1.1 408"},
        {"a body that does not come", head + "Content-Length: 10\r\n\r\n", "", "HTTP/1.1 408"},
        {"a body that drips", head + "Content-Length: 1000\r\n\r\n", "x", "HTTP/1.1 408"},
        {"chunks that drip", head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n",
         "HTTP/1.1 408"},
        {"a chunk line that drips", head + "Transfer-Encoding: chunked\r\n\r\n", "0",
         "HTTP/1.1 408"},
        {"trailers that drip", head + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n",
         "HTTP/1.1 408"},
        {"Expect: 100-continue without a body",
         head + "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n", "",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 408"},
        {"nothing behind a request", head + "\r\n", "", "HTTP/1.1 200"},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.what));
        auto said = co_await dripped(port, row.first, row.then);
        CHECK(said.starts_with(row.answer));
        CHECK((*row.answer != '\0' || said.empty()));
    }
}

asio::awaitable<void> slow_tls(net::http_server& server) {
    auto port = server.port();
    auto idle = co_await dripped(port, "", "");
    CHECK(idle == "");
    auto half = co_await dripped(port, std::string("\x16\x03\x01\x02\x00\x01", 6), "");
    CHECK(half == "");
    // A hello of 16 KB that comes byte after byte.
    auto drips = co_await dripped(
        port, std::string("\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03", 11), "aaaaaaaaaa");
    CHECK(drips.find("HTTP/") == std::string::npos);
}

const std::string last_request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

asio::awaitable<bool> is_served(std::uint16_t port) {
    auto bytes = co_await say(port, last_request);
    co_return bytes.starts_with("HTTP/1.1 200");
}

asio::awaitable<void> crowd(net::http_server& server) {
    auto port = server.port();
    auto friendly = co_await dial_loopback(port);
    std::vector<net::stream> held;
    for (int i = 0; i < 40; ++i) held.push_back(co_await dial_loopback(port));
    // Above the limit: answered so, or closed, and not kept.
    auto last = co_await read_to_end(held.back());
    CHECK(last.starts_with("HTTP/1.1 503"));
    CHECK(last.find("Retry-After: 1\r\n") != std::string::npos);
    CHECK(server.connections() <= 8);
    // Who was there before is served in the middle of it.
    co_await friendly.write(asio::buffer(last_request), core::deadline::after(5s));
    auto answered = co_await read_to_end(friendly);
    CHECK(answered.starts_with("HTTP/1.1 200"));
    // The others lose their places by the clock although they hold on.
    auto empty = [&] { return server.connections() == 0; };
    std::function<bool()> all_gone = empty;
    auto freed = co_await test::eventually(all_gone, 10s);
    CHECK(freed);
    auto again = co_await is_served(port);
    CHECK(again);
}

asio::awaitable<void> crowd_tls(net::http_server& server) {
    std::vector<net::stream> held;
    for (int i = 0; i < 40; ++i) held.push_back(co_await dial_loopback(server.port()));
    // A handshake is what a full server does not give away.
    auto last = co_await read_to_end(held.back());
    CHECK(last == "");
    CHECK(server.connections() <= 8);
    std::function<bool()> all_gone = [&] { return server.connections() == 0; };
    auto freed = co_await test::eventually(all_gone, 10s);
    CHECK(freed);
}

asio::awaitable<void> deaf(net::http_server& server) {
    // Thousands of requests and never a look at an answer: the clock of writing ends it.
    auto on = co_await dial_loopback(server.port());
    std::string many;
    for (int i = 0; i < 4000; ++i) many += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    bool ended = false;
    try {
        for (int i = 0; i < 200; ++i)
            co_await on.write(asio::buffer(many), core::deadline::after(15s));
    } catch (const error& e) {
        ended = e.code() == errc::connection;
    }
    CHECK(ended);
    auto again = co_await is_served(server.port());
    CHECK(again);
}

}  // namespace

TEST_CASE("security: slow heads, bodies and idle connections end by the server's clocks") {
    with_server(hasty(), slow_plain);
}

TEST_CASE("security: TLS handshakes that are not finished end by the server's clock") {
    with_server(hasty(true), slow_tls);
}

TEST_CASE("security: connections above the limit are refused, those within end by the clock") {
    with_server(hasty(), crowd);
    with_server(hasty(true), crowd_tls);
}

TEST_CASE("security: a peer that reads no answer is dropped") {
    with_server(hasty(), deaf);
}
