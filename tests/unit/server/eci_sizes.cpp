#include "server/api/eci/sizes.hpp"

#include <doctest/doctest.h>

using namespace ecisbx::server::api::eci;

TEST_CASE("sizes: supported ones stay, others go up") {
    auto up = [](double cpu, double memory) { return round_up({cpu, memory}); };
    CHECK(up(1, 2) == size{1, 2});
    CHECK(up(0.25, 0.5) == size{0.25, 0.5});
    CHECK(up(0.1, 0.1) == size{0.25, 0.5});
    CHECK(up(0.3, 0.5) == size{0.5, 1});
    CHECK(up(1, 1) == size{1, 2});
    CHECK(up(1, 3) == size{1, 4});
    CHECK(up(1, 16) == size{2, 16});
    CHECK(up(3, 3) == size{4, 4});
    CHECK(up(33, 10) == size{52, 96});
    CHECK(up(64, 512) == size{64, 512});
    CHECK(up(2, 0) == size{2, 1});
    CHECK(up(0, 300) == size{52, 384});
    CHECK_FALSE(up(65, 1));
    CHECK_FALSE(up(1, 513));
}
