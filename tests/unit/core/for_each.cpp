#include "unit/core/for_each_items.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/for_each.hpp>

#include <boost/asio/awaitable.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace ecisbx::testing;
using ecisbx::concurrency;
using ecisbx::for_each;

TEST_CASE("for_each: the limit holds and is used") {
    for (std::size_t limit : {1U, 2U, 7U, 49U, 50U, 51U, 100'000U}) {
        for (int steps : {0, 1, 3}) {
            CAPTURE(limit);
            CAPTURE(steps);
            auto seen = std::make_shared<counters>();
            auto result = run(for_each(make_items(seen, 50, steps), concurrency(limit), work));
            CHECK_FALSE(result.thrown);
            CHECK(result.collected.empty());
            CHECK(seen->started == 50);
            CHECK(seen->ended == 50);
            if (steps > 0) CHECK(seen->most == std::min(50, static_cast<int>(limit)));
            CHECK(seen->most <= static_cast<int>(limit));
        }
    }
}

TEST_CASE("for_each: items of different length keep every place busy") {
    auto seen = std::make_shared<counters>();
    auto items = make_items(seen, 200, 1);
    for (auto& it : items) it.steps = 1 + it.id * 7 % 11;
    auto result = run(for_each(std::move(items), concurrency(5), work));
    CHECK_FALSE(result.thrown);
    CHECK(seen->ended == 200);
    CHECK(seen->most == 5);
}

TEST_CASE("for_each: collected errors come in the order of the items and stop nobody") {
    auto seen = std::make_shared<counters>();
    auto items = make_items(seen, 40, 2);
    for (int id : {3, 1, 17, 39, 0}) {
        items[static_cast<std::size_t>(id)].fails = true;
        items[static_cast<std::size_t>(id)].steps = 40 - id;  // the later items fail sooner
    }
    auto result = run(for_each(std::move(items), concurrency(40).collect_errors(), work));
    CHECK_FALSE(result.thrown);
    std::vector<std::string> texts;
    for (const auto& e : result.collected) texts.push_back(text_of(e));
    CHECK(texts == std::vector<std::string>{"item 0", "item 1", "item 3", "item 17", "item 39"});
    CHECK(seen->ended == 40);
}

TEST_CASE("for_each: all may fail") {
    auto seen = std::make_shared<counters>();
    auto items = make_items(seen, 30, 1);
    for (auto& it : items) it.fails = true;
    auto copy = items;
    CHECK(run(for_each(std::move(items), concurrency(4).collect_errors(), work)).collected.size() ==
          30);
    CHECK(run(for_each(std::move(copy), concurrency(4), work)).what() == "item 0");
}

TEST_CASE("for_each: nothing to do, and a limit of 0") {
    auto seen = std::make_shared<counters>();
    auto none = run(for_each(std::vector<item>(), concurrency(3), work));
    CHECK_FALSE(none.thrown);
    CHECK(none.collected.empty());
    for (int count : {0, 3}) {
        auto zero = run(for_each(make_items(seen, count, 0), concurrency(0), work));
        try {
            REQUIRE(zero.thrown);
            std::rethrow_exception(zero.thrown);
        } catch (const ecisbx::error& e) {
            CHECK(e.code() == ecisbx::errc::invalid_argument);
        }
    }
    CHECK(seen->started == 0);
}

TEST_CASE("for_each: ten thousand items") {
    for (std::size_t limit : {1U, 2000U, 10'000U}) {
        for (int steps : {0, 1}) {  // 0: completes without ever waiting
            CAPTURE(limit);
            auto seen = std::make_shared<counters>();
            auto result = run(for_each(make_items(seen, 10'000, steps), concurrency(limit), work));
            CHECK_FALSE(result.thrown);
            CHECK(seen->ended == 10'000);
            CHECK(seen->most <= static_cast<int>(limit));
        }
    }
}

namespace {

awaitable<void> no_coroutine(item it) {  // throws before there is anything to await
    if (it.fails) throw std::runtime_error("item " + std::to_string(it.id));
    return work(std::move(it));
}

}  // namespace

TEST_CASE("for_each: work that throws instead of giving a coroutine") {
    auto seen = std::make_shared<counters>();
    auto items = make_items(seen, 20, -1);
    items[3].fails = true;
    auto copy = items;
    auto result = run(for_each(std::move(items), concurrency(10), no_coroutine));
    CHECK(result.what() == "item 3");
    CHECK(seen->started == 3);
    CHECK(seen->cancelled == 3);
    CHECK(seen->ended == 3);

    for (auto& it : copy) it.steps = 1;
    auto collected = run(for_each(std::move(copy), concurrency(4).collect_errors(), no_coroutine));
    REQUIRE(collected.collected.size() == 1);
    CHECK(text_of(collected.collected[0]) == "item 3");
    CHECK(seen->ended == 3 + 19);
}

TEST_CASE("for_each: progress after each item, failed ones too") {
    auto seen = std::make_shared<counters>();
    std::vector<std::size_t> done;
    auto note = [&](std::size_t so_far, std::size_t all) {
        CHECK(all == 25);
        done.push_back(so_far);
    };
    auto items = make_items(seen, 25, 2);
    items[7].fails = true;
    auto result =
        run(for_each(std::move(items), concurrency(3).collect_errors().progress(note), work));
    CHECK(result.collected.size() == 1);
    std::vector<std::size_t> expected(25);
    std::iota(expected.begin(), expected.end(), 1U);
    CHECK(done == expected);
}

TEST_CASE("for_each: progress that throws is an error of its item") {
    auto seen = std::make_shared<counters>();
    auto angry = [](std::size_t so_far, std::size_t) {
        if (so_far == 2) throw std::runtime_error("no progress");
    };
    auto items = make_items(seen, 25, -1);
    items[0].steps = items[1].steps = 1;
    CHECK(run(for_each(std::move(items), concurrency(5).progress(angry), work)).what() ==
          "no progress");
    CHECK(seen->running == 0);
}

namespace {

awaitable<void> add(std::unique_ptr<std::pair<int, int*>> it) {
    co_await turns(1);
    *it->second += it->first;
}

awaitable<void> inner(std::pair<int, std::shared_ptr<counters>> it) {
    co_await for_each(make_items(it.second, it.first, 1), concurrency(3), work);
}

/// The way users write it: temporaries and a lambda within the co_await.
awaitable<errors> as_users_write(std::vector<std::string> names, std::vector<std::string>* into) {
    std::vector<std::pair<std::string, std::vector<std::string>*>> items;
    for (auto& n : names) items.emplace_back(std::move(n), into);
    co_return co_await for_each(
        std::move(items), concurrency(2).collect_errors(),
        [](std::pair<std::string, std::vector<std::string>*> it) -> awaitable<void> {
            co_await turns(1);
            it.second->push_back(it.first);
        });
}

}  // namespace

TEST_CASE("for_each: move-only items") {
    int sum = 0;
    std::vector<std::unique_ptr<std::pair<int, int*>>> items;
    for (int i = 1; i <= 100; ++i) items.push_back(std::make_unique<std::pair<int, int*>>(i, &sum));
    CHECK_FALSE(run(for_each(std::move(items), concurrency(9), add)).thrown);
    CHECK(sum == 5050);
}

TEST_CASE("for_each: within another") {
    auto seen = std::make_shared<counters>();
    std::vector<std::pair<int, std::shared_ptr<counters>>> items;
    for (int i = 0; i < 10; ++i) items.emplace_back(i, seen);
    CHECK_FALSE(run(for_each(std::move(items), concurrency(4), inner)).thrown);
    CHECK(seen->ended == 45);
    CHECK(seen->most <= 12);
}

TEST_CASE("for_each: written with temporaries") {
    std::vector<std::string> seen;
    std::string longer = "a name that is too long for the small buffer of a string";
    auto result = run(as_users_write({"x", longer, "z"}, &seen));
    CHECK_FALSE(result.thrown);
    std::sort(seen.begin(), seen.end());
    CHECK(seen == std::vector<std::string>{longer, "x", "z"});
}
