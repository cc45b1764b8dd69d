// Bursts of execs beyond the quota of the service: slower, and nothing is lost.
#include "common/recorder.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

struct tally {
    std::size_t running = 0;
    std::size_t good = 0;
    std::vector<std::string> bad;
};

asio::awaitable<void> echo_once(sandbox box, std::string text, tally& seen) {
    command what("echo", text);
    auto r = co_await as_result(box.exec(what));
    if (r && r->complete && r->out == text + "\n")
        ++seen.good;
    else
        seen.bad.push_back(r ? "output: " + r->out : r.error().to_string());
    --seen.running;
}

/// `count` execs at the same time, over several sandboxes. What the observer saw.
asio::awaitable<std::shared_ptr<recorder>> burst(world& w, eci::config settings,
                                                 std::size_t count) {
    auto seen = std::make_shared<recorder>();
    settings.observe(seen);
    eci::client client(w.context.get_executor(), settings);
    std::vector<sandbox> boxes;
    for (int i = 0; i < 4; ++i) {
        auto box = co_await ready_box(client);
        boxes.push_back(std::move(box));
    }
    w.local.reset_calls();
    tally all;
    all.running = count;
    for (std::size_t i = 0; i < count; ++i)
        asio::co_spawn(w.context, echo_once(boxes[i % 4], "pacing " + std::to_string(i), all),
                       asio::detached);
    auto done = [&all] { return all.running == 0; };
    bool ended = co_await eventually(done, 50s);
    REQUIRE(ended);
    CHECK(all.good == count);
    CHECK(lines(all.bad) == "");
    CHECK(w.local.calls()["(exec channel)"] == count);
    for (auto& box : boxes) co_await box.remove(remove_options().force());
    co_return seen;
}

std::size_t throttled_answers(const recorder& seen) {
    return seen.count("throttle ExecContainerCommand service");
}

/// The client knows the quota: the service has no reason to refuse anything.
asio::awaitable<void> known_quota(world& w) {
    auto settings = w.local.eci_config().quota("ExecContainerCommand", 6000);
    auto seen = co_await burst(w, settings, 300);
    CHECK(throttled_answers(*seen) == 0);
    CHECK(w.local.calls()["ExecContainerCommand"] == 300);
    CHECK(seen->count("throttle ExecContainerCommand client") > 0);
}

/// The service allows less at once than the client was told: 60 a second, for 4,000 a minute.
asio::awaitable<void> narrow_windows(world& w) {
    auto settings = w.local.eci_config().quota("ExecContainerCommand", 4000);
    auto seen = co_await burst(w, settings, 300);
    auto calls = w.local.calls()["ExecContainerCommand"];
    CHECK(throttled_answers(*seen) > 0);
    CHECK(throttled_answers(*seen) == calls - 300);
    CHECK(throttled_answers(*seen) < 120);
}

/// Nobody told the client anything; it learns at the first refusals.
asio::awaitable<void> learned_quota(world& w) {
    auto seen = co_await burst(w, w.local.eci_config(), 130);
    auto calls = w.local.calls()["ExecContainerCommand"];
    CHECK(throttled_answers(*seen) > 0);
    CHECK(throttled_answers(*seen) == calls - 130);
    CHECK(throttled_answers(*seen) < 60);
}

server::options quota_of(std::size_t calls, std::chrono::milliseconds period) {
    server::options settings;
    settings.runtime(server::synthetic()).quota("ExecContainerCommand", calls, period);
    return settings;
}

}  // namespace

TEST_CASE("pacing: a burst within a known quota is never throttled") {
    in_world(quota_of(6000, 1min), known_quota);
}
TEST_CASE("pacing: a burst against narrow windows is slowed down and loses nothing") {
    in_world(quota_of(60, 1s), narrow_windows);
}
TEST_CASE("pacing: a quota nobody told of is learned") {
    in_world(quota_of(100, 1s), learned_quota);
}
