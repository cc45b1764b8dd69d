// Messages that could be read in two ways, bombs, and tricks with paths, on the listeners of a
// running server.
#include "security/smuggling.hpp"

#include "common/world.hpp"
#include "security/raw.hpp"

#include <doctest/doctest.h>

using namespace ecisbx;
using namespace ecisbx::security;
using namespace ecisbx::test;

namespace {

server::options fast() {
    return server::options().runtime(server::synthetic()).admin("127.0.0.1", 0);
}

asio::awaitable<void> check_bytes(std::uint16_t port, std::string bytes, int status) {
    auto got = co_await say(port, std::move(bytes));
    auto answers = answers_of(got);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].status == status);
}

/// Two whole requests in one go are two answers: a smuggled one would be seen.
asio::awaitable<void> check_pipelining(std::uint16_t port) {
    std::string last = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    auto two = answers_of(co_await say(port, smuggled + last));
    REQUIRE(two.size() == 2);
    CHECK(two[0].status == 200);
    CHECK(two[1].status == 200);
    // A body belongs to its request, whatever it looks like.
    auto length = std::to_string(smuggled.size());
    auto one =
        answers_of(co_await say(port,
                                "POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                                "Content-Length: " +
                                    length + "\r\n\r\n" + smuggled));
    CHECK(one.size() == 1);
    // What is behind a request that ends the connection is not looked at.
    one = answers_of(co_await say(port, last + smuggled));
    CHECK(one.size() == 1);
}

asio::awaitable<void> smuggle(world& w) {
    for (auto port : {w.local.port(), w.local.admin_port()}) {
        co_await check_pipelining(port);
        for (const auto& row : smugglings()) {
            CAPTURE(std::string(row.what));
            co_await check_bytes(port, row.bytes + smuggled, row.status);
        }
        co_await check_pipelining(port);
    }
}

asio::awaitable<void> explode(world& w) {
    for (auto port : {w.local.port(), w.local.admin_port()}) {
        for (const auto& row : bombs()) {
            CAPTURE(std::string(row.what));
            co_await check_bytes(port, row.bytes, row.status);
        }
        co_await check_pipelining(port);
    }
}

asio::awaitable<void> check_get(std::uint16_t port, std::string path, std::string host,
                                int status) {
    CAPTURE(path);
    CAPTURE(host);
    wire_request request;
    request.target = std::move(path);
    request.add("Host", host);
    co_await check_bytes(port, request.text(), status);
}

asio::awaitable<void> walk(world& w) {
    for (const auto& row : path_tricks()) {
        co_await check_get(w.local.port(), row.path, "127.0.0.1", row.api);
        co_await check_get(w.local.admin_port(), row.path, "127.0.0.1", row.admin);
    }
    for (const auto& row : host_tricks())
        co_await check_get(w.local.admin_port(), "/metrics", row.host, row.status);
}

asio::awaitable<void> other_methods(world& w) {
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get"}) {
        wire_request request;
        request.method = method;
        request.target = "/metrics";
        request.add("Host", "127.0.0.1");
        CAPTURE(std::string(method));
        co_await check_bytes(w.local.admin_port(), request.text(), 405);
    }
}

}  // namespace

TEST_CASE("security: requests that could be read in two ways") {
    in_world(fast(), smuggle);
}

TEST_CASE("security: heads and bodies that are too much") {
    in_world(fast(), explode);
}

TEST_CASE("security: tricks with paths and hosts") {
    in_world(fast(), walk);
}

TEST_CASE("security: the admin listener is for reading") {
    in_world(fast(), other_methods);
}

TEST_CASE("security: the admin listener stays on loopback unless told otherwise") {
    for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "localhost", "127.0.0.1.evil"}) {
        CAPTURE(std::string(address));
        auto start = [&] { in_world(fast().admin(address, 0), other_methods); };
        CHECK_THROWS_AS(start(), error);
    }
}
