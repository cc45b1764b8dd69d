#include "net/wait_list.hpp"

#include "unit/net/harness.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <vector>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> wait_and_note(net::wait_list* in, int number, std::vector<int>* order,
                                    core::deadline until) {
    co_await in->wait(until);
    order->push_back(number);
}

asio::awaitable<void> turn_of_the_loop() {
    co_await asio::post(asio::use_awaitable);
}

}  // namespace

TEST_CASE("wait_list: first come, first woken, one at a time") {
    harness h;
    net::wait_list list;
    std::vector<int> order;
    CHECK_FALSE(list.wake_one());
    for (int i = 0; i < 4; ++i) h.spawn(wait_and_note(&list, i, &order, soon()));
    h.ctx.poll();
    CHECK(list.size() == 4);
    CHECK(list.wake_one());
    CHECK(list.size() == 3);
    h.ctx.poll();
    CHECK(order == std::vector<int>{0});
    list.wake_all();
    h.run();
    CHECK(order == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("wait_list: who gives up is out of the queue") {
    harness h;
    net::wait_list list;
    std::vector<int> order;
    h.spawn(wait_and_note(&list, 1, &order, core::deadline::after(5ms)));
    CHECK_THROWS_AS(h.run(), error);
    CHECK(list.size() == 0);
    CHECK(order.empty());
}

TEST_CASE("wait_list: a wake beats a cancellation of the same moment") {
    asio::io_context ctx;
    net::wait_list list;
    std::vector<int> order;
    asio::cancellation_signal stop;
    asio::co_spawn(ctx, wait_and_note(&list, 1, &order, soon()),
                   asio::bind_cancellation_slot(stop.slot(), [](const std::exception_ptr&) {}));
    ctx.poll();
    REQUIRE(list.size() == 1);
    CHECK(list.wake_one());
    stop.emit(asio::cancellation_type::terminal);
    ctx.run();
    CHECK(order == std::vector<int>{1});
}

TEST_CASE("wait_list: a cancelled waiter leaves its place to the next") {
    asio::io_context ctx;
    net::wait_list list;
    std::vector<int> order;
    asio::cancellation_signal stop;
    auto ignore = [](const std::exception_ptr&) {};
    asio::co_spawn(ctx, wait_and_note(&list, 1, &order, soon()),
                   asio::bind_cancellation_slot(stop.slot(), ignore));
    asio::co_spawn(ctx, wait_and_note(&list, 2, &order, soon()), ignore);
    ctx.poll();
    stop.emit(asio::cancellation_type::terminal);
    CHECK(list.wake_one());  // the first is still queued, but is on its way out
    ctx.poll();
    if (order == std::vector<int>{1}) list.wake_one();
    ctx.run();
    CHECK(order.back() == 2);
    CHECK(list.size() == 0);
}

TEST_CASE("wait_list: a frame that is destroyed while it waits leaves the queue") {
    net::wait_list list;
    std::vector<int> order;
    {
        asio::io_context ctx;
        asio::co_spawn(ctx, wait_and_note(&list, 1, &order, soon()), asio::detached);
        asio::co_spawn(ctx, turn_of_the_loop(), asio::detached);
        ctx.poll();
        CHECK(list.size() == 1);
    }
    CHECK(list.size() == 0);
    CHECK_FALSE(list.wake_one());
}

}  // namespace ecisbx::test
