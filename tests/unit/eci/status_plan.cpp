#include "eci/status_plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>

using namespace ecisbx::eci;
using namespace std::chrono_literals;

namespace {

using time_point = status_plan::time_point;

time_point at(std::chrono::milliseconds offset) {
    return time_point(1000s) + offset;
}

std::vector<std::string> names(int count) {
    std::vector<std::string> all;
    for (int i = 0; i < count; ++i) all.push_back("eci-" + std::to_string(i));
    return all;
}

}  // namespace

TEST_CASE("status plan: few groups are asked for by id, in one call") {
    status_plan plan;
    for (const auto& id : names(20)) plan.add(id, std::nullopt, at(0ms));
    plan.add("eci-0", std::nullopt, at(0ms));
    CHECK(plan.groups() == 20);
    CHECK(plan.waiters() == 21);
    CHECK(plan.pause(at(0ms)) == 0s);
    auto ask = plan.begin(at(0ms));
    CHECK(ask.ids.size() == 20);
    CHECK_FALSE(ask.since);
    auto v = plan.answered(ask.ids, "", at(50ms));
    CHECK_FALSE(v.next);
    CHECK(v.absent.empty());
    CHECK(plan.pause(at(50ms)) > 0s);
    CHECK(plan.pause(at(50ms)) <= 300ms);
}

TEST_CASE("status plan: pauses grow to two seconds, and somebody new is served soon") {
    status_plan plan;
    plan.add("a", std::nullopt, at(0ms));
    auto now = at(0ms);
    std::chrono::nanoseconds last{0};
    for (int i = 0; i < 12; ++i) {
        now += plan.pause(now);
        plan.begin(now);
        plan.answered({"a"}, "", now);
        CHECK(plan.pause(now) >= last);
        last = plan.pause(now);
    }
    CHECK(last == 2s);
    plan.add("b", std::nullopt, now);
    CHECK(plan.pause(now) == 100ms);
    CHECK(plan.pause(now + 100ms) == 0s);
}

TEST_CASE(
    "status plan: absence counts at once where the group was seen, later where it was just "
    "created") {
    status_plan plan;
    plan.add("seen", std::nullopt, at(0ms));
    plan.begin(at(0ms));
    CHECK(plan.answered({"seen"}, "", at(0ms)).absent.empty());
    plan.begin(at(200ms));
    CHECK(plan.answered({}, "", at(200ms)).absent == std::vector<std::string>{"seen"});
    plan.remove("seen");
    CHECK(plan.empty());

    plan.add("new", at(0ms), at(0ms));
    plan.add("unknown", std::nullopt, at(0ms));
    plan.begin(at(300ms));
    CHECK(plan.answered({}, "", at(300ms)).absent == std::vector<std::string>{"unknown"});
    plan.remove("unknown");
    plan.begin(at(5100ms));
    CHECK(plan.answered({}, "", at(5100ms)).absent == std::vector<std::string>{"new"});
}

TEST_CASE("status plan: many groups share region-wide windows that leave no gap") {
    status_plan plan;
    for (const auto& id : names(100)) plan.add(id, at(0ms), at(0ms));
    auto ask = plan.begin(at(1500ms));
    CHECK(ask.ids.empty());
    CHECK(ask.since == 4);  // since the creation, and a margin
    auto v = plan.answered(names(100), "more", at(1600ms));
    REQUIRE(v.next);
    CHECK(v.next->next_token == "more");
    CHECK(v.next->since == 4);
    v = plan.answered({}, "", at(1700ms));
    CHECK_FALSE(v.next);
    // The next window begins where this round began, not where it ended.
    ask = plan.begin(at(4500ms));
    CHECK(ask.since == 5);
    plan.failed(at(4600ms));
    ask = plan.begin(at(6500ms));
    CHECK(ask.since == 7);
}

TEST_CASE("status plan: who is not known is looked at by id, or all are listed") {
    status_plan plan;
    for (const auto& id : names(50)) plan.add(id, std::nullopt, at(0ms));
    auto ask = plan.begin(at(0ms));
    CHECK(ask.since);
    std::set<std::string> looked;
    auto v = plan.answered({}, "", at(0ms));
    while (v.next) {
        CHECK(v.next->ids.size() <= 20);
        looked.insert(v.next->ids.begin(), v.next->ids.end());
        v = plan.answered(v.next->ids, "", at(0ms));
        CHECK(v.absent.empty());
    }
    CHECK(looked.size() == 50);

    status_plan many;
    for (const auto& id : names(500)) many.add(id, std::nullopt, at(0ms));
    ask = many.begin(at(0ms));
    CHECK(ask.ids.empty());
    CHECK_FALSE(ask.since);
    CHECK(many.answered({}, "", at(0ms)).absent.empty());  // a listing may miss one; twice may not
    many.begin(at(2s));
    CHECK(many.answered({}, "", at(2s)).absent.size() == 500);
}

TEST_CASE("status plan: a service that pages in a circle ends the round") {
    status_plan plan;
    for (const auto& id : names(30)) plan.add(id, at(0ms), at(0ms));
    plan.begin(at(0ms));
    auto v = plan.answered({}, "t", at(0ms));
    REQUIRE(v.next);
    CHECK_FALSE(plan.answered({}, "t", at(0ms)).next);
    plan.begin(at(1s));
    std::size_t pages = 0;
    v.next = status_ask();
    while (v.next) v = plan.answered({}, "t" + std::to_string(++pages), at(1s));
    CHECK(pages == status_plan::most_pages);
}

namespace {

// A service whose groups change at random moments, and whose calls take random times.
struct simulated_service {
    struct change {
        time_point when;
        int state;
    };
    std::map<std::string, std::vector<change>> groups;

    std::map<std::string, int> answer(const status_ask& ask, time_point now) const {
        std::map<std::string, int> seen;
        for (const auto& [id, changes] : groups) {
            if (!ask.ids.empty() && std::find(ask.ids.begin(), ask.ids.end(), id) == ask.ids.end())
                continue;
            const change* last = nullptr;
            for (const auto& c : changes)
                if (c.when <= now) last = &c;
            if (!last) continue;
            // Whole seconds, as the service counts them.
            auto since = std::chrono::floor<std::chrono::seconds>(now) -
                         std::chrono::seconds(ask.since.value_or(1'000'000));
            if (last->when < since) continue;
            seen[id] = last->state;
        }
        return seen;
    }
};

}  // namespace

TEST_CASE("status plan: at random, everybody learns the last state, with few calls") {
    for (unsigned seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        auto ms = [&](int most) {
            return std::chrono::milliseconds(std::uniform_int_distribution<>(0, most)(random));
        };
        int count = 1 + std::uniform_int_distribution<>(0, 400)(random);
        simulated_service service;
        status_plan plan;
        std::multimap<time_point, std::string> arrivals;
        for (const auto& id : names(count)) {
            auto created = at(ms(8000));
            auto& changes = service.groups[id];
            changes.push_back({created + ms(400), 0});
            changes.push_back({changes.back().when + ms(3000), 1});
            changes.push_back({changes.back().when + ms(9000), 2});  // ready
            arrivals.emplace(created + 400ms + ms(2000), id);        // listed by then
        }
        auto now = at(0ms);
        std::size_t calls = 0;
        std::map<std::string, time_point> ready;
        while ((!arrivals.empty() || !plan.empty()) && now < at(120s)) {
            while (!arrivals.empty() && arrivals.begin()->first <= now) {
                bool own = random() % 4 != 0;
                auto when = arrivals.begin()->first;
                plan.add(arrivals.begin()->second,
                         own ? std::optional(when - 2400ms) : std::nullopt, now);
                arrivals.erase(arrivals.begin());
            }
            if (plan.empty() || plan.pause(now) > 0s) {
                now += 20ms;
                continue;
            }
            std::optional<status_ask> ask = plan.begin(now);
            while (ask && !plan.empty()) {
                ++calls;
                auto sent = now + ms(150);
                bool fails = random() % 10 == 0;
                auto answer = service.answer(*ask, sent);
                now = sent + ms(150);
                if (fails) {
                    plan.failed(now);
                    break;
                }
                std::vector<std::string> seen;
                for (const auto& [id, state] : answer) seen.push_back(id);
                auto v = plan.answered(seen, "", now);
                for (const auto& [id, state] : answer)
                    if (state == 2 && !ready.contains(id)) {
                        plan.remove(id);
                        ready[id] = now;
                    }
                for (const auto& id : v.absent) CHECK_MESSAGE(false, "absent: " << id);
                ask = v.next;
            }
        }
        CHECK(ready.size() == static_cast<std::size_t>(count));
        for (const auto& [id, when] : ready) CHECK(when - service.groups[id].back().when < 16s);
        CHECK(calls < 120);
    }
}
