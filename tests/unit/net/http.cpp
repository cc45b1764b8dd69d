// One exchange against peers that misbehave in every way.
#include "net/http.hpp"

#include "unit/net/harness.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <memory>
#include <optional>
#include <string>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct told {
    std::optional<net::http_response> response;
    error_info failure;
    net::exchange_progress progress;
};

struct asked {
    net::http_request request;
    net::http_limits limits;
    core::deadline::duration first_byte = 30s;
    core::deadline until = soon();
};

asio::awaitable<void> exchange(net::stream* on, std::shared_ptr<asked> what,
                               std::shared_ptr<told> into) {
    auto asking = net::http_exchange(*on, what->request, what->limits, what->first_byte,
                                     what->until, into->progress);
    auto outcome = co_await as_result(std::move(asking));
    if (outcome)
        into->response = *outcome;
    else
        into->failure = outcome.error();
    on->close();
}

enum class ending { none, close, shutdown };

// Reads a request head, sends the bytes, and ends the connection or not.
asio::awaitable<void> script(net::stream* on, std::string bytes, ending end) {
    std::string head;
    char c = 0;
    while (head.find("\r\n\r\n") == std::string::npos) {
        co_await on->read_some(asio::buffer(&c, 1), soon());
        head += c;
    }
    if (!bytes.empty()) co_await on->write(asio::buffer(bytes), soon());
    if (end == ending::shutdown) co_await on->shutdown(soon());
    if (end == ending::close) on->close();
}

std::shared_ptr<told> ask(std::shared_ptr<asked> what, std::string bytes, ending end) {
    harness h;
    auto pair = connected_streams(h.ctx);
    auto into = std::make_shared<told>();
    h.spawn(exchange(&pair.client, what, into));
    h.spawn(script(&pair.server, std::move(bytes), end));
    h.run();
    return into;
}

std::shared_ptr<asked> plain_get() {
    auto what = std::make_shared<asked>();
    what->request.headers.add("Host", "h");
    return what;
}

void check_fails(std::string bytes, errc expected, std::string words = "") {
    CAPTURE(bytes);
    const auto seen = ask(plain_get(), bytes, ending::close);
    REQUIRE_FALSE(seen->response);
    CHECK_MESSAGE(seen->failure.code == expected, seen->failure.to_string());
    CHECK_MESSAGE(seen->failure.message.find(words) != std::string::npos,
                  seen->failure.to_string());
    CHECK(seen->progress.request_written);
    CHECK(seen->progress.response_begun == !bytes.empty());
}

}  // namespace

TEST_CASE("http: an exchange") {
    const auto seen =
        ask(plain_get(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: b\r\n\r\nok", ending::none);
    REQUIRE(seen->response);
    CHECK(seen->response->status == 200);
    CHECK(seen->response->body == "ok");
    CHECK(seen->response->headers.get("a") == "b");
    CHECK(seen->response->keep_alive);
}

TEST_CASE("http: redirects and refusals are answers like any other") {
    const auto seen = ask(
        plain_get(), "HTTP/1.1 302 Found\r\nLocation: http://evil/\r\nContent-Length: 0\r\n\r\n",
        ending::none);
    REQUIRE(seen->response);
    CHECK(seen->response->status == 302);
}

TEST_CASE("http: the answer to HEAD has no body, whatever length it tells") {
    auto what = plain_get();
    what->request.method = "HEAD";
    const auto seen = ask(what, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", ending::none);
    REQUIRE(seen->response);
    CHECK(seen->response->keep_alive);
}

TEST_CASE("http: a body that ends with the connection") {
    const auto seen = ask(plain_get(), "HTTP/1.0 200 OK\r\n\r\nto the end", ending::close);
    REQUIRE(seen->response);
    CHECK(seen->response->body == "to the end");
    CHECK_FALSE(seen->response->keep_alive);
}

TEST_CASE("http: over TLS, a body to the end must end with close_notify") {
    const test_ca ca;
    for (const bool proper : {true, false}) {
        harness h;
        auto pair = connected_tls_streams(h, ca);
        auto into = std::make_shared<told>();
        h.spawn(exchange(&pair.client, plain_get(), into));
        h.spawn(script(&pair.server, "HTTP/1.0 200 OK\r\n\r\nhalf",
                       proper ? ending::shutdown : ending::close));
        h.run();
        CHECK(into->response.has_value() == proper);
        if (!proper) CHECK(into->failure.code == errc::connection);
    }
}

TEST_CASE("http: bytes behind an answer end the connection's use") {
    const auto seen =
        ask(plain_get(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok, and more", ending::none);
    REQUIRE(seen->response);
    CHECK(seen->response->body == "ok");
    CHECK_FALSE(seen->response->keep_alive);
}

TEST_CASE("http: answers that are none") {
    check_fails("", errc::connection, "before it answered");
    check_fails("garbage\r\n\r\n", errc::protocol, "malformed");
    check_fails("SSH-2.0-OpenSSH_9.2\r\n", errc::protocol);
    check_fails("HTTP/1.1 200 OK\r\nContent-Le", errc::connection, "inside its answer");
    check_fails("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", errc::connection, "inside");
    check_fails("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
                errc::protocol);
    check_fails("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", errc::protocol,
                "chunk");
    check_fails("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", errc::connection);
    check_fails("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", errc::protocol);
    check_fails("HTTP/1.1 101 Switching Protocols\r\n\r\n", errc::protocol);
}

TEST_CASE("http: cut at every byte of an answer") {
    const std::string text =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for (std::size_t cut = 0; cut < text.size(); ++cut)
        check_fails(text.substr(0, cut), errc::connection);
}

TEST_CASE("http: answers above the limits") {
    auto what = plain_get();
    what->limits = {1000, 1000};
    for (const std::string& bytes :
         {std::string("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n"),
          "HTTP/1.1 200 OK\r\nA: " + std::string(2000, 'a'),
          "HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'b')}) {
        const auto seen = ask(what, bytes, ending::none);
        REQUIRE_FALSE(seen->response);
        CHECK(seen->failure.code == errc::too_large);
    }
}

TEST_CASE("http: a server that says nothing, or never finishes") {
    auto what = plain_get();
    what->first_byte = 30ms;
    auto seen = ask(what, "", ending::none);
    CHECK(seen->failure.code == errc::timeout);
    CHECK(seen->failure.message.find("begin to answer") != std::string::npos);
    CHECK_FALSE(seen->progress.response_begun);

    what->first_byte = 30s;
    what->until = core::deadline::after(50ms);
    seen = ask(what, "HTTP/1.1 200 OK\r\n", ending::none);
    CHECK(seen->failure.code == errc::timeout);
    CHECK(seen->progress.response_begun);
}

TEST_CASE("http: what must not be sent is not sent") {
    auto what = plain_get();
    what->request.target = "/a b";
    harness h;
    auto pair = connected_streams(h.ctx);
    auto into = std::make_shared<told>();
    h.run(exchange(&pair.client, what, into));
    CHECK(into->failure.code == errc::invalid_argument);
    CHECK_FALSE(into->progress.request_written);
}

TEST_CASE("http: cancelled at every step") {
    const auto before = open_descriptors();
    bool completed = false;
    // Asio drops a cancellation that comes before the first step.
    for (int steps = 1; !completed; ++steps) {
        REQUIRE(steps < 1000);
        asio::io_context ctx;
        auto pair = connected_streams(ctx);
        asio::cancellation_signal stop;
        auto into = std::make_shared<told>();
        auto ignore = [](const std::exception_ptr&) {};
        asio::co_spawn(ctx, exchange(&pair.client, plain_get(), into),
                       asio::bind_cancellation_slot(stop.slot(), ignore));
        asio::co_spawn(
            ctx,
            script(&pair.server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", ending::close),
            ignore);
        for (int i = 0; i < steps && ctx.run_one() > 0; ++i) continue;
        stop.emit(asio::cancellation_type::terminal);
        pair.server.close();
        ctx.run();
        completed = into->response.has_value();
        if (!completed && into->failure.code.failed()) CHECK(into->failure.code == errc::canceled);
    }
    CHECK(open_descriptors() == before);
}

}  // namespace ecisbx::test
