// Pings, silence and floods.
#include "unit/net/ws_harness.hpp"

#include "net/wait.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using kind = proto::ws_step::kind;
using proto::ws_encode_frame;
using proto::ws_opcode;
using proto::ws_role;

net::websocket_options idle_after(core::deadline::duration length) {
    net::websocket_options options;
    options.idle = length;
    return options;
}

asio::awaitable<void> read_failing(net::websocket* from, error_info* into, bool* ended) {
    auto reading = from->read(core::deadline::after(20s));
    auto outcome = co_await as_result(std::move(reading));
    if (!outcome) *into = outcome.error();
    *ended = true;
}

// Answers pings until told otherwise, and counts them.
asio::awaitable<void> answer_pings(net::stream* on, int how_many, int* seen) {
    for (; *seen < how_many; ++*seen) {
        const auto frame = co_await read_frame(on, ws_role::server);
        REQUIRE(frame.what == kind::ping);
        const auto pong = ws_encode_frame(ws_opcode::pong, frame.payload, {});
        co_await on->write(asio::buffer(pong), soon());
    }
}

asio::awaitable<void> raw_write(net::stream* to, std::string bytes) {
    co_await to->write(asio::buffer(bytes), soon());
}

asio::awaitable<void> read_text(net::websocket* from, std::string* into) {
    const auto message = co_await next_message(from);
    if (message) *into = message->payload;
}

}  // namespace

TEST_CASE("websocket: a peer that is silent is pinged, then taken for gone") {
    harness h;
    ws_client made(h, idle_after(40ms));
    error_info failure;
    bool ended = false;
    const auto began = core::clock::now();
    h.run(read_failing(&made.session, &failure, &ended));
    const auto took = core::clock::now() - began;
    CHECK(failure.code == errc::connection);
    CHECK(failure.message.find("silent") != std::string::npos);
    CHECK(took >= 80ms);
    CHECK_FALSE(made.session.is_open());
    ws_raw_frame ping;
    auto look = [](net::stream* from, ws_raw_frame* into) -> asio::awaitable<void> {
        *into = co_await read_frame(from, ws_role::server);
    };
    h.run(look(&made.raw, &ping));
    CHECK(ping.what == kind::ping);
}

TEST_CASE("websocket: a peer that answers pings lives on") {
    harness h;
    ws_client made(h, idle_after(30ms));
    int pings = 0;
    std::string text;
    h.spawn(read_text(&made.session, &text));
    h.spawn(answer_pings(&made.raw, 5, &pings));
    while (pings < 5 && h.ctx.run_one_for(10s) > 0) continue;
    REQUIRE(pings == 5);
    CHECK(made.session.is_open());
    h.run(raw_write(&made.raw, ws_encode_frame(ws_opcode::text, "alive", {})));
    h.run();
    CHECK(text == "alive");
}

TEST_CASE("websocket: sessions opened together do not ping together") {
    harness h;
    constexpr int count = 60;
    constexpr auto idle = 2000ms;  // in whole seconds a fraction of it would be cut
    std::vector<std::unique_ptr<ws_client>> all;
    for (int i = 0; i < count; ++i) all.push_back(std::make_unique<ws_client>(h, idle_after(idle)));
    std::vector<error_info> failures(count);
    std::unique_ptr<bool[]> ended(new bool[count]());
    const auto began = core::clock::now();
    for (int i = 0; i < count; ++i)
        h.spawn(read_failing(&all[std::size_t(i)]->session, &failures[std::size_t(i)], &ended[i]));
    int pings = 0;
    auto wait_for_ping = [](net::stream* from, int* seen) -> asio::awaitable<void> {
        const auto frame = co_await read_frame(from, ws_role::server);
        if (frame.what == kind::ping) ++*seen;
    };
    for (auto& one : all) asio::co_spawn(h.ctx, wait_for_ping(&one->raw, &pings), asio::detached);
    h.ctx.restart();
    while (pings == 0 && h.ctx.run_one_for(10s) > 0) continue;
    const auto first = core::clock::now() - began;
    CHECK(first >= idle * 3 / 4);
    CHECK(first < idle * 19 / 20);  // together they would come at 2 s
    CHECK(pings < count / 2);
    for (auto& one : all) one->session.abort();
    h.run();
    for (auto& one : all) one->raw.close();
    while (h.ctx.poll() > 0) continue;
}

TEST_CASE("websocket: silence adds up over reads that time out") {
    harness h;
    ws_client made(h, idle_after(30ms));
    error_info failure;
    int reads = 0;
    auto poll = [](net::websocket* from, error_info* into, int* count) -> asio::awaitable<void> {
        while (into->code != errc::connection && *count < 1000) {
            auto reading = from->read(core::deadline::after(3ms));
            auto outcome = co_await as_result(std::move(reading));
            REQUIRE_FALSE(outcome.has_value());
            *into = outcome.error();
            ++*count;
        }
    };
    h.run(poll(&made.session, &failure, &reads));
    CHECK(failure.code == errc::connection);
    CHECK(reads > 3);
}

TEST_CASE("websocket: nobody is silent while nobody listens") {
    harness h;
    ws_client made(h, idle_after(20ms));
    h.run(raw_write(&made.raw, ws_encode_frame(ws_opcode::text, "said in time", {})));
    h.run(net::sleep_for(100ms, soon()));
    std::string text;
    h.run(read_text(&made.session, &text));
    CHECK(text == "said in time");
}

TEST_CASE("websocket: after a hold-up of our own, what came meanwhile is looked at first") {
    harness h;
    ws_client made(h, idle_after(20ms));
    auto wait_for_ping = [](net::websocket* from) -> asio::awaitable<void> {
        auto reading = from->read(core::deadline::after(25ms));
        auto outcome = co_await as_result(std::move(reading));
        CHECK(outcome.error().code == errc::timeout);
    };
    h.run(wait_for_ping(&made.session));
    // A read is cancelled after the loop stood still for longer than the peer is given.
    asio::cancellation_signal stop;
    error_info failure;
    bool ended = false;
    asio::co_spawn(h.ctx, read_failing(&made.session, &failure, &ended),
                   asio::bind_cancellation_slot(stop.slot(), asio::detached));
    h.ctx.restart();
    h.ctx.poll();
    std::this_thread::sleep_for(50ms);
    stop.emit(asio::cancellation_type::terminal);
    while (!ended) h.ctx.run_one_for(1s);
    REQUIRE(failure.code == errc::canceled);
    h.run(raw_write(&made.raw, ws_encode_frame(ws_opcode::text, "was there", {})));
    std::string text;
    h.run(read_text(&made.session, &text));
    CHECK(text == "was there");
}

TEST_CASE("websocket: idle of zero means no pings") {
    harness h;
    ws_client made(h, idle_after(0ms));
    error_info failure;
    bool ended = false;
    h.spawn(read_failing(&made.session, &failure, &ended));
    h.ctx.restart();
    h.ctx.run_for(50ms);
    CHECK_FALSE(ended);
    CHECK(made.raw.is_idle_and_healthy());
    made.session.abort();
    h.run();
}

TEST_CASE("websocket: a peer that does not take our data is not gone for that") {
    harness h;
    ws_client made(h, idle_after(20ms));
    bool read_ended = false, write_ended = false;
    error_info read_failure;
    auto write_much = [](net::websocket* to, bool* ended) -> asio::awaitable<void> {
        const std::string much(20'000'000, 'm');
        auto writing = to->write(false, "", much, soon());
        co_await as_result(std::move(writing));
        *ended = true;
    };
    h.spawn(write_much(&made.session, &write_ended));
    h.spawn(read_failing(&made.session, &read_failure, &read_ended));
    h.ctx.restart();
    h.ctx.run_for(150ms);
    CHECK_FALSE(read_ended);
    CHECK_FALSE(write_ended);
    made.session.abort();
    h.run();
    CHECK(read_failure.code == errc::canceled);
}

TEST_CASE("websocket: a flood of pings is answered by the latest, not by a queue") {
    harness h;
    ws_client made(h);
    // The peer floods and reads nothing, until it has sent all.
    constexpr int pings = 200'000;
    std::string flood;
    for (int i = 0; i < pings; ++i)
        flood += ws_encode_frame(ws_opcode::ping, "ping number " + std::to_string(i), {});
    flood += ws_encode_frame(ws_opcode::text, "after the flood", {});
    std::string text;
    h.spawn(raw_write(&made.raw, flood));
    h.spawn(read_text(&made.session, &text));
    h.run();
    CHECK(text == "after the flood");
    int pongs = 0;
    std::string last;
    auto count = [](net::stream* from, int* counted, std::string* latest) -> asio::awaitable<void> {
        do {
            const auto frame = co_await read_frame(from, ws_role::server);
            REQUIRE(frame.what == kind::pong);
            *latest = frame.payload;
            ++*counted;
        } while (*latest != "ping number " + std::to_string(pings - 1));
    };
    h.run(count(&made.raw, &pongs, &last));
    CHECK(pongs < pings / 2);
}

TEST_CASE("websocket: a flood of pings or of small messages lets others run") {
    for (const auto opcode : {ws_opcode::ping, ws_opcode::binary}) {
        harness h;
        ws_client made(h);
        constexpr int frames = 20'000;
        std::string flood;
        for (int i = 0; i < frames; ++i) flood += ws_encode_frame(opcode, "", {});
        flood += ws_encode_frame(ws_opcode::text, "after the flood", {});
        bool ended = false;
        int turns = 0;
        auto read_all = [](net::websocket* from, bool* end) -> asio::awaitable<void> {
            while (!*end) {
                const auto message = co_await next_message(from);
                REQUIRE(message);
                *end = message->payload == "after the flood";
            }
        };
        auto others = [](const bool* end, int* count) -> asio::awaitable<void> {
            for (; !*end; ++*count)
                co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        };
        h.run(raw_write(&made.raw, flood));
        h.spawn(read_all(&made.session, &ended));
        h.spawn(others(&ended, &turns));
        h.run();
        CHECK(turns >= frames / 512);
    }
}

TEST_CASE("websocket: one byte in each TLS record") {
    const test_ca ca;
    harness h;
    auto pair = connected_tls_streams(h, ca);
    net::websocket session;
    auto what = ws_request();
    auto by_bytes = [](net::stream* to, std::string bytes) -> asio::awaitable<void> {
        for (char& byte : bytes) co_await to->write(asio::buffer(&byte, 1), soon());
    };
    auto answer = [](net::stream* on, std::string behind) -> asio::awaitable<void> {
        const std::string head = co_await read_head(on);
        std::string all = switching(field_of(head, "Sec-WebSocket-Key")) + behind;
        for (char& byte : all) co_await on->write(asio::buffer(&byte, 1), soon());
    };
    const std::string large(70'000, 'b');
    std::string first, second;
    h.spawn(ws_connect(&session, std::move(pair.client), std::move(what), {}));
    h.spawn(answer(&pair.server, ws_encode_frame(ws_opcode::text, "behind the handshake", {})));
    h.run();
    h.run(read_text(&session, &first));
    h.spawn(by_bytes(&pair.server, ws_encode_frame(ws_opcode::ping, "p", {}) +
                                       ws_encode_frame(ws_opcode::binary, large, {})));
    h.spawn(read_text(&session, &second));
    h.run();
    CHECK(first == "behind the handshake");
    CHECK(second == large);
    session.abort();
}

TEST_CASE("websocket: pongs never come between the pieces of a message") {
    harness h;
    ws_client made(h);
    const std::string large(20'000'000, 'l');
    std::string text;
    auto write_large = [](net::websocket* to, std::string bytes) -> asio::awaitable<void> {
        co_await to->write(false, "", bytes, soon());
    };
    auto read_two = [](net::stream* from, std::size_t size) -> asio::awaitable<void> {
        co_await net::sleep_for(20ms, soon());
        proto::ws_decoder decoder(ws_role::server, size);
        std::string bytes = co_await read_exactly(from, size + 14);
        const auto message = decoder.next(bytes);
        CHECK(message.what == kind::message);
        const auto pong = co_await read_frame(from, ws_role::server);
        CHECK(pong.what == kind::pong);
    };
    h.spawn(write_large(&made.session, large));
    h.ctx.poll();
    h.spawn(raw_write(&made.raw, ws_encode_frame(ws_opcode::ping, "", {}) +
                                     ws_encode_frame(ws_opcode::text, "t", {})));
    h.spawn(read_text(&made.session, &text));
    h.spawn(read_two(&made.raw, large.size()));
    h.run();
    CHECK(text == "t");
}

}  // namespace ecisbx::test
