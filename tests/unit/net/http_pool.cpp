#include "net/http_pool.hpp"

#include "net/http_server.hpp"
#include "net/pool_plan.hpp"
#include "net/wait.hpp"
#include "unit/net/harness.hpp"

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
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

// A server that does to each connection what its script says.
struct scripted_server {
    struct connection {
        std::vector<std::string> answers;  // one for each request; then it is closed
        bool stale = false;                // closed only when another request has come
    };

    scripted_server(asio::io_context& ctx, std::vector<connection> plan)
        : acceptor(ctx, {asio::ip::address_v4::loopback(), 0}), script(std::move(plan)) {}

    net::origin origin() const { return {"127.0.0.1", acceptor.local_endpoint().port(), false}; }

    tcp::acceptor acceptor;
    std::vector<connection> script;
    std::vector<std::string> requests;
};

asio::awaitable<bool> read_request(net::stream& on, std::string& request) {
    char c = 0;
    request.clear();
    while (request.find("\r\n\r\n") == std::string::npos) {
        if (co_await on.read_some(asio::buffer(&c, 1), soon()) == 0) co_return false;
        request += c;
    }
    co_return true;
}

asio::awaitable<void> serve_one(scripted_server* server, net::stream on,
                                scripted_server::connection plan) {
    std::string request;
    for (const auto& answer : plan.answers) {
        if (!co_await read_request(on, request)) co_return;
        server->requests.push_back(request);
        if (!answer.empty()) co_await on.write(asio::buffer(answer), soon());
    }
    // A peer that waits for its next request before it closes is a stale connection.
    if (plan.stale && co_await read_request(on, request)) server->requests.push_back("stale");
}

asio::awaitable<void> serve(scripted_server* server) {
    const auto executor = co_await asio::this_coro::executor;
    for (auto plan : server->script) {
        tcp::socket socket = co_await server->acceptor.async_accept(asio::use_awaitable);
        net::stream on(std::move(socket));
        asio::co_spawn(executor, serve_one(server, std::move(on), std::move(plan)), asio::detached);
    }
}

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::shared_ptr<net::dialer> plain_dialer() {
    auto how = std::make_shared<net::dialer>();
    how->connect_timeout = 5s;
    return how;
}

net::http_pool pool_of(harness& h, net::http_pool_options options = {}) {
    return net::http_pool(h.ctx.get_executor(), plain_dialer(), options);
}

net::http_request get(std::string target) {
    net::http_request request;
    request.target = std::move(target);
    return request;
}

struct outcome {
    std::optional<net::http_response> response;
    error_info failure;
};

asio::awaitable<outcome> try_send(net::http_pool pool, net::origin where, std::string target,
                                  net::send_options options) {
    net::http_request request = get(std::move(target));
    auto sending = pool.send(std::move(where), std::move(request), options);
    auto result = co_await as_result(std::move(sending));
    outcome seen;
    if (result)
        seen.response = *result;
    else
        seen.failure = result.error();
    co_return seen;
}

asio::awaitable<void> send_into(net::http_pool pool, net::origin where, std::string target,
                                net::send_options options, std::shared_ptr<outcome> into) {
    *into = co_await try_send(std::move(pool), std::move(where), std::move(target), options);
}

net::send_options within(core::deadline::duration limit, bool idempotent = false) {
    net::send_options options;
    options.until = core::deadline::after(limit);
    options.idempotent = idempotent;
    return options;
}

std::shared_ptr<outcome> send_now(harness& h, const net::http_pool& pool, net::origin where,
                                  net::send_options options = within(20s)) {
    auto into = std::make_shared<outcome>();
    h.run(send_into(pool, std::move(where), "/", options, into));
    return into;
}

// Sends twice over one connection; the server's script decides what the second meets.
std::shared_ptr<outcome> send_twice(harness& h, scripted_server& server, net::http_pool& pool,
                                    net::send_options options) {
    asio::co_spawn(h.ctx, serve(&server), asio::detached);
    auto first = send_now(h, pool, server.origin());
    REQUIRE(first->response);
    return send_now(h, pool, server.origin(), options);
}

// A server whose handler lets the test see and hold its requests.
struct gated {
    std::vector<std::string> order;
    std::size_t now = 0, most = 0;
    bool open = true;
};

asio::awaitable<net::http_reply> answer_in_time(gated* gate, net::http_request request) {
    gate->order.push_back(request.target);
    gate->most = std::max(gate->most, ++gate->now);
    do {
        co_await net::sleep_for(1ms, core::deadline::never());
    } while (!gate->open);
    --gate->now;
    net::http_response response;
    response.body = request.target;
    co_return response;
}

net::http_server gated_server(harness& h, gated* gate,
                              std::shared_ptr<net::tls_server_context> tls = nullptr) {
    net::http_server_options options;
    options.tls = std::move(tls);
    net::http_server server(h.ctx.get_executor(), options, [gate](net::http_request request) {
        return answer_in_time(gate, std::move(request));
    });
    server.run();
    return server;
}

net::origin origin_of(const net::http_server& server, bool tls = false) {
    return {tls ? "localhost" : "127.0.0.1", server.port(), tls};
}

}  // namespace

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
    std::vector<std::shared_ptr<outcome>> all;
    for (int i = 0; i < 200; ++i) {
        all.push_back(std::make_shared<outcome>());
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
    std::vector<std::shared_ptr<outcome>> all;
    for (std::size_t i = 0; i < callers; ++i) {
        all.push_back(std::make_shared<outcome>());
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
        h.spawn(send_into(pool, origin_of(server), "/", within(60s), std::make_shared<outcome>()));
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
    auto first = std::make_shared<outcome>(), second = std::make_shared<outcome>();
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
                          std::make_shared<outcome>()));
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
    auto first = std::make_shared<outcome>(), second = std::make_shared<outcome>(),
         third = std::make_shared<outcome>();
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
    auto first = std::make_shared<outcome>(), second = std::make_shared<outcome>(),
         third = std::make_shared<outcome>();
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
    auto first = std::make_shared<outcome>(), second = std::make_shared<outcome>();
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

TEST_CASE("http_pool: drain serves who is in, refuses who comes, and leaves nothing open") {
    harness h;
    gated gate;
    gate.open = false;
    auto server = gated_server(h, &gate);
    net::http_pool_options options;
    options.per_origin = 1;
    auto pool = pool_of(h, options);
    auto first = std::make_shared<outcome>(), second = std::make_shared<outcome>();
    h.spawn(send_into(pool, origin_of(server), "/1", within(60s), first));
    h.spawn(send_into(pool, origin_of(server), "/2", within(60s), second));
    h.ctx.poll();
    h.spawn(pool.drain());
    h.ctx.poll();
    auto late = std::make_shared<outcome>();
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
        auto seen = std::make_shared<outcome>();
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
        auto first = std::make_shared<outcome>(), second = std::make_shared<outcome>();
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
