// How an exec ends, and what its result says then.
#include "fake_backend.hpp"

#include <doctest/doctest.h>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

exec_result run(fake_world& w, exec_options options = exec_options()) {
    return w.run(w.box.exec(command("true"), std::move(options)));
}

TEST_CASE("exec: an exit record ends it") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.out("a").err("b").out("c").exit(4).end(true);
    };
    auto r = run(w);
    CHECK(r.status == exit_status::from_shell(4));
    CHECK(r.complete);
    CHECK(r.out == "ac");
    CHECK(r.err == "b");
    CHECK(r.out_bytes == 2);
    CHECK(r.err_bytes == 1);
    CHECK(r.request_id == "REQ-1");
    CHECK(r.note.empty());
    CHECK(w.wire().closed);
    CHECK(w.wire().dropped);
    CHECK(w.kills() == 0);
}

TEST_CASE("exec: trailers end it, the channel's own end is awaited for the drain time only") {
    for (auto drain : {0ms, 60ms}) {
        fake_world w;
        w.backend->on_command = [](fake_wire& wire) { wire.out("a").trailers(0); };
        auto r = run(w, exec_options().drain(drain));
        CHECK(r.ok());
        CHECK(r.out == "a");
        CHECK(r.err.empty());
        CHECK(r.elapsed >= drain);
        CHECK(r.elapsed < drain + 200ms);
        CHECK(r.note.find("left behind") != std::string::npos);
        CHECK(w.wire().closed);
        CHECK(w.kills() == 0);  // what the command left behind is its own affair
    }
}

TEST_CASE("exec: trailers and then the channel's end leave nothing to say") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.out("a").trailers(3).out("late").end(true);
    };
    auto r = run(w);
    CHECK(r.status.code() == 3);
    CHECK(r.complete);
    CHECK(r.out == "alate");
    CHECK(r.note.empty());
}

TEST_CASE("exec: the wire's record overrules trailers, which a command may print itself") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.out("a").trailers(0).exit(7); };
    auto r = run(w);
    CHECK(r.status.code() == 7);
    CHECK(r.complete);
}

TEST_CASE("exec: a deadline that passes while the output is held open is no timeout") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.out("a").trailers(0); };
    auto r = run(w, exec_options().timeout(30ms).drain(100ms));
    CHECK(r.ok());
    CHECK(w.kills() == 0);
}

TEST_CASE("process: the drain ends a stream too, and dropping it then kills nothing") {
    for (bool read_it : {true, false}) {
        fake_world w;
        w.backend->on_command = [](fake_wire& wire) { wire.out("a").trailers(4); };
        auto body = [](fake_world& world, bool reads) -> asio::awaitable<void> {
            auto p =
                co_await world.box.start(command("x"), exec_options().drain(40ms).timeout(20ms));
            co_await net::sleep_for(reads ? 100ms : 10ms, core::deadline::never());
            if (!reads) co_return;
            auto piece = co_await p.read();
            REQUIRE(piece);
            CHECK(piece->bytes == "a");
            auto none = co_await p.read();
            CHECK_FALSE(none);
            auto r = co_await p.wait();
            CHECK(r.status.code() == 4);
            CHECK(r.complete);
            CHECK(r.note.find("left behind") != std::string::npos);
        };
        w.run(body(w, read_it));
        CHECK(w.kills() == 0);
        CHECK(w.wire().closed);
    }
}

TEST_CASE("process: the drain is not stopped by a reader that does not read") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.out(std::string(100 * 1024, 'x')).trailers(0);
    };
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("x"), exec_options().drain(30ms));
        co_await net::sleep_for(20ms, core::deadline::never());
        auto r = co_await p.wait();
        CHECK(r.ok());
        CHECK(r.out.size() == 100 * 1024);
    };
    w.run(body(w));
}

TEST_CASE("exec: what may have been altered on the way is not complete") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.out("a");
        wire.events.back().event.doubt = "text only";
        wire.exit(0);
    };
    auto r = run(w);
    CHECK(r.status.code() == 0);
    CHECK_FALSE(r.complete);
    CHECK_FALSE(r.ok());
    CHECK(r.note == "text only");
}

TEST_CASE("exec: a cut after every event is never a success") {
    // The whole conversation; cut after n of its events.
    auto play = [](fake_wire& wire, int n) {
        if (n > 0) wire.out("one");
        if (n > 1) wire.err("two");
        if (n > 2) wire.out("three" + wire.trailer(0));
        if (n > 3) wire.err(wire.trailer(0));
        wire.end(false);
    };
    for (int n = 0; n <= 4; ++n) {
        CAPTURE(n);
        fake_world w;
        w.backend->on_command = [&](fake_wire& wire) { play(wire, n); };
        auto r = run(w);
        CHECK(r.complete == (n == 4));
        CHECK(r.ok() == (n == 4));
        CHECK(r.out == (n == 0 ? "" : n < 3 ? "one" : "onethree"));
        CHECK(r.err == (n < 2 ? "" : "two"));
        bool lost = r.status.end_reason() == end_reason::lost;
        CHECK(lost == (n < 3));
        CHECK(w.kills() == (lost ? 1 : 0));  // it may still be running
        if (n < 4) CHECK(r.note.find("reset") != std::string::npos);
        bool unknown = r.note.find("not known whether the command started") != std::string::npos;
        CHECK(unknown == (n == 0));
    }
}

TEST_CASE("exec: a channel that closes cleanly without a record is lost") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.out("a").end(true); };
    auto r = run(w);
    CHECK(r.status.end_reason() == end_reason::lost);
    CHECK_FALSE(r.complete);
    CHECK(r.out == "a");
}

TEST_CASE("exec: a failure before any output throws") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.failure("exec: \"/bin/sh\": executable file not found in $PATH").end(true);
    };
    try {
        run(w);
        FAIL("did not throw");
    } catch (const error& e) {
        CHECK(e.code() == errc::unsupported);
        CHECK(e.info().request_id == "REQ-1");
    }
    CHECK(w.kills() == 0);  // there can be nothing
    CHECK(w.wire().dropped);
}

TEST_CASE("exec: a failure after output is a lost result, and a kill is tried") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.out("a").failure("node is gone").end(true);
    };
    auto r = run(w);
    CHECK(r.status.end_reason() == end_reason::lost);
    CHECK(r.note.find("node is gone") != std::string::npos);
    CHECK(w.kills() == 1);
}

TEST_CASE("exec: an error of opening is thrown as it is") {
    for (bool started : {false, true}) {
        fake_world w;
        w.backend->refusal = error_info(errc::conflict, "it does not run");
        w.backend->started_before_refusal = started;
        try {
            run(w);
            FAIL("did not throw");
        } catch (const error& e) {
            CHECK(e.code() == errc::conflict);
        }
        CHECK(w.kills() == (started ? 1 : 0));
    }
}

TEST_CASE("exec: bad arguments throw before anything is opened") {
    auto refused = [](auto make) {
        fake_world w;
        bool thrown = false;
        try {
            w.run(make(w.box));
        } catch (const error& e) {
            thrown = e.code() == errc::invalid_argument;
        }
        return thrown && w.backend->commands.empty();
    };
    CHECK(refused([](sandbox& b) { return b.exec(command(std::vector<std::string>())); }));
    CHECK(refused([](sandbox& b) { return b.exec(command(std::string("a\0b", 3))); }));
    CHECK(refused([](sandbox& b) { return b.bash(std::string("a\0b", 3)); }));
    CHECK(refused(
        [](sandbox& b) { return b.bash("true", exec_options().dir(std::string("\0", 1))); }));
    CHECK(refused([](sandbox& b) { return b.bash("true", exec_options().env("1x", "v")); }));
    CHECK(refused([](sandbox& b) { return b.bash("true", exec_options().timeout(0ms)); }));
    CHECK(refused([](sandbox& b) { return b.bash("true", exec_options().timeout(-5ms)); }));
    CHECK(refused([](sandbox& b) { return b.bash("true", exec_options().connect_timeout(0ms)); }));
    CHECK(refused([](sandbox& b) { return b.bash("true", exec_options().idle_timeout(0ms)); }));
    CHECK(refused([](sandbox& b) { return b.bash("true", exec_options().drain(-1ms)); }));
    CHECK(refused([](sandbox& b) { return b.bash("true", exec_options().tty(0, 80)); }));
    CHECK(refused([](sandbox& b) { return b.bash("true", exec_options().open_stdin()); }));
    CHECK(refused([](sandbox& b) { return b.wait_ready(wait_options().timeout(0ms)); }) == true);
}

TEST_CASE("exec: an empty script does nothing and is no error") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.exit(0); };
    CHECK(w.run(w.box.bash("")).ok());
}

TEST_CASE("the other calls go to the backend") {
    fake_world w;
    w.run(w.box.wait_ready());
    w.run(w.box.restart());
    w.run(w.box.remove());
    w.run(w.box.remove(remove_options().force()));
    CHECK(w.backend->calls == std::vector<std::string>{"wait_ready eci-1", "restart eci-1",
                                                       "remove eci-1", "remove eci-1 force"});
}

}  // namespace
