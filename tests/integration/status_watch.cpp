// Waits on a status share one stream of calls, and live through what happens meanwhile.
#include "common/gate.hpp"
#include "common/world.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

struct job {
    eci::client client;
    int number = 0;
};

asio::awaitable<void> create_and_wait(job j) {
    auto options =
        eci::create_options("x").cpu(0.25).memory(0.5).tag("n", std::to_string(j.number));
    auto box = co_await j.client.create(std::move(options));
    co_await box.wait_ready();
}

std::size_t status_calls(const server::local& local) {
    auto calls = local.calls();
    return static_cast<std::size_t>(calls["DescribeContainerGroupStatus"] +
                                    calls["DescribeContainerGroups"]);
}

asio::awaitable<void> a_thousand(world& w) {
    std::vector<job> jobs;
    for (int i = 0; i < 1000; ++i) jobs.push_back(job{w.client, i});
    co_await for_each(std::move(jobs), concurrency(1000), create_and_wait);
    MESSAGE("1,000 sandboxes ready after ", status_calls(w.local), " status calls");
    CHECK(status_calls(w.local) <= 60);
}

asio::awaitable<void> wait_quietly(sandbox box, error_info* seen) {
    auto outcome = co_await as_result(box.wait_ready());
    if (!outcome) *seen = outcome.error();
}

asio::awaitable<void> one_of_many_cancelled(world& w) {
    auto box = co_await ready_box(w.client);
    w.local.force_status(box.id(), "Pending", "Held", "for the test");
    w.local.reset_calls();
    asio::cancellation_signal cancel;
    error_info cancelled, other;
    bool cancelled_ended = false, other_ended = false;
    auto first = [&](std::exception_ptr) { cancelled_ended = true; };
    auto second = [&](std::exception_ptr) { other_ended = true; };
    asio::co_spawn(w.context, wait_quietly(box, &cancelled),
                   asio::bind_cancellation_slot(cancel.slot(), first));
    asio::co_spawn(w.context, wait_quietly(box, &other), second);
    auto asked = [&] { return status_calls(w.local) >= 2; };
    CHECK(co_await eventually(asked, 5s));
    cancel.emit(asio::cancellation_type::terminal);
    auto first_over = [&] { return cancelled_ended; };
    CHECK(co_await eventually(first_over, 5s));
    CHECK_FALSE(other_ended);
    co_await box.restart();
    auto both_over = [&] { return other_ended; };
    CHECK(co_await eventually(both_over, 20s));
    CHECK_FALSE(other.code);
    // Nobody waits, so nobody asks.
    auto calls = status_calls(w.local);
    asio::steady_timer pause(w.context, 500ms);
    co_await pause.async_wait(asio::use_awaitable);
    CHECK(status_calls(w.local) == calls);
}

asio::awaitable<void> away_and_back(world& w) {
    auto box = co_await ready_box(w.client);
    w.local.force_status(box.id(), "Pending", "Held", "for the test");
    gate between(w.context.get_executor(), w.local.port());
    auto settings = w.local.eci_config();
    settings.endpoint("http://127.0.0.1:" + std::to_string(between.port()));
    eci::client client(w.context.get_executor(), settings);
    error_info seen;
    bool over = false;
    auto done = [&](std::exception_ptr) { over = true; };
    asio::co_spawn(w.context, wait_quietly(client.attach(box.id()), &seen), done);
    auto asked = [&] { return status_calls(w.local) >= 2; };
    CHECK(co_await eventually(asked, 5s));
    between.refuse(true);
    asio::steady_timer pause(w.context, 1500ms);
    co_await pause.async_wait(asio::use_awaitable);
    CHECK_FALSE(over);
    co_await box.restart();
    between.refuse(false);
    auto ended = [&] { return over; };
    CHECK(co_await eventually(ended, 20s));
    CHECK_FALSE(seen.code);
}

asio::awaitable<void> batch(world& w) {
    auto options = eci::create_options("x").restart_policy("Never").command(
        command("sh", "-c", "sleep 0.3; exit 3"));
    auto box = co_await w.client.create(std::move(options));
    std::vector<std::string> ends = {"Succeeded", "Failed"};
    auto group = co_await w.client.wait_status(box.id(), ends);
    CHECK(group.status == "Failed");
    CHECK(group.containers.at(0).current.exit_code == 3);
}

asio::awaitable<void> restarts(world& w) {
    auto box = co_await ready_box(w.client);
    for (int i = 0; i < 3; ++i) {
        (co_await box.bash("touch /tmp/mark")).throw_if_failed();
        co_await box.restart();
        co_await box.wait_ready();
        auto run = co_await box.bash("ls /tmp");
        CHECK(run.out == "");
    }
}

}  // namespace

TEST_CASE("status: 1,000 sandboxes that start together are few calls") {
    in_world(synthetic_server(), a_thousand);
}
TEST_CASE("status: one of several waits is cancelled, the others go on, then nobody asks") {
    in_world(synthetic_server(), one_of_many_cancelled);
}
TEST_CASE("status: a service that is away in the middle of a wait, and comes back") {
    in_world(synthetic_server(), away_and_back);
}
TEST_CASE("status: wait_status tells how a batch group ended") {
    in_world(server::options().runtime(server::bubblewrap()), batch);
}
TEST_CASE("status: wait_ready after restart sees the new containers") {
    in_world(server::options().runtime(server::bubblewrap()), restarts);
}
