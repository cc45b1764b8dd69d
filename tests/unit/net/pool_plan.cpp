#include "net/pool_plan.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

namespace {

using namespace ecisbx::net;
using ecisbx::errc;
using ecisbx::error_info;
using namespace std::chrono_literals;
using answer = pool_plan::answer;
using connections = std::vector<pool_plan::connection>;

constexpr pool_plan::time_point start{};

}  // namespace

TEST_CASE("pool_plan: slots, then a queue, then a refusal") {
    pool_plan plan(2, 1, 10s);
    CHECK(plan.ask(0) == answer::slot);
    CHECK(plan.ask(0) == answer::slot);
    CHECK(plan.ask(0) == answer::wait);
    CHECK(plan.ask(1) == answer::refuse);
    plan.free_slot();
    CHECK(plan.in_use() == 1);
    CHECK(plan.ask(0) == answer::slot);
}

TEST_CASE("pool_plan: nobody overtakes those who wait") {
    pool_plan plan(1, 10, 10s);
    CHECK(plan.ask(1) == answer::wait);
}

TEST_CASE("pool_plan: there is always at least one slot") {
    CHECK(pool_plan(0, 0, 10s).ask(0) == answer::slot);
}

TEST_CASE("pool_plan: the connection used last is used next, the others may expire") {
    pool_plan plan(3, 0, 10s);
    plan.park(1, start);
    plan.park(2, start + 1s);
    plan.park(3, start + 2s);
    CHECK(plan.take_idle() == 3u);
    CHECK(plan.take_expired(start + 9s).empty());
    CHECK(plan.take_expired(start + 10s) == connections{1});
    CHECK(plan.idle() == 1);
    CHECK(plan.take_all_idle() == connections{2});
    CHECK_FALSE(plan.take_idle().has_value());
}

TEST_CASE("pool_plan: an expiry of zero or for ever") {
    pool_plan never(1, 0, 0s);
    never.park(1, start);
    CHECK(never.take_expired(start) == connections{1});
    pool_plan always(1, 0, pool_plan::time_point::duration::max());
    always.park(1, start);
    CHECK(always.take_expired(start + 8000h).empty());
}

TEST_CASE("pool_plan: idle and used together never exceed the slots, in any order of events") {
    std::mt19937 random(4);
    for (int round = 0; round < 500; ++round) {
        const std::size_t slots = 1 + random() % 5;
        pool_plan plan(slots, 1000, 10s);
        std::size_t waiting = 0, name = 0;
        auto now = start;
        for (int event = 0; event < 200; ++event) {
            now += std::chrono::seconds(random() % 5);
            plan.take_expired(now);
            if (random() % 2 == 0) {
                const auto told = plan.ask(waiting);
                if (told == answer::slot) plan.take_idle();
                if (told == answer::wait) ++waiting;
            } else if (plan.in_use() > 0) {
                if (random() % 3 != 0) plan.park(++name, now);
                if (waiting > 0) {
                    --waiting;
                    plan.take_idle();
                } else {
                    plan.free_slot();
                }
            }
            REQUIRE(plan.idle() + plan.in_use() <= slots);
            REQUIRE((waiting == 0 || plan.in_use() == slots));
        }
    }
}

TEST_CASE("pool_plan: what may be sent again") {
    const error_info broke(errc::connection, ""), alert(errc::tls, "");
    const exchange_progress nothing{false, false}, written{true, false}, begun{true, true};
    CHECK(may_send_again(broke, nothing, false));
    CHECK(may_send_again(alert, nothing, false));
    CHECK_FALSE(may_send_again(broke, written, false));
    CHECK(may_send_again(broke, written, true));
    CHECK_FALSE(may_send_again(broke, begun, true));
    for (const errc other : {errc::timeout, errc::canceled, errc::protocol, errc::too_large})
        CHECK_FALSE(may_send_again(error_info(other, ""), nothing, true));
}
