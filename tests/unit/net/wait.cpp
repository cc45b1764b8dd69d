#include "net/wait.hpp"

#include "unit/net/harness.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <deque>
#include <memory>
#include <vector>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> wait_and_note(net::notifier* on, int name, std::vector<int>* order) {
    co_await on->wait(soon());
    order->push_back(name);
}

asio::awaitable<void> wait_for(net::notifier* on, core::deadline until) {
    co_await on->wait(until);
}

asio::awaitable<void> check_after_cancel(asio::cancellation_signal* own) {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await net::check_cancelled();
    own->emit(asio::cancellation_type::terminal);
    co_await net::check_cancelled();
}

}  // namespace

TEST_CASE("sleep: lasts as long as asked") {
    harness h;
    auto begin = core::clock::now();
    h.run(net::sleep_for(20ms, core::deadline::never()));
    CHECK(core::clock::now() - begin >= 20ms);
    h.run(net::sleep_for(0ms, core::deadline::never()));
    h.run(net::sleep_for(-1s, soon()));
}

TEST_CASE("sleep: a deadline that comes first ends it with timeout") {
    harness h;
    auto begin = core::clock::now();
    auto op = error_of(net::sleep_for(1h, core::deadline::after(10ms)));
    error_info info;
    asio::co_spawn(h.ctx, std::move(op), [&](std::exception_ptr e, error_info i) {
        CHECK_FALSE(e);
        info = std::move(i);
    });
    h.ctx.run();
    CHECK(info.code == errc::timeout);
    CHECK(core::clock::now() - begin < 10s);
}

TEST_CASE("sleep: a cancel ends it") {
    harness h;
    cancellable c;
    c.start(h.ctx, net::sleep_for(1h, core::deadline::never()));
    h.ctx.poll();
    CHECK_FALSE(c.ended);
    c.cancel();
    h.ctx.run();
    CHECK(c.ended);
    CHECK(c.failure.code == errc::canceled);
}

TEST_CASE("check_cancelled: throws only after a cancel") {
    harness h;
    cancellable c;
    c.start(h.ctx, check_after_cancel(&c.signal));
    h.ctx.run();
    CHECK(c.failure.code == errc::canceled);
    CHECK(c.failure.message == "cancelled by the caller");
}

TEST_CASE("notifier: notify_one wakes one, the one that waited longest") {
    harness h;
    net::notifier bell(h.ctx.get_executor());
    std::vector<int> order;
    for (int i = 0; i < 4; ++i) h.spawn(wait_and_note(&bell, i, &order));
    h.ctx.poll();
    CHECK(order.empty());
    bell.notify_one();
    h.ctx.restart();
    h.ctx.poll();
    CHECK(order == std::vector<int>{0});
    bell.notify_one();
    bell.notify_one();
    h.ctx.poll();
    CHECK(order == std::vector<int>{0, 1, 2});
    bell.notify_all();
    h.run();
    CHECK(order == std::vector<int>{0, 1, 2, 3});
    bell.notify_one();  // nobody there: lost
    bell.notify_all();
    h.spawn(wait_and_note(&bell, 9, &order));
    h.ctx.restart();
    h.ctx.poll();
    CHECK(order.size() == 4);
    bell.notify_all();
    h.run();
    CHECK(order.back() == 9);
}

TEST_CASE("notifier: each waiter has its own deadline") {
    harness h;
    net::notifier bell(h.ctx.get_executor());
    std::vector<int> order;
    cancellable brief, expired;
    h.spawn(wait_and_note(&bell, 1, &order));
    brief.start(h.ctx, wait_for(&bell, core::deadline::after(10ms)));
    expired.start(h.ctx, wait_for(&bell, core::deadline::after(-1ms)));
    while (!brief.ended || !expired.ended) h.ctx.run_one();
    CHECK(brief.failure.code == errc::timeout);
    CHECK(expired.failure.code == errc::timeout);
    CHECK(order.empty());
    bell.notify_one();
    h.run();
    CHECK(order == std::vector<int>{1});
}

TEST_CASE("notifier: a notification that meets a cancel goes to the next waiter") {
    for (bool cancel_first : {true, false}) {
        CAPTURE(cancel_first);
        harness h;
        net::notifier bell(h.ctx.get_executor());
        std::vector<int> order;
        cancellable c;
        c.start(h.ctx, wait_for(&bell, soon()));
        h.ctx.poll();
        h.spawn(wait_and_note(&bell, 1, &order));
        h.ctx.restart();
        h.ctx.poll();
        // Within a handler, where a cancel takes effect at once.
        asio::post(h.ctx, [&] {
            if (cancel_first) c.cancel();
            bell.notify_one();
            if (!cancel_first) c.cancel();
        });
        h.run();
        CHECK(c.failure.code == errc::canceled);
        CHECK(order == std::vector<int>{1});
    }
}

TEST_CASE("notifier: waiters that are destroyed with their context leave it in order") {
    auto ctx = std::make_unique<asio::io_context>();
    net::notifier bell(ctx->get_executor());
    asio::co_spawn(*ctx, wait_for(&bell, soon()), [](std::exception_ptr) {});
    ctx->poll();
    ctx.reset();
    bell.notify_all();
}

}  // namespace ecisbx::test
