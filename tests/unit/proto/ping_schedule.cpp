#include "proto/ping_schedule.hpp"

#include <doctest/doctest.h>

#include <array>

TEST_CASE("ping_schedule: within the last quarter, and spread over it") {
    using namespace std::chrono_literals;
    using ecisbx::proto::ping_after;
    CHECK(ping_after(40s, 0.0) == 40s);
    CHECK(ping_after(40s, 0.5) == 35s);
    CHECK(ping_after(0s, 0.9) == 0s);
    std::array<int, 10> seconds{};
    for (int i = 0; i < 1000; ++i) {
        const auto after = ping_after(40s, i / 1000.0);
        REQUIRE(after > 30s);
        REQUIRE(after <= 40s);
        ++seconds[static_cast<std::size_t>((after - 30s - 1ns) / 1s)];
    }
    for (int of_a_second : seconds) CHECK(of_a_second == doctest::Approx(100).epsilon(0.02));
    const auto year = std::chrono::duration_cast<ecisbx::core::clock::duration>(365 * 24h);
    CHECK(ping_after(year, 0.999) > year / 4 * 3);
}

TEST_CASE("ping_schedule: buffers go at marks that all sessions share") {
    using namespace std::chrono_literals;
    using ecisbx::core::clock;
    using ecisbx::proto::release_at;
    const clock::time_point mark(500s);
    CHECK(release_at(mark) == mark + 1s);
    CHECK(release_at(mark + 1ns) == mark + 1010ms);
    CHECK(release_at(mark + 10ms) == mark + 1010ms);
    CHECK(release_at(mark - 1ns) == mark + 1s);
    for (auto now = mark; now < mark + 1s; now += 3ms) {
        const auto at = release_at(now);
        REQUIRE(at - now >= 1s);
        REQUIRE(at - now < 1010ms);
        REQUIRE((at - mark) % 10ms == 0ns);
    }
}
