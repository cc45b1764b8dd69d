// The deadline, and the kill that belongs to it.
#include "fake_backend.hpp"

#include <doctest/doctest.h>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

TEST_CASE("deadline: the group is killed and the result says so") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.out("so far"); };
    auto r = w.run(w.box.exec(command("sleep", "60"), exec_options().timeout(50ms)));
    CHECK(r.status.end_reason() == end_reason::timed_out);
    CHECK(r.status.code() == 124);
    CHECK_FALSE(r.complete);
    CHECK(r.out == "so far");
    CHECK(r.note.find("was killed") != std::string::npos);
    REQUIRE(w.kills() == 1);
    CHECK(w.wire().closed);
    CHECK(r.elapsed >= 50ms);
}

TEST_CASE("deadline: a kill that does not answer delays the result by one second at most") {
    fake_world w;
    w.backend->on_kill = [](fake_wire&) {};
    auto begin = clock::now();
    clock::duration took{};
    std::optional<exec_result> r;
    asio::co_spawn(w.context, w.box.exec(command("x"), exec_options().timeout(50ms)),
                   [&](std::exception_ptr, exec_result v) {
                       r = std::move(v);
                       took = clock::now() - begin;
                       w.context.stop();  // the kill goes on for its own budget
                   });
    w.context.run();
    REQUIRE(r);
    CHECK(r->status.end_reason() == end_reason::timed_out);
    CHECK(r->note.find("not confirmed") != std::string::npos);
    CHECK(took >= 900ms);
    CHECK(took < 1500ms);
}

TEST_CASE("deadline: a kill that finds nothing is repeated when nothing was ever seen") {
    for (bool output : {false, true}) {
        fake_world w;
        w.backend->on_command = [&](fake_wire& wire) {
            if (output) wire.out("x");
        };
        w.backend->on_kill = [](fake_wire& wire) { wire.exit(1).end(true); };
        auto r = w.run(w.box.exec(command("x"), exec_options().timeout(20ms)));
        CHECK(r.status.end_reason() == end_reason::timed_out);
        CHECK(w.kills() == (output ? 1 : 2));
    }
}

TEST_CASE("deadline: it also bounds the opening") {
    for (bool total : {true, false}) {
        fake_world w;
        w.backend->opening_blocks = true;
        auto options = total ? exec_options().timeout(30ms) : exec_options().connect_timeout(30ms);
        auto begin = clock::now();
        try {
            w.run(w.box.exec(command("x"), options));
            FAIL("did not throw");
        } catch (const error& e) {
            CHECK(e.code() == errc::timeout);
        }
        CHECK(clock::now() - begin < 1s);
        CHECK(w.kills() == 0);  // the backend did not say that anything may have started
    }
}

TEST_CASE("deadline: a command that writes without end is cut too") {
    fake_world w;
    // As a socket that always has bytes, it lets others run now and then.
    w.backend->on_command = [](fake_wire& wire) {
        auto count = std::make_shared<int>(0);
        wire.source = [count](fake_wire& self) {
            if (++*count % 64 == 0) {
                asio::post(self.executor, [&self] { self.out("x"); });
                return false;
            }
            self.out(std::string(1000, 'x'));
            return true;
        };
    };
    auto r = w.run(w.box.exec(command("yes"), exec_options().timeout(50ms).max_output(5000)));
    CHECK(r.status.end_reason() == end_reason::timed_out);
    CHECK(r.out.size() == 5000);
    CHECK(r.out_bytes > 5000);
    CHECK(r.elapsed < 1s);
}

TEST_CASE("deadline: it counts for a process that nobody reads") {
    fake_world w;
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("x"), exec_options().timeout(50ms));
        co_await net::sleep_for(150ms, core::deadline::never());
        CHECK(world.kills() == 1);
        auto none = co_await p.read();
        CHECK_FALSE(none);
        auto r = co_await p.wait();
        CHECK(r.status.end_reason() == end_reason::timed_out);
    };
    w.run(body(w));
    CHECK(w.kills() == 1);
}

TEST_CASE("deadline: a process that had ended before it is not timed out for a late reader") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.out("done").exit(0).end(true); };
    w.backend->on_kill = [](fake_wire& wire) { wire.exit(1).end(true); };
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("x"), exec_options().timeout(30ms));
        co_await net::sleep_for(100ms, core::deadline::never());
        auto r = co_await p.wait();
        CHECK(r.ok());
        CHECK(r.out == "done");
    };
    w.run(body(w));
}

TEST_CASE("deadline: a death by the kill is a timeout for a late reader") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.out("some"); };
    w.backend->on_kill = [&](fake_wire& wire) {
        w.wire().exit(137).end(true);
        wire.exit(0).end(true);
    };
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("x"), exec_options().timeout(30ms));
        co_await net::sleep_for(100ms, core::deadline::never());
        auto r = co_await p.wait();
        CHECK(r.status.end_reason() == end_reason::timed_out);
        CHECK(r.out == "some");
        CHECK_FALSE(r.complete);
    };
    w.run(body(w));
}

TEST_CASE("no_timeout: there is none") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.exit(0); };
    CHECK(w.run(w.box.exec(command("x"), exec_options().no_timeout())).ok());
}

}  // namespace
