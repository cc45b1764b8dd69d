// Connections that were kept and turn out to be of no use.
#include "unit/net/http_pool_fixture.hpp"

#include <memory>
#include <string>

namespace ecisbx::test {

TEST_CASE("http_pool: a stale connection is replaced once, for a request that may be repeated") {
    harness h;
    scripted_server server(h.ctx, {{{ok}, true}, {{ok}, false}});
    auto pool = pool_of(h);
    const auto seen = send_twice(h, server, pool, within(20s, true));
    CHECK_MESSAGE(seen->response.has_value(), seen->failure.to_string());
    CHECK(pool.stats().stale_retries == 1);
    CHECK(pool.stats().dialled == 2);
    CHECK(server.requests.size() == 3);
}

TEST_CASE("http_pool: a stale connection is replaced by a new one, not by another that was idle") {
    harness h;
    scripted_server server(h.ctx, {{{ok}, true}, {{ok}, true}, {{ok}, false}});
    auto pool = pool_of(h);
    asio::co_spawn(h.ctx, serve(&server), asio::detached);
    auto first = std::make_shared<send_outcome>(), second = std::make_shared<send_outcome>();
    h.spawn(send_into(pool, server.origin(), "/1", within(20s), first));
    h.spawn(send_into(pool, server.origin(), "/2", within(20s), second));
    h.run();
    REQUIRE(pool.stats().idle == 2);
    const auto seen = send_now(h, pool, server.origin(), within(20s, true));
    CHECK_MESSAGE(seen->response.has_value(), seen->failure.to_string());
    CHECK(pool.stats().stale_retries == 1);
    CHECK(pool.stats().dialled == 3);
    CHECK(pool.stats().reused == 1);
}

TEST_CASE("http_pool: a request that was written and must not be repeated fails") {
    harness h;
    scripted_server server(h.ctx, {{{ok}, true}, {{ok}, false}});
    auto pool = pool_of(h);
    auto options = within(20s);
    net::exchange_progress progress;
    options.progress = &progress;
    const auto seen = send_twice(h, server, pool, options);
    CHECK(seen->failure.code == errc::connection);
    CHECK(progress.request_written);
    CHECK_FALSE(progress.response_begun);
    CHECK(pool.stats().stale_retries == 0);
    CHECK(server.requests.size() == 2);
}

TEST_CASE("http_pool: a replacement that fails too is not replaced again") {
    harness h;
    scripted_server server(h.ctx, {{{ok}, true}, {{""}, false}, {{ok}, false}});
    auto pool = pool_of(h);
    const auto seen = send_twice(h, server, pool, within(20s, true));
    CHECK(seen->failure.code == errc::connection);
    CHECK(pool.stats().stale_retries == 1);
    CHECK(pool.stats().dialled == 2);
}

TEST_CASE("http_pool: an answer that has begun is never asked for again") {
    harness h;
    scripted_server server(h.ctx, {{{ok, "HTTP/1.1 200"}, false}, {{ok}, false}});
    auto pool = pool_of(h);
    const auto seen = send_twice(h, server, pool, within(20s, true));
    CHECK(seen->failure.code == errc::connection);
    CHECK(pool.stats().stale_retries == 0);
}

TEST_CASE("http_pool: a connection that was closed or spoke while idle is not lent") {
    harness h;
    // The first is closed after its answer; the second says something nobody asked for.
    scripted_server server(h.ctx, {{{ok}, false}, {{ok + "HTTP/1.1 408"}, false}, {{ok}, false}});
    auto pool = pool_of(h);
    asio::co_spawn(h.ctx, serve(&server), asio::detached);
    for (int i = 0; i < 3; ++i) {
        const auto seen = send_now(h, pool, server.origin());
        CHECK_MESSAGE(seen->response.has_value(), seen->failure.to_string());
        h.run(net::sleep_for(5ms, soon()));
    }
    CHECK(pool.stats().dialled == 3);
    CHECK(pool.stats().reused == 0);
    CHECK(pool.stats().stale_retries == 0);
}

TEST_CASE("http_pool: Connection: close is obeyed") {
    harness h;
    const std::string last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    scripted_server server(h.ctx, {{{last}, true}, {{last}, true}});
    auto pool = pool_of(h);
    const auto seen = send_twice(h, server, pool, within(20s));
    CHECK(seen->response);
    CHECK(pool.stats().dialled == 2);
    CHECK(pool.stats().idle == 0);
}

}  // namespace ecisbx::test
