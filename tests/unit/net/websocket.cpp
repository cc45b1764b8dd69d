#include "unit/net/ws_harness.hpp"

#include "core/sha256.hpp"
#include "net/wait.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>

#include <string>
#include <vector>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using kind = proto::ws_step::kind;
using proto::ws_encode_close;
using proto::ws_encode_frame;
using proto::ws_opcode;
using proto::ws_role;

asio::awaitable<void> raw_write(net::stream* to, std::string bytes) {
    co_await to->write(asio::buffer(bytes), soon());
}

asio::awaitable<void> raw_write_slowly(net::stream* to, std::string bytes) {
    for (char c : bytes) {
        co_await to->write(asio::buffer(&c, 1), soon());
        co_await net::sleep_for(0ms, soon());
    }
}

asio::awaitable<void> read_one(net::websocket* from, std::optional<ws_seen>* into) {
    *into = co_await next_message(from);
}

asio::awaitable<void> read_failing(net::websocket* from, core::deadline until, error_info* into) {
    auto reading = from->read(until);
    auto outcome = co_await as_result(std::move(reading));
    REQUIRE_FALSE(outcome.has_value());
    *into = outcome.error();
}

asio::awaitable<void> read_raw_frame(net::stream* from, ws_raw_frame* into) {
    *into = co_await read_frame(from, ws_role::server);
}

asio::awaitable<void> send_message(net::websocket* to, std::string prefix, std::string payload) {
    co_await to->write(false, prefix, payload, soon());
}

asio::awaitable<void> close_with(net::websocket* what, std::uint16_t code, core::deadline until) {
    co_await what->close(code, until);
}

std::optional<ws_seen> read_now(harness& h, net::websocket& from) {
    std::optional<ws_seen> seen;
    h.run(read_one(&from, &seen));
    return seen;
}

// What the session says and throws when its peer sends these bytes.
void check_refused(const std::string& bytes, std::uint16_t code, errc condition) {
    CAPTURE(bytes.substr(0, 20));
    harness h;
    net::websocket_options options;
    options.max_message = 1000;
    ws_client made(h, options);
    error_info failure;
    ws_raw_frame answer;
    h.spawn(raw_write(&made.raw, bytes));
    h.spawn(read_failing(&made.session, soon(), &failure));
    h.spawn(read_raw_frame(&made.raw, &answer));
    h.run();
    CHECK(failure.code == condition);
    CHECK(answer.what == kind::close);
    CHECK(answer.code == code);
    CHECK_FALSE(made.session.is_open());
    CHECK(made.session.close_code() == 1006);
    error_info again;
    h.run(read_failing(&made.session, soon(), &again));
    CHECK(again.code == condition);
}

// A whole life: connect, send, receive, close.
asio::awaitable<void> live(net::stream over, bool* completed) {
    auto what = ws_request();
    auto session = co_await net::websocket::connect(std::move(over), std::move(what), {}, soon());
    co_await session.write(false, "a", "b", soon());
    const auto seen = co_await next_message(&session);
    REQUIRE(seen->payload == "ab");
    co_await session.close(1000, soon());
    REQUIRE(session.close_code() == 1000);
    *completed = true;
}

asio::awaitable<void> echo_once(net::stream over) {
    net::websocket session;
    co_await ws_accept(&session, std::move(over), {});
    while (const auto message = co_await session.read(soon()))
        co_await session.write(message->text, "", message->payload, soon());
}

}  // namespace

TEST_CASE("websocket: a life cancelled at every step leaves nothing behind") {
    const auto before = open_descriptors();
    bool completed = false;
    for (int steps = 1; !completed; ++steps) {
        REQUIRE(steps < 1000);
        asio::io_context ctx;
        auto pair = connected_streams(ctx);
        asio::cancellation_signal stop;
        std::exception_ptr how;
        bool ended = false;
        auto note = [&how, &ended](const std::exception_ptr& failure) {
            how = failure;
            ended = true;
        };
        asio::co_spawn(ctx, live(std::move(pair.client), &completed),
                       asio::bind_cancellation_slot(stop.slot(), note));
        asio::co_spawn(ctx, echo_once(std::move(pair.server)), asio::detached);
        for (int i = 0; i < steps && !ended && ctx.run_one() > 0; ++i) continue;
        stop.emit(asio::cancellation_type::terminal);
        ctx.run();
        REQUIRE(ended);
        if (!completed) {
            REQUIRE(how);
            CHECK(error_info_from(how).code == errc::canceled);
        }
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("websocket: messages both ways, plain and TLS") {
    const test_ca ca;
    for (const bool tls : {false, true}) {
        harness h;
        ws_pair made(h, tls ? connected_tls_streams(h, ca) : connected_streams(h.ctx));
        for (const std::size_t size : {0u, 1u, 125u, 126u, 70000u, 1000000u}) {
            const std::string payload(size, 'z');
            std::optional<ws_seen> seen;
            h.spawn(send_message(&made.client, "\x01", payload));
            h.spawn(read_one(&made.server, &seen));
            h.run();
            REQUIRE(seen);
            REQUIRE(seen->payload == "\x01" + payload);
            h.spawn(send_message(&made.server, "\x02", payload));
            h.spawn(read_one(&made.client, &seen));
            h.run();
            REQUIRE(seen->payload == "\x02" + payload);
        }
    }
}

TEST_CASE("websocket: messages byte by byte, in fragments, with pings between") {
    harness h;
    ws_client made(h);
    const std::string bytes = ws_encode_frame(ws_opcode::text, "one", {}) +
                              ws_encode_frame(ws_opcode::text, "t", {}, false) +
                              ws_encode_frame(ws_opcode::ping, "!", {}) +
                              ws_encode_frame(ws_opcode::continuation, "wo", {}) +
                              ws_encode_frame(ws_opcode::binary, std::string(300, 'b'), {});
    h.spawn(raw_write_slowly(&made.raw, bytes));
    auto first = read_now(h, made.session);
    CHECK(first->payload == "one");
    CHECK(first->text);
    CHECK(read_now(h, made.session)->payload == "two");
    const auto third = read_now(h, made.session);
    CHECK(third->payload == std::string(300, 'b'));
    CHECK_FALSE(third->text);
    ws_raw_frame pong;
    h.run(read_raw_frame(&made.raw, &pong));
    CHECK(pong.what == kind::pong);
    CHECK(pong.payload == "!");
}

TEST_CASE("websocket: every broken rule is answered with its close code") {
    using namespace std::string_literals;
    check_refused("\xf1\x00"s, 1002, errc::protocol);
    check_refused("\x83\x00"s, 1002, errc::protocol);
    check_refused("\x81\x80"s, 1002, errc::protocol);
    check_refused("\x80\x00"s, 1002, errc::protocol);
    check_refused("\x09\x00"s, 1002, errc::protocol);
    check_refused("\x89\x7e"s, 1002, errc::protocol);
    check_refused("\x82\x7e\x00\x05"s, 1002, errc::protocol);
    check_refused("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"s, 1002, errc::protocol);
    check_refused(ws_encode_frame(ws_opcode::text, "\xff", {}), 1007, errc::protocol);
    check_refused(ws_encode_frame(ws_opcode::close, "x", {}), 1002, errc::protocol);
    check_refused(ws_encode_frame(ws_opcode::close, ws_encode_close(1006), {}), 1002,
                  errc::protocol);
    check_refused(ws_encode_frame(ws_opcode::binary, std::string(1001, 'x'), {}), 1009,
                  errc::too_large);
    check_refused(ws_encode_frame(ws_opcode::binary, std::string(600, 'x'), {}, false) +
                      ws_encode_frame(ws_opcode::continuation, std::string(600, 'x'), {}),
                  1009, errc::too_large);
    // With much unread behind it, the close frame still arrives.
    check_refused("\xf1\x00"s + std::string(100000, 'x'), 1002, errc::protocol);
}

TEST_CASE("websocket: cut at every byte of a frame") {
    const std::string frame = ws_encode_frame(ws_opcode::binary, "payload", {});
    for (std::size_t cut = 0; cut < frame.size(); ++cut) {
        harness h;
        ws_client made(h);
        h.run(raw_write(&made.raw, frame.substr(0, cut)));
        made.raw.close();
        error_info failure;
        h.run(read_failing(&made.session, soon(), &failure));
        CHECK(failure.code == errc::connection);
        CHECK(made.session.close_code() == 1006);
        CHECK_FALSE(made.session.is_open());
    }
}

TEST_CASE("websocket: the peer closes") {
    for (const int close_code : {1000, 1001, 1011, 4000, 1005}) {
        const auto code = static_cast<std::uint16_t>(close_code);
        harness h;
        ws_client made(h);
        const auto payload = ws_encode_close(code);
        std::optional<ws_seen> seen = ws_seen{};
        ws_raw_frame answer;
        h.spawn(raw_write(&made.raw, ws_encode_frame(ws_opcode::close, payload, {})));
        h.spawn(read_one(&made.session, &seen));
        h.spawn(read_raw_frame(&made.raw, &answer));
        h.run();
        CHECK_FALSE(seen);
        CHECK(made.session.close_code() == code);
        CHECK(answer.what == kind::close);
        CHECK(answer.code == code);
        CHECK_FALSE(made.session.is_open());
        CHECK_FALSE(read_now(h, made.session));
        error_info late;
        try {
            h.run(send_message(&made.session, "", "too late"));
        } catch (const error& e) {
            late = e.info();
        }
        CHECK(late.code == errc::connection);
    }
}

TEST_CASE("websocket: the answer to a close survives the session's handle") {
    harness h;
    ws_client made(h);
    const std::size_t size = 20'000'000;
    bool written = false;
    auto write_much = [](net::websocket* to, std::size_t bytes,
                         bool* done) -> asio::awaitable<void> {
        const std::string much(bytes, 'm');
        co_await to->write(false, "", much, soon());
        *done = true;
    };
    h.spawn(write_much(&made.session, size, &written));
    h.ctx.poll();
    REQUIRE_FALSE(written);  // the answer has to wait behind this
    std::optional<ws_seen> seen = ws_seen{};
    h.ctx.restart();
    asio::co_spawn(h.ctx, read_one(&made.session, &seen), asio::detached);
    asio::co_spawn(
        h.ctx, raw_write(&made.raw, ws_encode_frame(ws_opcode::close, ws_encode_close(1000), {})),
        asio::detached);
    while (seen) h.ctx.run_one_for(1s);
    made.session = net::websocket();
    ws_raw_frame answer;
    auto read_behind = [](net::stream* from, std::size_t before,
                          ws_raw_frame* into) -> asio::awaitable<void> {
        co_await read_exactly(from, before);
        *into = co_await read_frame(from, ws_role::server);
    };
    h.spawn(read_behind(&made.raw, size + 14, &answer));
    h.run();
    CHECK(written);
    CHECK(answer.what == kind::close);
    CHECK(answer.code == 1000);
}

TEST_CASE("websocket: writes keep their order, and no frame comes into another") {
    harness h;
    ws_client made(h);
    const std::size_t size = 20'000'000;
    auto write_two = [](net::websocket* to, std::size_t bytes) -> asio::awaitable<void> {
        const std::string first(bytes, 'A'), third(bytes, 'C');
        co_await to->write(false, "", first, soon());
        co_await to->write(false, "", third, soon());  // asks while the turn is being handed over
    };
    auto read_three = [](net::stream* from, std::size_t bytes) -> asio::awaitable<void> {
        proto::ws_decoder decoder(ws_role::server, bytes);
        for (const char expected : {'A', 'B', 'C'}) {
            std::string frame = co_await read_exactly(from, expected == 'B' ? 7 : bytes + 14);
            const auto step = decoder.next(frame);
            REQUIRE(step.what == kind::message);
            CHECK(step.payload == std::string(expected == 'B' ? 1 : bytes, expected));
        }
    };
    h.spawn(write_two(&made.session, size));
    h.ctx.poll();
    h.spawn(send_message(&made.session, "", "B"));
    h.ctx.poll();
    h.spawn(read_three(&made.raw, size));
    h.run();
}

TEST_CASE("websocket: both ends close cleanly, whoever reads") {
    for (const bool with_reader : {false, true}) {
        harness h;
        ws_pair made(h, connected_streams(h.ctx));
        std::optional<ws_seen> at_client = ws_seen{}, at_server = ws_seen{};
        h.spawn(send_message(&made.server, "", "on its way"));
        if (with_reader) {
            h.run();
            CHECK(read_now(h, made.client)->payload == "on its way");
            h.spawn(read_one(&made.client, &at_client));
        }
        h.spawn(close_with(&made.client, 1001, soon()));
        h.spawn(read_one(&made.server, &at_server));
        h.run();
        CHECK_FALSE(at_server);
        CHECK(made.server.close_code() == 1001);
        CHECK(made.client.close_code() == 1001);
        CHECK_FALSE(made.client.is_open());
        if (with_reader) CHECK_FALSE(at_client);
    }
}

TEST_CASE("websocket: a message in hand stays valid while another coroutine closes") {
    harness h;
    ws_client made(h);
    for (const bool fragments : {false, true}) {
        if (fragments) made = ws_client(h);
        const std::string text(40, 'v');
        std::string bytes = ws_encode_frame(ws_opcode::text, text, {}, !fragments);
        if (fragments) bytes += ws_encode_frame(ws_opcode::continuation, "", {});
        // More behind it, which the close reads past.
        bytes += ws_encode_frame(ws_opcode::binary, std::string(3000, 'w'), {}) +
                 ws_encode_frame(ws_opcode::close, ws_encode_close(1000), {});
        h.run(raw_write(&made.raw, bytes));
        auto work = [](net::websocket* on, std::string expected) -> asio::awaitable<void> {
            const auto message = co_await on->read(soon());
            const std::string_view held = message->payload;
            co_await on->close(1000, soon());
            CHECK(held == expected);
        };
        h.run(work(&made.session, text));
        CHECK(made.session.close_code() == 1000);
    }
}

TEST_CASE("websocket: close does not wait for ever, and does not throw for that") {
    harness h;
    ws_client made(h);
    h.run(close_with(&made.session, 1000, core::deadline::after(30ms)));
    CHECK_FALSE(made.session.is_open());
    CHECK(made.session.close_code() == 1006);
    h.run(close_with(&made.session, 1000, soon()));
    CHECK_THROWS_AS(h.run(close_with(&made.session, 1006, soon())), error);
    ws_raw_frame said;
    h.run(read_raw_frame(&made.raw, &said));
    CHECK(said.code == 1000);
}

TEST_CASE("websocket: abort ends a read and every write with canceled") {
    harness h;
    ws_client made(h);
    error_info read_end, write_end, queued_end;
    auto write_much = [](net::websocket* to, error_info* into) -> asio::awaitable<void> {
        const std::string much(20'000'000, 'm');
        auto writing = to->write(false, "", much, soon());
        auto outcome = co_await as_result(std::move(writing));
        if (!outcome) *into = outcome.error();
    };
    h.spawn(read_failing(&made.session, soon(), &read_end));
    h.spawn(write_much(&made.session, &write_end));
    h.spawn(write_much(&made.session, &queued_end));
    h.ctx.run_for(20ms);
    made.session.abort();
    made.session.abort();
    h.run();
    CHECK(read_end.code == errc::canceled);
    CHECK(write_end.code == errc::canceled);
    CHECK(queued_end.code == errc::canceled);
}

TEST_CASE("websocket: a read that timed out or was cancelled loses nothing") {
    harness h;
    ws_client made(h);
    const std::string frame = ws_encode_frame(ws_opcode::text, "whole", {});
    error_info failure;
    h.run(read_failing(&made.session, core::deadline::after(5ms), &failure));
    CHECK(failure.code == errc::timeout);
    for (std::size_t i = 0; i + 1 < frame.size(); ++i) {
        h.run(raw_write(&made.raw, frame.substr(i, 1)));
        if (i % 2 == 0) {
            h.run(read_failing(&made.session, core::deadline::after(2ms), &failure));
            CHECK(failure.code == errc::timeout);
            continue;
        }
        asio::cancellation_signal stop;
        bool ended = false;
        asio::co_spawn(h.ctx, read_failing(&made.session, soon(), &failure),
                       asio::bind_cancellation_slot(
                           stop.slot(), [&ended](const std::exception_ptr&) { ended = true; }));
        h.ctx.restart();
        h.ctx.run_for(2ms);
        stop.emit(asio::cancellation_type::terminal);
        while (!ended) h.ctx.run_one_for(1s);
        CHECK(failure.code == errc::canceled);
    }
    h.run(raw_write(&made.raw, frame.substr(frame.size() - 1)));
    CHECK(read_now(h, made.session)->payload == "whole");
}

TEST_CASE("websocket: a write that gave up in the queue harms nobody") {
    harness h;
    ws_client made(h);
    const std::string much(20'000'000, 'm');
    error_info gave_up;
    auto try_write = [](net::websocket* to, error_info* into) -> asio::awaitable<void> {
        auto writing = to->write(true, "", "never sent", core::deadline::after(10ms));
        auto outcome = co_await as_result(std::move(writing));
        if (!outcome) *into = outcome.error();
    };
    auto read_all = [](net::stream* from, std::size_t size) -> asio::awaitable<void> {
        co_await net::sleep_for(30ms, soon());
        co_await read_exactly(from, size);
    };
    h.spawn(send_message(&made.session, "", much));
    h.spawn(try_write(&made.session, &gave_up));
    h.spawn(read_all(&made.raw, much.size() + 14));
    h.run();
    CHECK(gave_up.code == errc::timeout);
    ws_raw_frame next;
    h.spawn(send_message(&made.session, "", "next"));
    h.spawn(read_raw_frame(&made.raw, &next));
    h.run();
    CHECK(next.payload == "next");
}

TEST_CASE("websocket: after a write that was cut nothing more is written") {
    harness h;
    ws_client made(h);
    auto cut_write = [](net::websocket* to) -> asio::awaitable<void> {
        const std::string much(20'000'000, 'm');
        auto writing = to->write(false, "", much, core::deadline::after(20ms));
        auto outcome = co_await as_result(std::move(writing));
        CHECK(outcome.error().code == errc::timeout);
        writing = to->write(false, "", "x", soon());
        outcome = co_await as_result(std::move(writing));
        CHECK(outcome.error().code == errc::connection);
    };
    h.run(cut_write(&made.session));
    h.run(raw_write(&made.raw, ws_encode_frame(ws_opcode::text, "still read", {})));
    CHECK(read_now(h, made.session)->payload == "still read");
}

TEST_CASE("websocket: 64 MiB there and back, while both write") {
    const test_ca ca;
    harness h;
    net::websocket_options options;
    options.max_message = 1 << 20;
    ws_pair made(h, connected_tls_streams(h, ca), options);
    auto write_all_of = [](net::websocket* to) -> asio::awaitable<void> {
        std::string piece(1 << 20, '\0');
        for (int i = 0; i < 64; ++i) {
            for (std::size_t j = 0; j < piece.size(); j += 512)
                piece[j] = static_cast<char>(std::size_t(i) + j / 512);
            co_await to->write(false, "", piece, soon());
        }
    };
    auto echo = [](net::websocket* on) -> asio::awaitable<void> {
        for (int i = 0; i < 64; ++i) {
            const auto message = co_await on->read(soon());
            REQUIRE(message);
            co_await on->write(message->text, "", message->payload, soon());
        }
    };
    auto check_all = [](net::websocket* from) -> asio::awaitable<void> {
        std::string expected(1 << 20, '\0');
        for (int i = 0; i < 64; ++i) {
            for (std::size_t j = 0; j < expected.size(); j += 512)
                expected[j] = static_cast<char>(std::size_t(i) + j / 512);
            const auto message = co_await from->read(soon());
            REQUIRE(message);
            REQUIRE(message->payload == expected);
        }
    };
    h.spawn(write_all_of(&made.client));
    h.spawn(echo(&made.server));
    h.spawn(check_all(&made.client));
    h.run();
}

TEST_CASE("websocket: a write waits for a slow reader") {
    harness h;
    ws_client made(h);
    std::size_t written = 0;
    auto keep_writing = [](net::websocket* to, std::size_t* count) -> asio::awaitable<void> {
        const std::string piece(100'000, 'p');
        for (;;) {
            co_await to->write(false, "", piece, soon());
            *count += piece.size();
        }
    };
    asio::co_spawn(h.ctx, keep_writing(&made.session, &written), asio::detached);
    h.ctx.restart();
    h.ctx.run_for(50ms);
    const auto stuck_at = written;
    CHECK(stuck_at > 0);
    CHECK(stuck_at < 20'000'000);  // what the kernel buffers
    h.ctx.restart();
    h.ctx.run_for(50ms);
    CHECK(written == stuck_at);
    made.session.abort();
    h.ctx.restart();
    h.ctx.run();
}

}  // namespace ecisbx::test
