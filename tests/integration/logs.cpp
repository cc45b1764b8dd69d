// Logs that are followed while real programs print them; events and metrics of what really runs.
#include "common/gate.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

server::options real() {
    return server::options().runtime(server::bubblewrap());
}

eci::create_options printing(const std::string& script, const std::string& policy) {
    return eci::create_options("test").cpu(1).memory(2).restart_policy(policy).command(
        command("sh", "-c", script));
}

eci::log_options fast() {
    return eci::log_options().pace(20ms, 100ms);
}

struct story {
    std::string text;
    std::vector<std::size_t> losses;
};

/// Reads until the log ends, or has `enough` bytes.
asio::awaitable<story> read_until(eci::log_stream& stream, std::size_t enough = std::string::npos) {
    story all;
    while (all.text.size() < enough) {
        auto piece = co_await stream.read();
        if (!piece) break;
        if (stream.lost_lines()) all.losses.push_back(all.text.size());
        all.text += *piece;
    }
    co_return all;
}

std::string numbers(int first, int last) {
    std::string all;
    for (int i = first; i <= last; ++i) all += std::to_string(i) + '\n';
    return all;
}

// 2000 lines fit between two polls: this prints some thousands a second.
asio::awaitable<void> below_the_rate(world& w) {
    auto box =
        co_await w.client.create(printing("i=0; while [ $i -lt 6000 ]; do i=$((i+1)); echo $i; "
                                          "[ $((i%100)) = 0 ] && sleep 0.01; done; printf end",
                                          "Never"));
    auto stream = co_await w.client.follow_logs(box.id(), fast());
    auto all = co_await read_until(stream);
    CHECK(all.text == numbers(1, 6000) + "end");
    CHECK(all.losses.empty());
    CHECK(stream.gaps() == 0);
    auto group = co_await w.client.describe(box.id());
    CHECK(group.status == "Succeeded");
}

// As fast as it can, and far more than the service keeps.
asio::awaitable<void> above_the_rate(world& w) {
    auto box = co_await w.client.create(
        printing("seq 1 5; sleep 0.5; seq 1000 400000; sleep 0.5; seq 400001 400005", "Never"));
    auto stream = co_await w.client.follow_logs(box.id(), fast());
    auto all = co_await read_until(stream);
    CHECK(!all.losses.empty());
    CHECK(stream.gaps() == all.losses.size());
    CHECK(all.text.starts_with(numbers(1, 5)));
    CHECK(all.text.ends_with(numbers(400001, 400005)));
    int last = 0, untold = 0, backwards = 0;
    for (std::size_t at = 0; at < all.text.size();) {
        auto end = all.text.find('\n', at);
        REQUIRE(end != std::string::npos);
        if (end == at) {  // ends a line that was broken off by a loss
            ++at;
            continue;
        }
        int number = std::stoi(all.text.substr(at, end - at));
        bool told = std::find(all.losses.begin(), all.losses.end(), at) != all.losses.end();
        if (number <= last) ++backwards;
        if (number != last + 1 && number != 1000 && !told) ++untold;
        last = number;
        at = end + 1;
    }
    CHECK(backwards == 0);
    CHECK(untold == 0);
}

asio::awaitable<void> restarted(world& w) {
    // The second run is the last one for ten seconds.
    auto box = co_await w.client.create(
        printing("i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo $i; done; sleep 0.2; printf bye",
                 "Always"));
    auto stream = co_await w.client.follow_logs(box.id(), fast());
    auto once = numbers(1, 300) + "bye";
    auto all = co_await read_until(stream, 2 * once.size() + 1);
    CHECK(all.text == once + '\n' + once);
    CHECK(all.losses.empty());

    auto group = co_await w.client.describe(box.id());
    CHECK(group.containers.at(0).restart_count == 1);
    auto before = co_await w.client.logs(box.id(), eci::log_options().previous().tail(2));
    CHECK(before.content == "300\nbye");
    auto timed = co_await w.client.logs(box.id(), eci::log_options().timestamps().tail(2));
    CHECK(timed.content.find("Z 300\n") != std::string::npos);
    co_await box.remove(remove_options().force());
    error_info why;
    for (bool going = true; going;) {  // it may tell of its end first
        auto rest = co_await as_result(stream.read());
        going = rest && *rest;
        if (!rest) why = rest.error();
    }
    CHECK(why.code == errc::not_found);
}

asio::awaitable<void> cut_off(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto settings = w.local.eci_config();
    settings.endpoint("http://127.0.0.1:" + std::to_string(g.port())).max_attempts(1);
    eci::client client(w.context.get_executor(), settings);
    auto box =
        co_await client.create(printing("i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo $i; "
                                        "[ $((i%20)) = 0 ] && sleep 0.02; done",
                                        "Never"));
    auto stream = co_await client.follow_logs(box.id(), fast());
    std::string text;
    int cuts = 0;
    for (bool ended = false; !ended;) {
        auto piece = co_await as_result(stream.read());
        if (!piece) {
            CHECK(piece.error().code == errc::connection);
            ++cuts;
            g.refuse(false);
        } else if (!*piece) {
            ended = true;
        } else {
            text += **piece;
            CHECK(!stream.lost_lines());
            if (cuts < 5) g.refuse(true);
        }
    }
    CHECK(cuts == 5);
    CHECK(text == numbers(1, 1000));
}

asio::awaitable<void> busy(world& w) {
    auto box = co_await w.client.create(printing("while :; do :; done", "Never"));
    co_await box.wait_ready();
    auto now = co_await w.client.metrics(box.id());
    CHECK(now.records.size() == 1);  // from the first question on
    std::int64_t used = 0;
    asio::steady_timer pause(co_await asio::this_coro::executor);
    for (int n = 0; n < 200 && used < 200'000'000; ++n) {
        pause.expires_after(50ms);
        co_await pause.async_wait(asio::use_awaitable);
        now = co_await w.client.metrics(box.id());
        if (now.records.empty()) continue;
        used = now.records.back().cpu.value().usage_core_nano_seconds.value();
    }
    CHECK(used >= 200'000'000);
    REQUIRE(!now.records.empty());
    const auto& last = now.records.back();
    CHECK(last.cpu->usage_nano_cores.value() > 10'000'000);
    CHECK(last.cpu->usage_nano_cores.value() < 2'000'000'000);
    CHECK(last.cpu->limit == 1000);
    CHECK(last.memory.value().usage.value() > 10'000);
    CHECK(last.memory->usage.value() < 1'000'000'000);
    REQUIRE(last.containers.size() == 1);
    CHECK(last.containers[0].cpu->usage_core_nano_seconds == used);

    std::vector<std::string> ids = {box.id()};
    auto many = co_await w.client.metrics_of(ids);
    REQUIRE(many.size() == 1);
    REQUIRE(many[0].records.size() == 1);
    CHECK(many[0].records[0].cpu->usage_core_nano_seconds.value() >= used);

    auto events = co_await w.client.events(box.id());
    std::vector<std::string> reasons;
    for (const auto& e : events.events) reasons.push_back(e.reason);
    CHECK(std::find(reasons.begin(), reasons.end(), "Started") != reasons.end());
    auto page = co_await w.client.events(eci::event_query().id(box.id()).source("K8sAgent"));
    REQUIRE(page.groups.size() == 1);
    CHECK(page.groups[0].events.empty());
}

asio::awaitable<void> prices_and_stock(world& w) {
    auto price = co_await w.client.price(eci::price_options().cpu(2).memory(4));
    CHECK(price.currency == "XTS");
    CHECK(price.trade > 0);
    auto regions = co_await w.client.regions();
    REQUIRE(regions.size() == 1);
    CHECK(regions[0].id == "cn-shanghai");
    auto zones = co_await w.client.available_resources(eci::resource_query().cores(2).memory(4));
    REQUIRE(zones.size() == 1);
    REQUIRE(zones[0].resources.size() == 1);
    CHECK(zones[0].resources[0].status == "WithStock");
    auto usage = co_await w.client.usage();
    CHECK(usage.used_cpu == 0);
    CHECK(usage.max_image_caches.value() > 0);
}

}  // namespace

TEST_CASE("logs: below the rate nothing is lost and nothing repeated") {
    in_world(real(), below_the_rate);
}

TEST_CASE("logs: above the rate every gap is told and nothing is repeated") {
    in_world(real(), above_the_rate);
}

TEST_CASE("logs: a container that is restarted is followed through") {
    in_world(real(), restarted);
}

TEST_CASE("logs: connections that are cut in the middle of polls lose nothing") {
    in_world(real(), cut_off);
}

TEST_CASE("metrics and events: of a loop that really is busy") {
    in_world(real(), busy);
}

TEST_CASE("prices, regions, stock and usage of the local server") {
    in_world(synthetic_server(), prices_and_stock);
}
