// One stream that floods delays the others by a bounded number of bytes at a time; one that nobody
// reads stops its own sender and no one else. Counted in bytes and turns, not in time, so that a
// busy machine changes nothing.
#include "common/forked.hpp"
#include "common/world.hpp"

#include "net/dial.hpp"
#include "unit/net/ws_harness.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
using asio::ip::tcp;
using core::deadline;
using proto::ws_encode_frame;
using proto::ws_opcode;

namespace {

constexpr std::size_t active = 1000;

// In a process of its own: sends one message on each of its quiet streams when told to, and floods
// those that ask for it.
struct flooding_server {
    explicit flooding_server(std::shared_ptr<net::tls_server_context> c) : tls(std::move(c)) {}
    std::shared_ptr<net::tls_server_context> tls;
    std::vector<std::shared_ptr<net::stream>> quiet;
    std::size_t sent = 0;
};
using server_ptr = std::shared_ptr<flooding_server>;

std::string frames(std::size_t count, std::size_t size) {
    std::string all;
    const std::string payload(size, 'f');
    for (std::size_t i = 0; i < count; ++i) all += ws_encode_frame(ws_opcode::binary, payload, {});
    return all;
}

asio::awaitable<void> serve_one(server_ptr self, tcp::socket socket) {
    auto on = std::make_shared<net::stream>(std::move(socket));
    std::string flood;
    try {
        co_await on->handshake(self->tls, deadline::never());
        const std::string head = co_await read_head(on.get());
        const std::string answer = switching(field_of(head, "Sec-WebSocket-Key"));
        co_await on->write(asio::buffer(answer), deadline::never());
        if (head.starts_with("GET /large ")) flood = frames(8, 32 * 1024);
        if (head.starts_with("GET /tiny ")) flood = frames(20'000, 1);
        if (flood.empty()) self->quiet.push_back(on);
        while (!flood.empty()) co_await on->write(asio::buffer(flood), deadline::never());
    } catch (const boost::system::system_error&) {
        // The client is gone.
    }
}

asio::awaitable<void> serve(server_ptr self, std::shared_ptr<tcp::acceptor> on) {
    for (;;) {
        auto socket = co_await on->async_accept(asio::use_awaitable);
        asio::co_spawn(on->get_executor(), serve_one(self, std::move(socket)), asio::detached);
    }
}

asio::awaitable<void> send_on_all(server_ptr self) {
    const std::string message = frames(1, 128);
    for (auto& on : self->quiet) {
        co_await on->write(asio::buffer(message), deadline::never());
        ++self->sent;
    }
}

forked::served start_server(asio::io_context& context, const test_ca& ca) {
    auto self = std::make_shared<flooding_server>(ca.server({}));
    auto acceptor = std::make_shared<tcp::acceptor>(
        context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    asio::co_spawn(context, serve(self, acceptor), asio::detached);
    forked::served made;
    made.told = std::to_string(acceptor->local_endpoint().port());
    made.alive = self;
    made.answer = [self, &context](const std::string& command) {
        if (command == "go") asio::co_spawn(context, send_on_all(self), asio::detached);
        return std::to_string(self->sent);
    };
    return made;
}

// What the client's loop does with one stream that floods and many that do not.
struct watched_loop {
    std::size_t served = 0;  // messages of the quiet ones
    std::vector<std::chrono::steady_clock::time_point> times;
    bool flood_was_last = false;
    std::size_t turns = 0, turn_bytes = 0, turn_messages = 0;
    std::size_t most_bytes = 0, most_messages = 0, flood_bytes = 0;

    void quiet_message() {
        ++served;
        flood_was_last = false;
        times.push_back(std::chrono::steady_clock::now());
    }
    void flood_message(std::size_t size) {
        if (!std::exchange(flood_was_last, true)) ++turns, turn_bytes = turn_messages = 0;
        flood_bytes += size;
        most_bytes = std::max(most_bytes, turn_bytes += size);
        most_messages = std::max(most_messages, ++turn_messages);
    }
};

struct client_side {
    std::shared_ptr<net::dialer> how;
    net::origin where;
    watched_loop loop;
    std::size_t open = 0, ended = 0;
    std::vector<std::shared_ptr<net::websocket>> sessions;
};

asio::awaitable<void> read_for_ever(client_side& all, std::string target) {
    auto executor = co_await asio::this_coro::executor;
    auto stream = co_await net::dial(executor, all.how, all.where, deadline::never());
    net::websocket::request what;
    what.authority = all.where.authority();
    what.target = target;
    auto opened =
        co_await net::websocket::connect(std::move(stream), std::move(what), {}, deadline::never());
    auto session = std::make_shared<net::websocket>(std::move(opened));
    all.sessions.push_back(session);
    ++all.open;
    const bool quiet = target == "/quiet";
    try {
        while (auto message = co_await session->read(deadline::never()))
            quiet ? all.loop.quiet_message() : all.loop.flood_message(message->payload.size());
    } catch (const boost::system::system_error&) {
        // Closed at the end of the test.
    }
    ++all.ended;
}

template <class Done>
void run_until(asio::io_context& context, Done done) {
    const auto give_up = std::chrono::steady_clock::now() + 100s;
    context.restart();
    while (!done() && context.run_one_until(give_up) > 0) continue;
    REQUIRE(done());
}

// All quiet streams get a message while the loop stands still. How long after its return half of
// them have been served.
std::chrono::microseconds one_round(asio::io_context& context, client_side& client,
                                    forked& server) {
    const auto target = client.loop.served + active;
    server.ask("go");
    while (server.ask("sent") != std::to_string(target)) continue;
    client.loop.times.clear();
    client.loop.turns = 0;
    const auto began = std::chrono::steady_clock::now();
    run_until(context, [&] { return client.loop.served >= target; });
    return std::chrono::duration_cast<std::chrono::microseconds>(client.loop.times[active / 2] -
                                                                 began);
}

void check_fairness(const std::string& target, std::size_t most_bytes, std::size_t most_messages) {
    const test_ca ca;
    forked server([&ca](asio::io_context& context) { return start_server(context, ca); });
    asio::io_context context(1);
    client_side client;
    client.how = std::make_shared<net::dialer>();
    client.how->tls = ca.client();
    client.how->limiter = std::make_shared<net::dial_limiter>(context.get_executor(), 64);
    client.where = {"localhost", static_cast<std::uint16_t>(std::stoul(server.told())), true};
    for (std::size_t i = 0; i < active; ++i)
        asio::co_spawn(context, read_for_ever(client, "/quiet"), asio::detached);
    run_until(context, [&] { return client.open == active; });
    const auto without = one_round(context, client, server);
    asio::co_spawn(context, read_for_ever(client, target), asio::detached);
    run_until(context, [&] { return client.loop.flood_bytes > 0; });
    const auto flooded_before = client.loop.flood_bytes;
    std::chrono::microseconds with{};
    for (int round = 0; round < 5; ++round) {
        with = one_round(context, client, server);
        // The loop asks the system for some 128 ready streams at a time, and the flood comes once
        // in each of these.
        CHECK(client.loop.turns <= 40);
    }
    CHECK(client.loop.flood_bytes > flooded_before);
    CHECK(client.loop.most_bytes <= most_bytes);
    CHECK(client.loop.most_messages <= most_messages);
    MESSAGE("half of " << active << " streams served after " << without.count() << " us, beside "
                       << target << " after " << with.count() << " us; the flood's longest turn "
                       << client.loop.most_bytes << " bytes, " << client.loop.most_messages
                       << " messages");
    for (auto& session : client.sessions) session->abort();
    run_until(context, [&] { return client.ended == active + 1; });
}

asio::awaitable<void> send_for_ever(net::websocket* to, std::size_t* sent, bool* ended) {
    const std::string message(16 * 1024, 'm');
    try {
        for (;; *sent += message.size()) co_await to->write(false, {}, message, deadline::never());
    } catch (const boost::system::system_error&) {
        *ended = true;
    }
}

asio::awaitable<void> read_much(net::websocket* from, std::size_t size, std::size_t* done) {
    std::size_t got = 0;
    while (got < size) {
        auto message = co_await from->read(soon());
        REQUIRE(message);
        got += message->payload.size();
    }
    ++*done;
}

}  // namespace

TEST_CASE("streams: a flood of large messages beside 1,000 active streams") {
    check_fairness("/large", std::size_t(1) << 20, 64);
}

TEST_CASE("streams: a flood of tiny messages beside 1,000 active streams") {
    check_fairness("/tiny", std::size_t(1) << 20, 1024);
}

TEST_CASE("streams: a reader that does not read stops its sender and no one else") {
    const test_ca ca;
    harness h;
    constexpr std::size_t count = 30, much = std::size_t(4) << 20;
    std::vector<std::unique_ptr<ws_pair>> pairs;
    for (std::size_t i = 0; i < count; ++i)
        pairs.push_back(std::make_unique<ws_pair>(h, connected_tls_streams(h, ca)));
    std::vector<std::size_t> sent(count, 0);
    std::unique_ptr<bool[]> ended(new bool[count]());
    for (std::size_t i = 0; i < count; ++i)
        asio::co_spawn(h.ctx, send_for_ever(&pairs[i]->server, &sent[i], &ended[i]),
                       asio::detached);
    // Nobody reads the first.
    std::size_t done = 0;
    for (std::size_t i = 1; i < count; ++i) h.spawn(read_much(&pairs[i]->client, much, &done));
    h.run();
    CHECK(done == count - 1);
    // All that is in flight is in the kernel's buffers and one message.
    std::size_t last = 0;
    do {
        last = sent[0];
        h.ctx.restart();
        h.ctx.run_for(50ms);
    } while (sent[0] != last);
    CHECK(last <= std::size_t(16) << 20);
    CHECK_FALSE(ended[0]);
    // It goes on where it was.
    h.run(read_much(&pairs[0]->client, last + much, &done));
    CHECK(done == count);
    CHECK(sent[0] >= last + much);
    for (auto& pair : pairs) pair->server.abort();
    while (!std::all_of(ended.get(), ended.get() + count, [](bool b) { return b; }))
        h.ctx.run_one();
}
