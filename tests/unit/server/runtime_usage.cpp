// What a box uses, as the kernel counts it.
#include "unit/server/runtime_fixture.hpp"

#include <doctest/doctest.h>

using namespace runtime_test;

TEST_CASE("runtime: usage is counted while processes run and after they have ended") {
    BOTH_RUNTIMES(kind);
    world w(options_of(kind));
    auto box = w.box();
    auto before = box->usage();
    REQUIRE(before);
    auto mark = unique_mark();
    auto busy = w.start(box, shell("while :; do :; done # " + mark));
    CHECK(eventually([&] { return box->usage()->cpu > before->cpu + 200'000'000; }));
    CHECK(eventually([&] { return box->usage()->rss > 10'000; }));
    CHECK(box->usage()->memory > 10'000);
    busy->kill(9);
    w.run(collect(busy));
    auto after = box->usage();
    REQUIRE(after);
    CHECK(after->cpu > before->cpu + 200'000'000);
    CHECK(box->usage()->cpu >= after->cpu);
    w.stop(box);
    CHECK(!box->usage());
}

TEST_CASE("runtime: what one box uses is not counted for another") {
    BOTH_RUNTIMES(kind);
    world w(options_of(kind));
    auto one = w.box("one"), other = w.box("other");
    auto idle = other->usage()->cpu;
    auto busy = w.start(one, shell("while :; do :; done # " + unique_mark()));
    CHECK(eventually([&] { return one->usage()->cpu > 400'000'000; }));
    CHECK(other->usage()->cpu < idle + 200'000'000);
    w.stop(one);
    w.stop(other);
}
