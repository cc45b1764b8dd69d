#include "net/dial_slots.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace {

using namespace ecisbx::net;
using namespace std::chrono_literals;

constexpr dial_slots::time_point start{};

// A failed dial rests for the whole of its bound.
dial_slots slots_of(std::size_t most, double part = 1.0) {
    return dial_slots(most, [part] { return part; });
}

}  // namespace

TEST_CASE("dial_slots: as many as there are, then the next waits, and nobody overtakes") {
    auto slots = slots_of(2);
    CHECK(slots.ask(0, start));
    CHECK(slots.ask(0, start));
    CHECK_FALSE(slots.ask(0, start));
    slots.succeeded();
    CHECK_FALSE(slots.ask(1, start));
    CHECK(slots.take(start));
    CHECK(slots.in_use() == 2);
    slots.gave_up();
    CHECK(slots.ask(0, start));
    CHECK_FALSE(slots.next_rested());
}

TEST_CASE("dial_slots: there is always one") {
    auto slots = slots_of(0);
    CHECK(slots.most() == 1);
    CHECK(slots.ask(0, start));
    CHECK_FALSE(slots.ask(0, start));
}

TEST_CASE("dial_slots: the slot of a failed dial rests, the longer the more fail in a row") {
    auto slots = slots_of(1);
    auto now = start;
    auto bound = dial_slots::first_rest;
    for (int failure = 0; failure < 12; ++failure) {
        REQUIRE(slots.take(now));
        slots.failed(now);
        REQUIRE(slots.next_rested() == now + bound);
        CHECK_FALSE(slots.take(now + bound - 1ns));
        now += bound;
        bound = std::min(bound * 2, dial_slots::longest_rest);
    }
    CHECK(bound == dial_slots::longest_rest);
    REQUIRE(slots.take(now));
    slots.succeeded();
    REQUIRE(slots.take(now));
    slots.failed(now);
    CHECK(slots.next_rested() == now + dial_slots::first_rest);
}

TEST_CASE("dial_slots: one that rests holds up nobody while others are free") {
    auto slots = slots_of(2);
    REQUIRE(slots.take(start));
    slots.failed(start);
    CHECK(slots.ask(0, start));
    CHECK_FALSE(slots.ask(0, start));
}

TEST_CASE("dial_slots: what failed at once does not come back at once") {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> part(0, 1);
    constexpr std::size_t count = 64;
    dial_slots slots(count, [&] { return part(random); });
    for (std::size_t i = 0; i < count; ++i) REQUIRE(slots.take(start));
    for (std::size_t i = 0; i < count; ++i) slots.failed(start);
    // Over the longest rest, in eighths: no eighth has more than half of them.
    std::vector<std::size_t> back;
    for (int eighth = 0; eighth < 8; ++eighth) {
        std::size_t taken = 0;
        while (slots.take(start + dial_slots::longest_rest * eighth / 8)) ++taken;
        back.push_back(taken);
        CHECK(taken < count / 2);
    }
    CHECK(std::count(back.begin(), back.end(), 0u) <= 2);
    while (slots.take(start + dial_slots::longest_rest)) {}
    CHECK(slots.in_use() == count);
}

TEST_CASE("dial_slots: never more than its bound, and none is lost, in any order of events") {
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        const std::size_t most = 1 + random() % 6;
        dial_slots slots(most, [&] { return double(random() % 1000) / 1000; });
        std::size_t held = 0, waiting = 0;
        auto now = start;
        for (int event = 0; event < 300; ++event) {
            now += std::chrono::milliseconds(random() % 20);
            if (random() % 2 == 0) {
                if (slots.ask(waiting, now))
                    ++held;
                else
                    ++waiting;
            } else if (held > 0) {
                --held;
                const auto how = random() % 3;
                if (how == 0) slots.succeeded();
                if (how == 1) slots.failed(now);
                if (how == 2) slots.gave_up();
            }
            while (waiting > 0 && slots.take(now)) --waiting, ++held;
            REQUIRE(slots.in_use() == held);
            REQUIRE(held <= most);
            REQUIRE((waiting == 0 || held == most || slots.next_rested().has_value()));
        }
        now += dial_slots::longest_rest;
        while (slots.take(now)) ++held;
        CHECK(held == most);
    }
}
