#include "proto/wait_schedule.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <utility>
#include <vector>

using namespace ecisbx;
using namespace std::chrono_literals;
using proto::wait_schedule;
using std::chrono::milliseconds;

namespace {

core::random_source always(double value) {
    return [value] { return value; };
}

/// Rounds until `whole` is over, each as long as it is told.
std::vector<milliseconds> rounds(wait_schedule schedule, milliseconds whole) {
    std::vector<milliseconds> all;
    for (milliseconds left = whole; left > 0ms;) {
        all.push_back(schedule.length(left));
        left -= all.back();
        schedule.grow();
    }
    return all;
}

}  // namespace

TEST_CASE("wait schedule: first, factor, cap") {
    auto all = rounds({100ms, 2, 500ms, 0, always(0)}, 2000ms);
    CHECK(all == std::vector<milliseconds>{100ms, 200ms, 400ms, 500ms, 500ms, 300ms});
    all = rounds({100ms, 1, 100ms, 0, always(0)}, 250ms);
    CHECK(all == std::vector<milliseconds>{100ms, 100ms, 50ms});
}

TEST_CASE("wait schedule: jitter takes off, and never everything") {
    wait_schedule half(100ms, 1.5, 1s, 0.5, always(0.99));
    CHECK(half.length(10s) == 50ms);
    wait_schedule all_off(100ms, 1.5, 1s, 1, always(0.9999999));
    CHECK(all_off.length(10s) == 1ms);
    wait_schedule tiny(1ms, 1.5, 1s, 0.1, always(0.5));
    CHECK(tiny.length(10s) == 1ms);
    CHECK(tiny.length(0ms) == 1ms);
    wait_schedule endless(milliseconds::max(), 1e300, milliseconds::max(), 0, always(0));
    endless.grow();
    CHECK(endless.length(1h) == 1h);
}

TEST_CASE("wait schedule: ten minutes are at most 29 rounds, whatever the jitter") {
    for (double random : {0.0, 0.3, 0.7, 0.999999}) {
        CAPTURE(random);
        auto all = rounds({100ms, 1.5, 60s, 0.1, always(random)}, 600s);
        CHECK(all.size() <= 29);  // and the call that starts it
        CHECK(all.front() <= 100ms);
        for (auto one : all) CHECK(one <= 60s);
    }
}
