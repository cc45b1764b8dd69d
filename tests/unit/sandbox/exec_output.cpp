// Output: limits, memory, order, slow readers.
#include "fake_backend.hpp"

#include <doctest/doctest.h>

#include <malloc.h>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;

TEST_CASE("max_output keeps the head, counts the rest, is never complete") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.out("12345").err("abc").out("67890").exit(0).end(true);
    };
    auto r = w.run(w.box.exec(command("x"), exec_options().max_output(7)));
    CHECK(r.out == "1234567");
    CHECK(r.err == "abc");
    CHECK(r.out_bytes == 10);
    CHECK(r.err_bytes == 3);
    CHECK(r.status.code() == 0);
    CHECK_FALSE(r.complete);
    CHECK_FALSE(r.ok());
    CHECK(r.note.find("max_output") != std::string::npos);
}

TEST_CASE("max_output: exactly the limit is complete, and 0 is a limit too") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.out("12345").exit(0).end(true); };
    CHECK(w.run(w.box.exec(command("x"), exec_options().max_output(5))).ok());
    auto none = w.run(w.box.exec(command("x"), exec_options().max_output(0)));
    CHECK(none.out.empty());
    CHECK(none.out_bytes == 5);
    CHECK_FALSE(none.complete);
}

std::size_t heap_in_use() {
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

TEST_CASE("1 GiB of output with a limit of 1 MiB needs no more memory") {
    constexpr std::size_t piece = 1 << 20, pieces = 1024;
    fake_world w;
    std::size_t peak = 0, sent = 0;
    w.backend->on_command = [&](fake_wire& wire) {
        wire.source = [&](fake_wire& self) {
            peak = std::max(peak, heap_in_use());
            if (sent == pieces) return self.trailers(0), true;
            ++sent;
            return self.out(std::string(piece, 'x')), true;
        };
    };
    auto before = heap_in_use();
    auto r = w.run(w.box.exec(command("x"), exec_options().max_output(piece).no_timeout()));
    CHECK(r.out.size() == piece);
    CHECK(r.out_bytes == piece * pieces);
    CHECK(r.status.code() == 0);
    CHECK_FALSE(r.complete);
    CHECK(peak < before + 16 * piece);
}

TEST_CASE("a reader that stops reading stops the wire, a little ahead of it") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.source = [](fake_wire& self) { return self.out(std::string(1024, 'x')), true; };
    };
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("yes"));
        co_await net::sleep_for(std::chrono::milliseconds(20), core::deadline::never());
        CHECK(world.wire().reads == 64);
        for (int i = 0; i < 10; ++i) {
            auto piece = co_await p.read();
            CHECK(piece->bytes.size() == 1024);
        }
        co_await net::sleep_for(std::chrono::milliseconds(20), core::deadline::never());
        CHECK(world.wire().reads == 74);
    };
    w.run(body(w));
    CHECK(w.kills() == 1);
}

TEST_CASE("a stream is read though nobody awaits it, so that pings are answered") {
    fake_world w;
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("server"));
        co_await net::sleep_for(std::chrono::milliseconds(5), core::deadline::never());
        CHECK(world.wire().reads == 1);  // and under way
        world.wire().out("x").failure("node is gone");
        auto piece = co_await p.read();
        CHECK(piece->bytes == "x");
        auto r = co_await p.wait();
        CHECK(r.status.end_reason() == end_reason::lost);
    };
    w.run(body(w));
}

TEST_CASE("process: a failure before any output is thrown once") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.failure("no such container"); };
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("x"));
        std::optional<std::string> seen;
        try {
            co_await p.read();
        } catch (const error& e) {
            seen = e.what();
        }
        CHECK(seen.value_or("").find("no such container") != std::string::npos);
        auto r = co_await p.wait();
        CHECK(r.status.end_reason() == end_reason::lost);
    };
    w.run(body(w));
}

TEST_CASE("process: pieces come in order, then nothing, then the result without them") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.out("a").err("b").out("c" + wire.trailer(3)).err(wire.trailer(3));
    };
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("x"));
        CHECK(p.request_id() == "REQ-1");
        std::string seen;
        for (auto piece = co_await p.read(); piece; piece = co_await p.read())
            seen += (piece->stream == stream_id::out ? "o:" : "e:") + piece->bytes + ' ';
        CHECK(seen == "o:a e:b o:c ");
        auto again = co_await p.read();
        CHECK_FALSE(again);
        auto r = co_await p.wait();
        CHECK(r.out.empty());
        CHECK(r.out_bytes == 2);
        CHECK(r.complete);
        CHECK(r.status.code() == 3);
        auto r2 = co_await p.wait();
        CHECK(r2.status.code() == 3);
    };
    w.run(body(w));
    CHECK(w.kills() == 0);
}

TEST_CASE("process: wait returns what read had not") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.out("a").out("b").err("c").exit(0); };
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("x"));
        auto first = co_await p.read();
        CHECK(first->bytes == "a");
        auto r = co_await p.wait();
        CHECK(r.out == "b");
        CHECK(r.err == "c");
        CHECK(r.ok());
    };
    w.run(body(w));
}

}  // namespace
