// What the tests of for_each share: work that counts, and a call carried out to its end.
#ifndef ECISBX_TESTS_UNIT_CORE_FOR_EACH_ITEMS_HPP
#define ECISBX_TESTS_UNIT_CORE_FOR_EACH_ITEMS_HPP

#include <ecisbx/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ecisbx::testing {

namespace asio = boost::asio;
using asio::awaitable;
using errors = std::vector<std::exception_ptr>;

/// What the work of one test sees and counts.
struct counters {
    int running = 0, most = 0, started = 0, ended = 0, cancelled = 0;
    asio::cancellation_signal* stop = nullptr;
    int stop_at = -1;  // when so many have started
};

struct item {
    std::shared_ptr<counters> seen;
    int id = 0;
    int steps = 0;  // turns of the event loop; -1: for ever
    bool fails = false;
};

/// Counts one piece of work as long as it lives, however it ends.
class presence {
public:
    explicit presence(std::shared_ptr<counters> seen) : seen_(std::move(seen)) {
        ++seen_->started;
        seen_->most = std::max(seen_->most, ++seen_->running);
    }
    presence(const presence&) = delete;
    presence& operator=(const presence&) = delete;
    ~presence() {
        --seen_->running;
        ++seen_->ended;
    }

private:
    std::shared_ptr<counters> seen_;
};

inline awaitable<void> turns(int count) {
    for (; count > 0; --count) co_await asio::post(asio::use_awaitable);
}

inline awaitable<void> for_ever(std::shared_ptr<counters> seen) {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    try {
        co_await timer.async_wait(asio::use_awaitable);
    } catch (const boost::system::system_error&) {
        ++seen->cancelled;
        throw;
    }
}

inline awaitable<void> work(item it) {
    presence here(it.seen);
    if (it.seen->started == it.seen->stop_at)
        it.seen->stop->emit(asio::cancellation_type::terminal);
    if (it.steps < 0) co_await for_ever(it.seen);
    if (it.steps > 0) co_await turns(it.steps);
    if (it.fails) throw std::runtime_error("item " + std::to_string(it.id));
}

inline std::vector<item> make_items(const std::shared_ptr<counters>& seen, int count, int steps) {
    std::vector<item> items;
    for (int i = 0; i < count; ++i) items.push_back({seen, i, steps, false});
    return items;
}

/// How a call of for_each ended.
struct outcome {
    bool returned = false;
    errors collected;
    std::exception_ptr thrown;
    std::string what() const {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const std::exception& e) {
            return e.what();
        }
        return "";
    }
    bool canceled() const {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& e) {
            return e.code() == errc::canceled;
        }
        return false;
    }
};

inline awaitable<void> keep(awaitable<errors> call, std::shared_ptr<outcome> into) {
    try {
        into->collected = co_await std::move(call);
    } catch (...) {
        into->thrown = std::current_exception();
    }
    into->returned = true;
}

inline outcome run(awaitable<errors> call, asio::cancellation_signal* stop = nullptr) {
    asio::io_context context;
    auto result = std::make_shared<outcome>();
    asio::cancellation_signal unused;
    asio::co_spawn(
        context, keep(std::move(call), result),
        asio::bind_cancellation_slot((stop ? *stop : unused).slot(), [](std::exception_ptr) {}));
    context.run();
    CHECK(result->returned);
    return *result;
}

inline std::string text_of(const std::exception_ptr& e) {
    outcome o;
    o.thrown = e;
    return o.what();
}

}  // namespace ecisbx::testing

#endif
