#include "core/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

using namespace ecisbx::core;

TEST_CASE("random: lengths and alphabets") {
    CHECK(random_bytes(0).empty());
    CHECK(random_bytes(33).size() == 33);
    CHECK(random_hex(0).empty());
    CHECK(random_hex(16).size() == 32);
    CHECK(random_hex(16).find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(random_alnum(0).empty());
    for (std::size_t n : {1U, 2U, 20U, 1000U}) {
        auto text = random_alnum(n);
        CHECK(text.size() == n);
        CHECK(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos);
    }
}

TEST_CASE("random: no two are the same") {
    std::set<std::string> seen;
    for (int i = 0; i < 2000; ++i) {
        seen.insert(random_hex(16));
        seen.insert(random_alnum(24));
        seen.insert(uuid());
    }
    CHECK(seen.size() == 6000);
}

TEST_CASE("random: alnum is uniform") {
    // 36 letters, 36,000 draws: 1000 each, deviation about 31. Seven of them never happen by
    // chance.
    std::array<int, 128> counts{};
    for (char c : random_alnum(36'000)) ++counts[static_cast<unsigned char>(c)];
    for (char c : std::string("abcdefghijklmnopqrstuvwxyz0123456789")) {
        CAPTURE(c);
        CHECK(counts[static_cast<unsigned char>(c)] > 780);
        CHECK(counts[static_cast<unsigned char>(c)] < 1220);
    }
}

TEST_CASE("random: uuid has version 4 and its variant") {
    for (int i = 0; i < 100; ++i) {
        auto id = uuid();
        REQUIRE(id.size() == 36);
        for (std::size_t dash : {8U, 13U, 18U, 23U}) CHECK(id[dash] == '-');
        CHECK(id.find_first_not_of("0123456789abcdef-") == std::string::npos);
        CHECK(id[14] == '4');
        CHECK(std::string("89ab").find(id[19]) != std::string::npos);
        auto upper = uuid_upper();
        CHECK(upper.size() == 36);
        CHECK(upper.find_first_not_of("0123456789ABCDEF-") == std::string::npos);
    }
}

TEST_CASE("random: the source stays in range and spreads") {
    auto source = system_random();
    double sum = 0, low = 1, high = 0;
    for (int i = 0; i < 10'000; ++i) {
        double x = source();
        REQUIRE(x >= 0);
        REQUIRE(x < 1);
        sum += x;
        low = std::min(low, x);
        high = std::max(high, x);
    }
    CHECK(sum / 10'000 == doctest::Approx(0.5).epsilon(0.06));
    CHECK(low < 0.01);
    CHECK(high > 0.99);
}
