// Cancelling and dropping: nothing stays behind, here or there.
#include "fake_backend.hpp"

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>

#include <csignal>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

struct outcome {
    bool done = false;
    std::exception_ptr failure;
    bool canceled() const {
        if (!failure) return false;
        try {
            std::rethrow_exception(failure);
        } catch (const error& e) {
            return e.code() == errc::canceled;
        } catch (...) {
            return false;
        }
    }
};

/// Runs `op`, cancels it after `steps` handlers, and runs it to its end.
/// Returns false when it ended before that.
template <class T>
bool cancel_only(fake_world& w, asio::awaitable<T> op, int steps, outcome& result) {
    asio::cancellation_signal signal;
    auto finished = [&](std::exception_ptr e, auto...) {
        result.done = true;
        result.failure = e;
    };
    asio::co_spawn(w.context, std::move(op), asio::bind_cancellation_slot(signal.slot(), finished));
    for (int i = 0; i < steps && !result.done; ++i)
        if (w.context.run_one_for(20ms) == 0) break;
    bool in_time = !result.done;
    if (in_time) signal.emit(asio::cancellation_type::terminal);
    while (!result.done) w.context.run_one();
    w.context.poll();  // Asio queues cancellations of coroutines: the signal must outlive them
    return in_time;
}

/// The same, and everything in the background to its end.
template <class T>
bool cancel_after(fake_world& w, asio::awaitable<T> op, int steps, outcome& result) {
    bool in_time = cancel_only(w, std::move(op), steps, result);
    w.context.run();
    return in_time;
}

constexpr int last_event = 4;  // of `answer_slowly`

/// Sweeps: fails at handler 0, 1, 2, ... until the operation ends first.
template <class Script, class Make>
int sweep(Script script, Make make) {
    int steps = 0;
    while (true) {
        CAPTURE(steps);
        fake_world w;
        w.backend->on_command = script;
        outcome result;
        bool in_time = cancel_after(w, make(w.box), steps, result);
        CHECK(result.done);
        if (!in_time) return steps;
        bool fine = result.canceled() || !result.failure;
        CHECK(fine);
        for (auto& wire : w.backend->commands) {
            CHECK(wire.use_count() == 1);
            // A command that was started and was not seen to end is killed.
            if (result.canceled() && wire->dropped && wire->delivered < last_event)
                CHECK(w.kills() == 1);
            if (!result.canceled()) CHECK(w.kills() == 0);
            CHECK(w.kills() <= 1);
        }
        for (auto& wire : w.backend->kills) CHECK(wire.use_count() == 1);
        CHECK(w.backend.use_count() == 2);  // the world's and its sandbox's
        ++steps;
        REQUIRE(steps < 1000);
    }
}

void answer_slowly(fake_wire& wire) {
    // Each event in a handler of its own, as packets would.
    auto step = std::make_shared<int>(0);
    wire.source = [step](fake_wire& self) {
        asio::post(self.executor, [&self, step] {
            switch ((*step)++) {
                case 0: self.out("a"); break;
                case 1: self.err("b"); break;
                case 2: self.out("c" + self.trailer(0)); break;
                case 3: self.err(self.trailer(0)); break;
                default: self.end(true); break;
            }
        });
        return false;
    };
}

TEST_CASE("cancel exec at every step") {
    int steps = sweep(answer_slowly, [](sandbox& b) { return b.exec(command("x")); });
    CHECK(steps > 5);
}

TEST_CASE("cancel bash with input at every step") {
    int steps = sweep(answer_slowly, [](sandbox& b) {
        return b.bash("cat", exec_options().input(std::string(40'000, 'x')));
    });
    CHECK(steps > 5);
}

asio::awaitable<std::string> stream_all(sandbox box) {
    auto p = co_await box.start(command("x"), exec_options().open_stdin().timeout(10s));
    co_await p.write("hello");
    co_await p.close_stdin();
    std::string seen;
    for (auto piece = co_await p.read(); piece; piece = co_await p.read()) seen += piece->bytes;
    auto r = co_await p.wait();
    co_return seen;
}

TEST_CASE("cancel a stream at every step") {
    int steps = sweep(answer_slowly, [](sandbox& b) { return stream_all(b); });
    CHECK(steps > 5);
}

TEST_CASE("cancel while the deadline's kill is awaited") {
    for (int steps = 0; steps < 40; ++steps) {
        fake_world w;
        outcome result;
        cancel_after(w, w.box.exec(command("x"), exec_options().timeout(1ms)), steps, result);
        CHECK(result.done);
        CHECK(w.backend.use_count() == 2);
    }
}

TEST_CASE("cancel while opening kills only what may have started") {
    for (bool started : {false, true}) {
        fake_world w;
        w.backend->opening_blocks = true;
        w.backend->started_before_refusal = started;
        outcome result;
        REQUIRE(cancel_after(w, w.box.exec(command("x")), 3, result));
        CHECK(result.canceled());
        CHECK(w.kills() == (started ? 1 : 0));
    }
}

TEST_CASE("a cancelled read loses nothing, a cancelled wait neither") {
    fake_world w;
    process p;
    bool started = false;
    auto start = [](fake_world& world, process& into, bool& done) -> asio::awaitable<void> {
        into = co_await world.box.start(command("x"), exec_options().no_timeout());
        done = true;
    };
    asio::co_spawn(w.context, start(w, p, started), asio::detached);
    while (!started) w.context.run_one();
    for (bool wait : {false, true}) {
        for (int steps = 0; steps < 6; ++steps) {
            outcome result;
            if (wait) cancel_only(w, p.wait(), steps, result);
            if (!wait) cancel_only(w, p.read(), steps, result);
            CHECK(result.canceled());
        }
    }
    w.wire().out("one").err("two");
    outcome result;
    cancel_only(w, p.wait(), 20, result);  // it has collected both by now
    CHECK(result.canceled());
    auto finish = [](fake_world& world, process& it) -> asio::awaitable<void> {
        auto piece = co_await it.read();
        CHECK(piece->bytes == "one");
        world.wire().exit(0);
        auto r = co_await it.wait();
        CHECK(r.err == "two");
        CHECK(r.ok());
    };
    w.run(finish(w, p));
    CHECK(w.kills() == 0);
}

TEST_CASE("dropping a process hangs up and kills, once") {
    fake_world w;
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("x"));
        auto q = std::move(p);
        auto r = co_await world.box.start(command("y"));
        r = std::move(q);  // drops y
    };
    w.run(body(w));
    CHECK(w.kills() == 2);
    CHECK(w.wire(0).closed);
    CHECK(w.wire(1).closed);
}

TEST_CASE("a process outlives its handles") {
    fake_world w;
    std::weak_ptr<fake_backend> watch = w.backend;
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        std::optional<process> p;
        p.emplace(co_await world.box.start(command("x")));
        world.backend->commands.clear();
        world.backend.reset();
        world.box = sandbox(nullptr, "");
        p.reset();
    };
    w.run(body(w));
    CHECK(watch.expired());
}

TEST_CASE("a context that is destroyed in the middle leaks nothing") {
    for (int steps = 0; steps < 15; ++steps) {
        auto w = std::make_unique<fake_world>();
        w->backend->on_command = answer_slowly;
        asio::co_spawn(w->context, w->box.exec(command("x")),
                       [](std::exception_ptr, exec_result) {});
        asio::co_spawn(w->context, stream_all(w->box), [](std::exception_ptr, std::string) {});
        for (int i = 0; i < steps; ++i) w->context.run_one();
        w.reset();
    }
}

TEST_CASE("signal goes over a channel of its own") {
    fake_world w;
    int answer = 0;
    w.backend->on_kill = [&](fake_wire& wire) { wire.exit(answer).end(true); };
    auto body = [](fake_world& world, int& code) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("x"));
        co_await p.signal(SIGINT);
        CHECK(world.kills() == 1);
        code = 1;
        std::optional<errc> seen;
        try {
            co_await p.signal(SIGTERM);
        } catch (const error& e) {
            if (e.code() == errc::not_found) seen = errc::not_found;
        }
        CHECK(seen == errc::not_found);
        try {
            co_await p.signal(0);
        } catch (const error& e) {
            if (e.code() == errc::invalid_argument) seen = errc::invalid_argument;
        }
        CHECK(seen == errc::invalid_argument);
        world.wire().exit(0);
        auto r = co_await p.wait();
        try {
            co_await p.signal(SIGTERM);
        } catch (const error& e) {
            if (e.code() == errc::not_found) seen = errc::not_found;
        }
        CHECK(seen == errc::not_found);
    };
    w.run(body(w, answer));
    CHECK(w.kills() == 2);
}

}  // namespace
