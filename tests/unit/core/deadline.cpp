#include "core/deadline.hpp"

#include <doctest/doctest.h>

#include <chrono>

using ecisbx::core::deadline;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

TEST_CASE("deadline: never") {
    deadline d;
    CHECK(d.is_never());
    CHECK_FALSE(d.expired());
    CHECK(d.remaining() == deadline::duration::max());
    CHECK(d == deadline::never());
}

TEST_CASE("deadline: after a length") {
    auto before = steady::now();
    auto d = deadline::after(1h);
    auto after = steady::now();
    CHECK(d.at() >= before + 1h);
    CHECK(d.at() <= after + 1h);
    CHECK_FALSE(d.is_never());
    CHECK_FALSE(d.expired());
    CHECK(d.remaining() > 59min);
    CHECK(d.remaining() <= 1h);
    CHECK(deadline::after(1.5s).remaining() <= 1500ms);
}

TEST_CASE("deadline: lengths that are over") {
    for (auto length : {0ns, -1ns, -1'000'000'000ns, std::chrono::nanoseconds::min()}) {
        auto d = deadline::after(length);
        CHECK(d.expired());
        CHECK(d.remaining() == 0ns);
    }
    CHECK(deadline::after(std::chrono::hours::min()).expired());
    CHECK(deadline(steady::time_point::min()).expired());
}

TEST_CASE("deadline: saturates in any unit") {
    CHECK(deadline::after(std::chrono::nanoseconds::max()).is_never());
    CHECK(deadline::after(std::chrono::milliseconds::max()).is_never());
    CHECK(deadline::after(std::chrono::hours::max()).is_never());
    CHECK(deadline::after(std::chrono::duration<double>(1e300)).is_never());
    CHECK(deadline::after(std::chrono::years(200)).is_never());
    CHECK_FALSE(deadline::after(std::chrono::years(50)).is_never());
}

TEST_CASE("deadline: the sooner one") {
    auto soon = deadline::after(1s), late = deadline::after(1h);
    CHECK(soon < late);
    CHECK(soon.sooner(late) == soon);
    CHECK(late.sooner(soon) == soon);
    CHECK(late.sooner(deadline::never()) == late);
    CHECK(deadline::never().sooner(late) == late);
    CHECK(late.sooner(1s) < late);
    CHECK(soon.sooner(2h) == soon);
    CHECK(soon.sooner(std::chrono::milliseconds::max()) == soon);
}
