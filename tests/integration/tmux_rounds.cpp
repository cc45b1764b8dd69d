// tmux_wait: what it costs, when it sees the end, and what does not disturb it.
#include "common/gate.hpp"
#include "common/transfer_check.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

server::options boxes() {
    return server::options().runtime(server::bubblewrap());
}

std::uint64_t execs(world& w) {
    auto all = w.local.calls();
    CHECK(all["ExecContainerCommand"] == all["(exec channel)"]);
    std::uint64_t sum = 0;
    for (const auto& [name, count] : all)
        if (name != "(exec channel)") sum += count;
    CHECK(sum == all["ExecContainerCommand"]);  // nothing else is called
    return sum;
}

asio::awaitable<void> pause(std::chrono::milliseconds length) {
    asio::steady_timer timer(co_await asio::this_coro::executor, length);
    co_await timer.async_wait(asio::use_awaitable);
}

// A hundredth of ten minutes, with every length a hundredth.
asio::awaitable<void> scaled(world& w) {
    auto box = co_await ready_box(w.client);
    co_await box.tmux_list();  // the container's name is known now
    w.local.reset_calls();
    auto s = co_await box.tmux_start("for i in 1 2 3; do echo $i; sleep 2; done; exit 7");
    auto end = co_await box.tmux_wait(s, tmux_wait_options().first(1ms).cap(600ms).timeout(60s));
    auto calls = execs(w);
    MESSAGE("a job of 6 s, at a hundredth of all lengths, cost " << calls << " calls");
    CHECK(end.out == "1\n2\n3\n");
    CHECK(end.status.code() == 7);
    CHECK(calls <= 30);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> one_each(world& w) {
    auto box = co_await ready_box(w.client);
    co_await box.tmux_list();
    w.local.reset_calls();
    auto s = co_await box.tmux_start("echo x; sleep 100");
    CHECK(execs(w) == 1);
    for (std::uint64_t i = 0; i < 5; ++i) {
        CHECK((co_await box.tmux_poll(s)).state == tmux_state::running);
        CHECK(execs(w) == 2 + i);
    }
    co_await box.tmux_screen(s);
    CHECK(execs(w) == 7);
    co_await box.tmux_kill(s);
    CHECK(execs(w) == 8);
    co_await box.tmux_poll(s);
    CHECK(execs(w) == 9);
    // A round sees the end whatever its length: one exec for a whole wait.
    auto t = co_await box.tmux_start("sleep 1; exit 3");
    auto end = co_await box.tmux_wait(t, tmux_wait_options().first(30s));
    CHECK(end.status.code() == 3);
    CHECK(execs(w) == 11);
    co_await box.remove(remove_options().force());
}

// How late the end is seen in the middle of a round of 30 s, by the sandbox's own clock.
asio::awaitable<void> promptly(world& w) {
    auto box = co_await ready_box(w.client);
    std::vector<std::int64_t> late;
    for (int i = 0; i < 16; ++i) {
        w.local.reset_calls();
        auto t = co_await box.tmux_start("sleep 0.1; date +%s%N");
        auto state = co_await box.tmux_wait(t, tmux_wait_options().first(30s));
        auto now = std::chrono::system_clock::now().time_since_epoch();
        auto behind = now - std::chrono::nanoseconds(std::stoll(state.out));
        late.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(behind).count());
        CHECK(execs(w) == 2);
        co_await box.tmux_kill(t);
    }
    std::sort(late.begin(), late.end());
    MESSAGE("the end was seen after " << late[late.size() / 2] << " ms (median), " << late.back()
                                      << " ms (worst of " << late.size() << ")");
    CHECK(late.back() < 5000);
    co_await box.remove(remove_options().force());
}

struct waiting {
    asio::cancellation_signal cancel;
    bool done = false;
    std::optional<error_info> failure;
    tmux_state state;
};

asio::awaitable<void> wait_it(sandbox box, tmux_session s, std::shared_ptr<waiting> into,
                              tmux_wait_options options) {
    auto state = co_await box.tmux_wait(s, options);
    into->state = state;
}

std::shared_ptr<waiting> start_wait(world& w, sandbox box, tmux_session s,
                                    tmux_wait_options options = tmux_wait_options()) {
    auto into = std::make_shared<waiting>();
    asio::co_spawn(w.context, wait_it(box, s, into, options),
                   asio::bind_cancellation_slot(into->cancel.slot(), [into](std::exception_ptr e) {
                       if (e) into->failure = error_info_from(e);
                       into->done = true;
                   }));
    return into;
}

asio::awaitable<bool> ended(std::shared_ptr<waiting> one) {
    std::function<bool()> done = [one] { return one->done; };
    co_return co_await eventually(done, 20s);
}

asio::awaitable<std::string> process_count(sandbox box) {
    auto r = co_await box.exec(command("sh", "-c", "ls /proc | grep -c '^[0-9]'"));
    co_return r.out;
}

// The job goes on, and what waited for it in the sandbox is gone.
asio::awaitable<void> canceled(world& w) {
    auto box = co_await ready_box(w.client);
    auto s = co_await box.tmux_start("echo go; read x; exit 8");
    co_await box.tmux_wait(s, tmux_wait_options().timeout(300ms));
    auto processes = co_await process_count(box);
    auto fds = open_fds();
    for (int after : {0, 1, 3, 6, 10, 15, 25, 60, 150}) {
        CAPTURE(after);
        auto one = start_wait(w, box, s);
        co_await pause(std::chrono::milliseconds(after));
        one->cancel.emit(asio::cancellation_type::terminal);
        CHECK(co_await ended(one));
        REQUIRE(one->failure);
        CHECK(one->failure->code == errc::canceled);
        std::string now;
        for (int i = 0; i < 100 && now != processes; ++i) now = co_await process_count(box);
        CHECK(now == processes);
        CHECK((co_await box.tmux_poll(s)).state == tmux_state::running);
    }
    std::function<bool()> settled = [fds] { return open_fds() <= fds; };
    CHECK(co_await eventually(settled, 10s));
    co_await box.bash("tmux send-keys -t =" + s.name + ": x Enter");
    CHECK((co_await box.tmux_wait(s)).status.code() == 8);
    co_await box.remove(remove_options().force());
}

// The service can not be reached for a while, in the middle of a wait.
asio::awaitable<void> away(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto settings = w.local.eci_config();
    settings.endpoint("http://127.0.0.1:" + std::to_string(g.port()));
    eci::client client(w.context.get_executor(), settings);
    auto box = co_await ready_box(client);
    auto s = co_await box.tmux_start("echo begun; sleep 1.2; echo end; exit 6");
    auto one = start_wait(w, box, s, tmux_wait_options().timeout(30s));
    co_await pause(300ms);
    g.refuse(true);
    co_await pause(600ms);
    CHECK(!one->done);
    g.refuse(false);
    CHECK(co_await ended(one));
    CHECK(!one->failure);
    CHECK(one->state.state == tmux_state::completed);
    CHECK(one->state.out == "begun\nend\n");
    CHECK(one->state.status.code() == 6);

    // For longer than the wait: what was known, and still no error of the job.
    auto t = co_await box.tmux_start("echo begun; sleep 100");
    one = start_wait(w, box, t, tmux_wait_options().timeout(1s));
    co_await pause(400ms);
    g.refuse(true);
    CHECK(co_await ended(one));
    CHECK(!one->failure);
    CHECK(one->state.state == tmux_state::running);
    CHECK(one->state.out == "begun\n");
    // From the first round on: nothing at all is known, and that is what is said.
    auto none = co_await as_result(box.tmux_wait(t, tmux_wait_options().timeout(300ms)));
    REQUIRE(!none);
    CHECK(none.error().code == errc::connection);
    g.refuse(false);
    co_await box.tmux_kill(t);
    co_await box.remove(remove_options().force());
}

// Fewer calls than the rounds would like: it takes longer to see, and nothing is lost.
asio::awaitable<void> throttled(world& w) {
    auto box = co_await ready_box(w.client);
    auto s = co_await box.tmux_start("for i in $(seq 20); do echo $i; sleep 0.1; done; exit 9");
    auto end =
        co_await box.tmux_wait(s, tmux_wait_options().first(10ms).factor(1).cap(10ms).timeout(60s));
    CHECK(end.state == tmux_state::completed);
    std::string all;
    for (int i = 1; i <= 20; ++i) all += std::to_string(i) + "\n";
    CHECK(end.out == all);
    CHECK(end.status.code() == 9);
    auto calls = w.local.calls();
    CHECK(calls["ExecContainerCommand"] > calls["(exec channel)"]);  // some were refused
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> instantly(sandbox box, std::string name, std::shared_ptr<int> good) {
    auto s = co_await box.tmux_start("echo " + name + "; exit 5", tmux_options().session(name));
    auto state = co_await box.tmux_wait(s);
    if (state.state == tmux_state::completed && state.out == name + "\n" &&
        state.status.code() == 5 && state.drained)
        ++*good;
}

asio::awaitable<void> in_a_row(world& w) {
    auto box = co_await ready_box(w.client);
    auto good = std::make_shared<int>(0);
    for (int i = 0; i < 60; ++i) co_await instantly(box, "one" + std::to_string(i), good);
    CHECK(*good == 60);
    CHECK((co_await box.tmux_list()).size() == 60);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> at_once(world& w) {
    auto box = co_await ready_box(w.client);
    auto good = std::make_shared<int>(0);
    std::vector<std::string> names;
    for (int i = 0; i < 140; ++i) names.push_back("many" + std::to_string(i));
    auto each = [&](std::string name) { return instantly(box, std::move(name), good); };
    co_await for_each(std::move(names), concurrency(8), each);
    CHECK(*good == 140);
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("tmux wait: a long job costs few calls") {
    in_world(boxes(), scaled);
}
TEST_CASE("tmux wait: one exec for each question") {
    in_world(boxes(), one_each);
}
TEST_CASE("tmux wait: the end is seen promptly") {
    in_world(boxes(), promptly);
}
TEST_CASE("tmux wait: cancelled, the job goes on") {
    in_world(boxes(), canceled);
}
TEST_CASE("tmux wait: the service is away for a while") {
    in_world(boxes(), away);
}
TEST_CASE("tmux wait: throttled") {
    in_world(boxes().quota("ExecContainerCommand", 10, 1s), throttled);
}
TEST_CASE("tmux: an instant command never loses its session, 60 in a row") {
    in_world(boxes(), in_a_row);
}
TEST_CASE("tmux: an instant command never loses its session, 140 more at once") {
    in_world(boxes(), at_once);
}
