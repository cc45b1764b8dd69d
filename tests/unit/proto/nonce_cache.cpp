#include "proto/nonce_cache.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace ecisbx::proto;
using namespace std::chrono_literals;
using verdict = nonce_cache::verdict;

namespace {
const ecisbx::core::utc_time now = ecisbx::core::utc_time(std::chrono::seconds(1'800'000'000));
}

TEST_CASE("nonce_cache: a nonce of a key is accepted once") {
    nonce_cache cache(900s);
    CHECK(cache.remember("a", "n", now, now) == verdict::fresh);
    CHECK(cache.remember("a", "n", now, now) == verdict::used);
    CHECK(cache.remember("a", "n", now + 5s, now + 10s) == verdict::used);
    CHECK(cache.remember("b", "n", now, now) == verdict::fresh);
    CHECK(cache.remember("a", "m", now, now) == verdict::fresh);
    CHECK(cache.size() == 3);
    // one text, one pair: moving the border between key and nonce makes another entry
    CHECK(cache.remember("ab", "c", now, now) == verdict::fresh);
    CHECK(cache.remember("a", "bc", now, now) == verdict::fresh);
}

TEST_CASE("nonce_cache: forgets when a replay would be refused for its date anyway") {
    nonce_cache cache(900s);
    REQUIRE(cache.remember("a", "n", now + 900s, now) == verdict::fresh);
    CHECK(cache.remember("a", "n", now + 900s, now + 1800s) == verdict::used);
    CHECK(cache.remember("a", "other", now + 1801s, now + 1801s) == verdict::fresh);
    CHECK(cache.size() == 1);

    nonce_cache past(900s);
    REQUIRE(past.remember("a", "n", now - 900s, now) == verdict::fresh);
    CHECK(past.remember("a", "n", now + 900s, now + 900s) == verdict::used);
    CHECK(past.remember("a", "n", now + 901s, now + 901s) == verdict::fresh);
}

TEST_CASE("nonce_cache: stays bounded, and no replay passes for it") {
    constexpr int count = 500;
    nonce_cache cache(900s, 100);
    for (int i = 0; i < count; ++i)
        REQUIRE(cache.remember("a", std::to_string(i), now + 1s * i, now + 1s * i) ==
                verdict::fresh);
    CHECK(cache.size() == 100);
    auto later = now + 1s * count;
    for (int i = 0; i < count; ++i)
        CHECK(cache.remember("a", std::to_string(i), now + 1s * i, later) != verdict::fresh);
    CHECK(cache.remember("a", "old", now + 10s, later) == verdict::too_old);
    CHECK(cache.remember("a", "new", later, later) == verdict::fresh);
}

TEST_CASE("nonce_cache: stays bounded within one second too") {
    nonce_cache cache(900s, 10);
    for (int i = 0; i < 100; ++i) {
        (void)cache.remember("a", std::to_string(i), now, now);
        CHECK(cache.size() <= 10);
    }
    for (int i = 0; i < 100; ++i)
        CHECK(cache.remember("a", std::to_string(i), now, now) != verdict::fresh);
    CHECK(cache.remember("a", "next", now + 1s, now + 1s) == verdict::fresh);
}

TEST_CASE("nonce_cache: a clock that goes back forgets nothing") {
    nonce_cache cache(900s);
    REQUIRE(cache.remember("a", "n", now, now) == verdict::fresh);
    CHECK(cache.remember("a", "n", now - 60s, now - 60s) == verdict::used);
}
