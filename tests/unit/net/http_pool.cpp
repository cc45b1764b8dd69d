#include "net/pool_plan.hpp"
#include "unit/net/http_pool_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ecisbx::test {

TEST_CASE("http_pool: one connection serves one request after the other") {
    harness h;
    gated gate;
    auto server = gated_server(h, &gate);
    auto pool = pool_of(h);
    for (int i = 0; i < 5; ++i) {
        auto seen = send_now(h, pool, origin_of(server));
        REQUIRE(seen->response);
        CHECK(seen->response->body == "/");
    }
    const auto stats = pool.stats();
    CHECK(stats.requests == 5);
    CHECK(stats.dialled == 1);
    CHECK(stats.reused == 4);
    CHECK(stats.idle == 1);
    CHECK(stats.in_use == 0);
    h.run(server.stop());
}

TEST_CASE("http_pool: over TLS, new connections resume") {
    const test_ca ca;
    harness h;
    gated gate;
    auto server = gated_server(h, &gate, ca.server({}));
    auto how = std::make_shared<net::dialer>();
    how->tls = ca.client();
    net::http_pool_options options;
    options.idle_expiry = 0s;
    net::http_pool pool(h.ctx.get_executor(), how, options);
    for (int i = 0; i < 3; ++i) {
        const auto seen = send_now(h, pool, origin_of(server, true));
        CHECK_MESSAGE(seen->response.has_value(), seen->failure.to_string());
    }
    CHECK(pool.stats().dialled == 3);
    CHECK(pool.stats().expired >= 2);
    CHECK(pool.stats().resumed == 2);
    h.run(server.stop());
}

TEST_CASE("http_pool: 200 sends over 4 connections, in the order they came") {
    harness h;
    gated gate;
    gate.open = false;
    auto server = gated_server(h, &gate);
    net::http_pool_options options;
    options.per_origin = 4;
    auto pool = pool_of(h, options);
    std::vector<std::shared_ptr<send_outcome>> all;
    for (int i = 0; i < 200; ++i) {
        all.push_back(std::make_shared<send_outcome>());
        h.spawn(
            send_into(pool, origin_of(server), "/" + std::to_string(i), within(60s), all.back()));
    }
    h.ctx.poll();
    CHECK(pool.stats().waiting == 196);
    CHECK(pool.stats().in_use == 4);
    gate.open = true;
    h.run();
    CHECK(gate.most <= 4);
    REQUIRE(gate.order.size() == 200);
    for (int i = 0; i < 200; ++i) {
        REQUIRE(all[std::size_t(i)]->response);
        REQUIRE(all[std::size_t(i)]->response->body == "/" + std::to_string(i));
        const int place = std::stoi(gate.order[std::size_t(i)].substr(1));
        REQUIRE(std::abs(place - i) < 8);  // four connections may overtake one another
    }
    CHECK(pool.stats().dialled == 4);
    CHECK(pool.stats().idle == 4);
    h.run(server.stop());
}

asio::awaitable<net::http_reply> answer_at_once(net::http_request request) {
    net::http_response response;
    response.body = request.target;
    co_return response;
}

TEST_CASE("http_pool: a burst is served by few connections when they come free soon") {
    const test_ca ca;
    harness h;
    net::http_server_options serving;
    serving.tls = ca.server({});
    net::http_server server(h.ctx.get_executor(), serving, answer_at_once);
    server.run();
    auto how = std::make_shared<net::dialer>();
    how->tls = ca.client();
    constexpr std::size_t callers = 300;
    net::http_pool_options options;
    options.per_origin = callers;
    net::http_pool pool(h.ctx.get_executor(), how, options);
    std::vector<std::shared_ptr<send_outcome>> all;
    for (std::size_t i = 0; i < callers; ++i) {
        all.push_back(std::make_shared<send_outcome>());
        h.spawn(send_into(pool, origin_of(server, true), "/", within(60s), all.back()));
    }
    while (pool.stats().requests < callers) h.ctx.run_one();
    CHECK(pool.stats().in_use == net::pool_plan::first_dials);
    CHECK(pool.stats().waiting == callers - net::pool_plan::first_dials);
    h.run();
    for (const auto& one : all) CHECK(one->response);
    CHECK(pool.stats().dialled <= callers / 2);
    CHECK(pool.stats().in_use == 0);
    h.run(server.stop());
}

TEST_CASE("http_pool: a burst whose answers take long gets all the connections it may have") {
    harness h;
    gated gate;
    gate.open = false;
    auto server = gated_server(h, &gate);
    auto pool = pool_of(h);
    for (int i = 0; i < 200; ++i)
        h.spawn(
            send_into(pool, origin_of(server), "/", within(60s), std::make_shared<send_outcome>()));
    while (gate.now < 64 && h.ctx.run_one_for(10s) > 0) continue;
    CHECK(gate.now == 64);
    CHECK(pool.stats().waiting == 136);
    gate.open = true;
    h.run();
    CHECK(pool.stats().dialled == 64);
    h.run(server.stop());
}

asio::awaitable<void> hold_turn(std::shared_ptr<net::dial_limiter> limiter, const bool* enough) {
    auto turn = co_await net::dial_limiter::enter(limiter, soon());
    while (!*enough) co_await net::sleep_for(1ms, soon());
}

TEST_CASE("http_pool: who waits for a dial slot takes a connection that comes free") {
    harness h;
    gated gate;
    auto server = gated_server(h, &gate);
    auto how = plain_dialer();
    how->limiter = std::make_shared<net::dial_limiter>(h.ctx.get_executor(), 1);
    net::http_pool pool(h.ctx.get_executor(), how);
    send_now(h, pool, origin_of(server));  // one connection is there
    bool enough = false;
    auto first = std::make_shared<send_outcome>(), second = std::make_shared<send_outcome>();
    h.spawn(hold_turn(how->limiter, &enough));
    h.spawn(send_into(pool, origin_of(server), "/1", within(60s), first));
    h.spawn(send_into(pool, origin_of(server), "/2", within(60s), second));
    while (!first->response) h.ctx.run_one();
    CHECK(how->limiter->waiting() == 1);
    enough = true;
    h.run();
    CHECK(second->response);
    CHECK(pool.stats().dialled == 1);
    CHECK(pool.stats().reused == 2);
    h.run(server.stop());
}

TEST_CASE("http_pool: one connection keeps the exact order") {
    harness h;
    gated gate;
    auto server = gated_server(h, &gate);
    net::http_pool_options options;
    options.per_origin = 1;
    auto pool = pool_of(h, options);
    std::vector<std::string> expected;
    for (int i = 0; i < 50; ++i) {
        expected.push_back("/" + std::to_string(i));
        h.spawn(send_into(pool, origin_of(server), expected.back(), within(60s),
                          std::make_shared<send_outcome>()));
    }
    h.run();
    CHECK(gate.order == expected);
    h.run(server.stop());
}

TEST_CASE("http_pool: a wait that takes too long says so and leaves the queue") {
    harness h;
    gated gate;
    gate.open = false;
    auto server = gated_server(h, &gate);
    net::http_pool_options options;
    options.per_origin = 1;
    options.max_waiting = 1;
    auto pool = pool_of(h, options);
    auto first = std::make_shared<send_outcome>(), second = std::make_shared<send_outcome>(),
         third = std::make_shared<send_outcome>();
    h.spawn(send_into(pool, origin_of(server), "/1", within(60s), first));
    h.ctx.poll();
    asio::co_spawn(h.ctx, send_into(pool, origin_of(server), "/2", within(20ms), second),
                   asio::detached);
    h.ctx.poll();
    asio::co_spawn(h.ctx, send_into(pool, origin_of(server), "/3", within(60s), third),
                   asio::detached);
    while (second->failure.message.empty()) h.ctx.run_one();
    CHECK(second->failure.code == errc::timeout);
    CHECK(second->failure.message.find("in use until the deadline") != std::string::npos);
    CHECK(third->failure.code == errc::unavailable);
    CHECK(pool.stats().waiting == 0);
    gate.open = true;
    h.run();
    CHECK(first->response);
    CHECK(pool.stats().in_use == 0);
    h.run(server.stop());
}

TEST_CASE("http_pool: a connection that can not be made") {
    harness h;
    tcp::acceptor closed(h.ctx, {asio::ip::address_v4::loopback(), 0});
    const net::origin where{"127.0.0.1", closed.local_endpoint().port(), false};
    closed.close();
    auto pool = pool_of(h);
    CHECK(send_now(h, pool, where)->failure.code == errc::connection);
    CHECK(pool.stats().dial_failures == 1);
    CHECK(pool.stats().in_use == 0);
}

TEST_CASE("http_pool: who waits in vain learns why nobody could connect") {
    const test_ca ca;
    harness h;
    // Connects, but no TLS handshake is ever answered.
    tcp::acceptor silent(h.ctx, {asio::ip::address_v4::loopback(), 0});
    const net::origin where{"localhost", silent.local_endpoint().port(), true};
    auto how = std::make_shared<net::dialer>();
    how->tls = ca.client();
    net::http_pool_options options;
    options.per_origin = 1;
    net::http_pool pool(h.ctx.get_executor(), how, options);
    auto first = std::make_shared<send_outcome>(), second = std::make_shared<send_outcome>(),
         third = std::make_shared<send_outcome>();
    h.spawn(send_into(pool, where, "/1", within(20ms), first));
    h.spawn(send_into(pool, where, "/2", within(60s), second));
    while (first->failure.message.empty()) h.ctx.run_one();
    CHECK(first->failure.code == errc::timeout);
    h.spawn(send_into(pool, where, "/3", within(20ms), third));
    while (third->failure.message.empty()) h.ctx.run_one();
    CHECK(third->failure.code == errc::timeout);
    CHECK(third->failure.message.find("the last attempt to connect failed: ") != std::string::npos);
    silent.close();
    h.run();
    CHECK_FALSE(second->response);
    CHECK(pool.stats().dial_failures == 2);
}

TEST_CASE("http_pool: drain serves who is in, refuses who comes, and leaves nothing open") {
    harness h;
    gated gate;
    gate.open = false;
    auto server = gated_server(h, &gate);
    net::http_pool_options options;
    options.per_origin = 1;
    auto pool = pool_of(h, options);
    auto first = std::make_shared<send_outcome>(), second = std::make_shared<send_outcome>();
    h.spawn(send_into(pool, origin_of(server), "/1", within(60s), first));
    h.spawn(send_into(pool, origin_of(server), "/2", within(60s), second));
    h.ctx.poll();
    h.spawn(pool.drain());
    h.ctx.poll();
    auto late = std::make_shared<send_outcome>();
    asio::co_spawn(h.ctx, send_into(pool, origin_of(server), "/3", within(60s), late),
                   asio::detached);
    h.ctx.poll();
    CHECK(late->failure.code == errc::canceled);
    gate.open = true;
    h.run();
    CHECK(first->response);
    CHECK(second->response);
    CHECK(pool.stats().idle == 0);
    CHECK(pool.stats().in_use == 0);
    h.run(server.stop());
}

TEST_CASE("http_pool: the last handle may go while a connection is lent") {
    const auto before = open_descriptors();
    {
        harness h;
        gated gate;
        auto server = gated_server(h, &gate);
        auto seen = std::make_shared<send_outcome>();
        {
            auto pool = pool_of(h);
            send_now(h, pool, origin_of(server));
            net::http_request request = get("/late");
            auto sending = pool.send(origin_of(server), std::move(request), within(60s));
            asio::co_spawn(h.ctx, std::move(sending),
                           [seen](const std::exception_ptr& failure, net::http_response response) {
                               if (!failure) seen->response = std::move(response);
                           });
            h.ctx.poll();
        }
        while (!seen->response && h.ctx.run_one_for(10s) > 0) continue;
        CHECK(seen->response);
        h.run(server.stop());
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("http_pool: an idle pool does not keep the context running") {
    harness h;
    gated gate;
    auto server = gated_server(h, &gate);
    auto pool = pool_of(h);
    send_now(h, pool, origin_of(server));
    CHECK(pool.stats().idle == 1);
    h.run(server.stop());
    const auto began = core::clock::now();
    h.ctx.restart();
    h.ctx.run();
    CHECK(core::clock::now() - began < 5s);
}

TEST_CASE("http_pool: cancelled at every step, no slot and no descriptor is lost") {
    const auto before = open_descriptors();
    bool completed = false;
    for (int steps = 1; !completed; ++steps) {
        REQUIRE(steps < 2000);
        harness h;
        gated gate;
        auto server = gated_server(h, &gate);
        net::http_pool_options options;
        options.per_origin = 1;
        auto pool = pool_of(h, options);
        asio::cancellation_signal stop;
        auto first = std::make_shared<send_outcome>(), second = std::make_shared<send_outcome>();
        bool ended = false;
        asio::co_spawn(h.ctx, send_into(pool, origin_of(server), "/1", within(60s), first),
                       asio::bind_cancellation_slot(
                           stop.slot(), [&ended](const std::exception_ptr&) { ended = true; }));
        h.spawn(send_into(pool, origin_of(server), "/2", within(60s), second));
        for (int i = 0; i < steps && !ended && h.ctx.run_one() > 0; ++i) continue;
        completed = ended;
        if (!ended) stop.emit(asio::cancellation_type::terminal);
        h.run();
        REQUIRE(second->response);
        h.run(pool.drain());
        CHECK(pool.stats().in_use == 0);
        h.run(server.stop());
        h.ctx.restart();
        h.ctx.run();
    }
    CHECK(open_descriptors() == before);
}

}  // namespace ecisbx::test
