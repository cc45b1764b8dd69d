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

TEST_CASE("pool_plan: a burst dials few connections, then as many as are open") {
    pool_plan plan(100, 1000, 10s);
    std::size_t waiting = 0, name = 0;
    for (int caller = 0; caller < 90; ++caller)
        if (plan.ask(waiting) == answer::wait) ++waiting;
    CHECK(plan.in_use() == pool_plan::first_dials);
    CHECK(waiting == 90 - pool_plan::first_dials);
    auto dial_all = [&](std::size_t admitted) {
        for (std::size_t i = 0; i < admitted; ++i) plan.decided(), plan.begin_dial();
    };
    auto admit_all = [&] {
        std::size_t admitted = 0;
        while (waiting > 0 && plan.admit()) --waiting, ++admitted;
        return admitted;
    };
    dial_all(pool_plan::first_dials);
    CHECK(admit_all() == 0);
    // Each that is there allows another one, and after the first eight one more for each.
    std::vector<std::size_t> rounds;
    for (std::size_t dialling = plan.dialling(); dialling > 0;) {
        std::size_t admitted = 0;
        for (std::size_t i = 0; i < dialling; ++i) {
            plan.end_dial();
            admitted += admit_all();
        }
        dial_all(admitted);
        rounds.push_back(admitted);
        dialling = admitted;
    }
    CHECK(rounds == std::vector<std::size_t>{8, 16, 32, 26, 0});
    CHECK(plan.in_use() == 90);
    // A connection that is parked is for one of those who wait, without a dial.
    pool_plan busy(1, 10, 10s);
    REQUIRE(busy.ask(0) == answer::slot);
    busy.decided();
    busy.park(++name, start);
    busy.free_slot();
    CHECK(busy.admit());
    CHECK_FALSE(busy.admit());
    CHECK(busy.take_idle().has_value());
}

TEST_CASE("pool_plan: a connection that comes free is for one, not for all who wait") {
    pool_plan plan(100, 1000, 10s);
    for (std::size_t i = 0; i < pool_plan::first_dials; ++i) {
        REQUIRE(plan.ask(0) == answer::slot);
        plan.decided();
        plan.begin_dial();
    }
    CHECK(plan.ask(0) == answer::wait);
    plan.end_dial();  // one is there, used, parked
    plan.park(1, start);
    plan.free_slot();
    CHECK(plan.admit());        // for the parked one
    CHECK(plan.admit());        // dials in the place of the one that has ended
    CHECK_FALSE(plan.admit());  // nothing is left for a third
}

TEST_CASE("pool_plan: its bounds hold in any order of events") {
    std::mt19937 random(4);
    for (int round = 0; round < 500; ++round) {
        const std::size_t slots = 1 + random() % 20;
        pool_plan plan(slots, 1000, 10s);
        std::size_t waiting = 0, name = 0, admitted = 0, dialling = 0, used = 0;
        auto now = start;
        auto admit_all = [&] {
            while (waiting > 0 && plan.admit()) --waiting, ++admitted;
        };
        for (int event = 0; event < 400; ++event) {
            now += std::chrono::seconds(random() % 3);
            plan.take_expired(now);
            const std::size_t before = dialling;
            const auto kind = random() % 5;
            if (kind <= 1) {
                const auto told = plan.ask(waiting);
                if (told == answer::slot) ++admitted;
                if (told == answer::wait) ++waiting;
            } else if (kind == 2 && admitted > 0) {
                --admitted;
                const bool warm = plan.take_idle().has_value();
                plan.decided();
                if (!warm) plan.begin_dial();
                ++(warm ? used : dialling);
            } else if (kind == 3 && dialling > 0) {
                --dialling;
                ++used;
                plan.end_dial();
                admit_all();
            } else if (kind == 4 && used > 0) {
                --used;
                if (random() % 3 != 0) plan.park(++name, now);
                plan.free_slot();
                admit_all();
            }
            REQUIRE(plan.in_use() == admitted + dialling + used);
            REQUIRE(plan.in_use() <= slots);
            REQUIRE(used + dialling + plan.idle() <= slots);
            // Nobody waits for nothing.
            REQUIRE((waiting == 0 || plan.in_use() > 0));
            // One that expired under an admitted caller may be dialled for beyond the bound.
            if (dialling > before) REQUIRE(dialling <= std::max<std::size_t>(16, slots));
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
