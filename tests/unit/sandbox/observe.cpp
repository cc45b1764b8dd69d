// What observers learn of execs.
#include "common/recorder.hpp"
#include "fake_backend.hpp"

#include <ecisbx/process.hpp>

#include <doctest/doctest.h>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

struct observed_world : fake_world {
    std::shared_ptr<recorder> seen = std::make_shared<recorder>();
    observed_world() { backend->observation = core::observation({seen}); }
    void exec(exec_options options = exec_options()) {
        run(box.exec(command("true"), std::move(options)));
    }
};

TEST_CASE("observe: an exec that succeeds") {
    observed_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.out("four").err("e").exit(0).end(true); };
    w.exec();
    CHECK(w.seen->all() == lines({"exec_started eci-1", "exec_ended exited 0 complete"}));
    const auto& end = w.seen->last_exec;
    CHECK(end.out == 4);
    CHECK(end.err == 1);
    REQUIRE(end.first_byte);
    CHECK(*end.first_byte <= end.elapsed);
}

TEST_CASE("observe: an exec that fails, is killed, is lost") {
    observed_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.exit(3).end(true); };
    w.exec();
    w.backend->on_command = [](fake_wire& wire) { wire.exit(137).end(true); };
    w.exec();
    CHECK(w.seen->only({"exec_ended"}) ==
          lines({"exec_ended exited 3 complete", "exec_ended signaled 137 complete"}));
    CHECK_FALSE(w.seen->last_exec.first_byte);

    w.seen->seen.clear();
    w.backend->on_command = [](fake_wire& wire) { wire.out("some").end(false); };
    w.exec();
    CHECK(w.seen->only({"exec_ended", "signal"}) == lines({"exec_ended lost -1", "signal 9 sent"}));
}

TEST_CASE("observe: the end of an exec without any sign of it says why there is no result") {
    observed_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.failure("no such file").end(true); };
    CHECK_THROWS_AS(w.exec(), error);
    CHECK(w.seen->only({"exec_ended"}) == lines({"exec_ended lost -1 unsupported"}));
}

TEST_CASE("observe: a deadline") {
    observed_world w;
    w.exec(exec_options().timeout(20ms));
    CHECK(w.seen->only({"exec_ended", "signal"}) ==
          lines({"signal 9 sent", "exec_ended timed_out 124"}));
}

TEST_CASE("observe: a channel that can not be opened") {
    observed_world w;
    w.backend->refusal = error_info(errc::throttled, "secret=hunter2");
    CHECK_THROWS_AS(w.exec(), error);
    CHECK(w.seen->all() == lines({"exec_ended not_opened -1 throttled"}));
}

asio::awaitable<void> start_and_drop(sandbox box) {
    auto p = co_await box.start(command("cat"), exec_options().open_stdin());
    co_await p.write("12345");
}

TEST_CASE("observe: a process that is given up, and its input") {
    observed_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.half_closes = true;
        wire.out(wire.ready_mark());
    };
    w.run(start_and_drop(w.box));
    CHECK(w.seen->only({"exec_ended", "signal"}) ==
          lines({"signal 9 sent", "exec_ended abandoned -1"}));
    CHECK(w.seen->last_exec.in >= 5);
}

TEST_CASE("observe: a signal that finds nothing, or can not be sent") {
    observed_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.out("x").end(false); };
    w.backend->on_kill = [](fake_wire& wire) { wire.exit(1).end(true); };
    w.exec();
    w.backend->on_kill = [](fake_wire& wire) { wire.end(false); };
    w.exec();
    CHECK(w.seen->only({"signal"}) == lines({"signal 9 nothing_found", "signal 9 unknown"}));
}

TEST_CASE("observe: sandbox ids of hostile text do not reach an observer") {
    observed_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.exit(0).end(true); };
    sandbox odd(w.backend, "eci-1?token=hunter2\nevent=x");
    w.run(odd.exec(command("true")));
    CHECK(w.seen->seen.at(0) == "exec_started invalid");
}

}  // namespace
