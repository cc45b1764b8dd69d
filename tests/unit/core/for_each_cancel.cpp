#include "unit/core/for_each_items.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/for_each.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <utility>
#include <vector>

using namespace ecisbx::testing;
using ecisbx::concurrency;
using ecisbx::for_each;

TEST_CASE("for_each: the first error cancels the rest, awaits it and is rethrown") {
    auto seen = std::make_shared<counters>();
    auto items = make_items(seen, 100, -1);
    items[5].steps = 3;
    items[5].fails = true;
    items[2].steps = 5;  // later in time
    items[2].fails = true;
    auto result = run(for_each(std::move(items), concurrency(10), work));
    CHECK(result.what() == "item 5");
    CHECK(seen->started == 10);
    CHECK(seen->ended == 10);
    CHECK(seen->cancelled == 8);
    CHECK(seen->running == 0);
}

TEST_CASE("for_each: after an error no item is started") {
    for (std::size_t limit : {1U, 3U}) {
        auto seen = std::make_shared<counters>();
        auto items = make_items(seen, 50, 0);
        items[4].fails = true;
        auto result = run(for_each(std::move(items), concurrency(limit), work));
        CHECK(result.what() == "item 4");
        CHECK(seen->started < 4 + 2 * static_cast<int>(limit) + 1);
        CHECK(seen->ended == seen->started);
    }
}

TEST_CASE("for_each: a cancelled caller cancels and awaits its items") {
    for (bool collect : {false, true}) {
        for (int stop_at : {1, 2, 10}) {  // while starting, and when all places are taken
            CAPTURE(stop_at);
            asio::cancellation_signal stop;
            auto seen = std::make_shared<counters>();
            seen->stop = &stop;
            seen->stop_at = stop_at;
            concurrency how(10);
            if (collect) how.collect_errors();
            auto result = run(for_each(make_items(seen, 100, -1), how, work), &stop);
            CHECK(result.canceled());
            CHECK(seen->started == stop_at);
            CHECK(seen->ended == stop_at);
            CHECK(seen->cancelled == stop_at);
        }
    }
}

namespace {

awaitable<void> stubborn(item it) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await work(std::move(it));
}

}  // namespace

TEST_CASE("for_each: items that do not heed cancellation are awaited all the same") {
    asio::cancellation_signal stop;
    auto seen = std::make_shared<counters>();
    seen->stop = &stop;
    seen->stop_at = 5;
    auto result = run(for_each(make_items(seen, 20, 50), concurrency(5), stubborn), &stop);
    CHECK(result.canceled());
    CHECK(seen->started == 5);
    CHECK(seen->ended == 5);
}

TEST_CASE("for_each: cancelled at every step") {
    int canceled = 0, completed = 0;
    for (int step = 0; completed == 0; ++step) {
        REQUIRE(step < 1000);
        asio::cancellation_signal stop;
        auto seen = std::make_shared<counters>();
        auto result = std::make_shared<outcome>();
        asio::io_context context;
        asio::co_spawn(context,
                       keep(for_each(make_items(seen, 6, 2), concurrency(2), work), result),
                       asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
        for (int i = 0; i < step && context.run_one() != 0; ++i) {}
        bool early = !result->returned;
        CAPTURE(step);
        stop.emit(asio::cancellation_type::terminal);
        context.run();
        REQUIRE(result->returned);
        CHECK(seen->running == 0);
        CHECK(seen->started == seen->ended);
        if (result->canceled()) {
            CHECK(early);
            ++canceled;
        } else {  // the signal itself goes through the event loop and may come too late
            CHECK(result->what() == "");
            CHECK(seen->ended == 6);
        }
        if (!early) ++completed;
    }
    CHECK(canceled > 6);
}

TEST_CASE("for_each: ten thousand that run are cancelled by one error") {
    auto seen = std::make_shared<counters>();
    auto items = make_items(seen, 10'000, -1);
    items[9'999].steps = 1;
    items[9'999].fails = true;
    auto result = run(for_each(std::move(items), concurrency(10'000), work));
    CHECK(result.what() == "item 9999");
    CHECK(seen->cancelled == 9'999);
    CHECK(seen->ended == 10'000);
}

namespace {

/// Calls for_each and tells whether the caller's own cancellation behaviour is as before.
awaitable<errors> check_restored(std::vector<item> items, bool throws) {
    co_await asio::this_coro::throw_if_cancelled(throws);
    std::exception_ptr failure;
    try {
        co_await for_each(std::move(items), concurrency(2), work);
    } catch (...) {
        failure = std::current_exception();
    }
    bool now = co_await asio::this_coro::throw_if_cancelled();
    CHECK(now == throws);
    if (failure) std::rethrow_exception(failure);
    co_return errors();
}

}  // namespace

TEST_CASE("for_each: the caller's own cancellation behaviour is restored") {
    for (bool throws : {true, false}) {
        for (bool fails : {true, false}) {
            auto seen = std::make_shared<counters>();
            auto items = make_items(seen, 5, 1);
            items[2].fails = fails;
            auto result = run(check_restored(std::move(items), throws));
            CHECK(result.what() == (fails ? "item 2" : ""));
        }
    }
}

TEST_CASE("for_each: an event loop destroyed in the middle leaks nothing") {
    auto seen = std::make_shared<counters>();
    {
        auto result = std::make_shared<outcome>();
        asio::io_context context;
        asio::co_spawn(context,
                       keep(for_each(make_items(seen, 50, -1), concurrency(8), work), result),
                       [](std::exception_ptr) {});
        context.poll();
        CHECK(seen->running == 8);
        CHECK_FALSE(result->returned);
    }
    CHECK(seen->running == 0);
    CHECK(seen.use_count() == 1);
}
