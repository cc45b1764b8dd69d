#include "core/backoff.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace ecisbx::core;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

namespace {

backoff fixed(double x, milliseconds first = 100ms, milliseconds longest = 1000ms) {
    return backoff({first, longest}, [x] { return x; });
}

std::vector<milliseconds> pauses(backoff b, int count) {
    std::vector<milliseconds> result;
    for (int i = 0; i < count; ++i) result.push_back(b.next());
    return result;
}

}  // namespace

TEST_CASE("backoff: the bound doubles up to the cap and jitter is full") {
    CHECK(pauses(fixed(0), 6) == std::vector<milliseconds>(6, 0ms));
    CHECK(pauses(fixed(0.5), 6) == std::vector{50ms, 100ms, 200ms, 400ms, 500ms, 500ms});
    CHECK(pauses(fixed(0.999), 5) == std::vector{99ms, 199ms, 399ms, 799ms, 999ms});
    CHECK(pauses(fixed(0.5, 5000ms, 1000ms), 2) == std::vector{500ms, 500ms});
}

TEST_CASE("backoff: each pause draws once") {
    double next = 0;
    backoff b({100ms, 1000ms}, [&] { return next += 0.1; });
    CHECK(b.next() == 10ms);
    CHECK(b.next() == 40ms);
    CHECK(b.next(1000ms) == 1120ms);
}

TEST_CASE("backoff: never less than the server asked for") {
    for (double x : {0.0, 0.3, 0.999}) {
        auto b = fixed(x);
        CHECK(b.next(3000ms) >= 3000ms);
        CHECK(b.next(3000ms) < 3000ms + 200ms);
        CHECK(b.next(1ms) >= 1ms);
        CHECK(b.next(1ms) < 801ms);
    }
    CHECK(fixed(0.5).next(0ms) == 50ms);
    CHECK(fixed(0.5).next(-10ms) == 50ms);
    CHECK(fixed(0.5).next(milliseconds::max()) == milliseconds::max());
}

TEST_CASE("backoff: no overflow after thousands of attempts or with extreme settings") {
    auto b = fixed(0.999);
    for (int i = 0; i < 10'000; ++i) REQUIRE(b.next() <= 1000ms);
    auto huge = fixed(0.5, 1ms, milliseconds::max());
    milliseconds last{0};
    for (int i = 0; i < 200; ++i) {
        auto pause = huge.next();
        REQUIRE(pause >= last);
        last = pause;
    }
    CHECK(last > milliseconds::max() / 3);
}

TEST_CASE("backoff: the real source") {
    backoff b({100ms, 1000ms}, system_random());
    bool different = false;
    milliseconds first = b.next();
    for (int i = 0; i < 100; ++i) {
        auto pause = b.next();
        REQUIRE(pause >= 0ms);
        REQUIRE(pause < 1000ms);
        if (pause != first) different = true;
    }
    CHECK(different);
}
