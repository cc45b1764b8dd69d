#include "net/wait.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace ecisbx::net {
namespace asio = boost::asio;

void throw_if_cancelled(const asio::cancellation_state& caller) {
    if (caller.cancelled() != asio::cancellation_type::none)
        throw error(errc::canceled, "cancelled by the caller");
}

asio::awaitable<void> check_cancelled() {
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
}

asio::awaitable<void> sleep_for(core::deadline::duration length, core::deadline until) {
    auto state = co_await asio::this_coro::cancellation_state;
    throw_if_cancelled(state);
    auto wake = core::deadline::after(length);
    bool too_long = until < wake;
    asio::steady_timer timer(co_await asio::this_coro::executor, wake.sooner(until).at());
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    throw_if_cancelled(state);
    if (too_long) throw error(errc::timeout, "the deadline passed");
}

notifier::notifier(const asio::any_io_executor& executor) : executor_(executor) {}

void notifier::notify_one() {
    if (waiters_.empty()) return;
    waiter& first = waiters_.front();
    waiters_.pop_front();
    first.notified = true;
    first.timer.cancel();
}

void notifier::notify_all() {
    while (!waiters_.empty()) notify_one();
}

asio::awaitable<void> notifier::wait(core::deadline until) {
    auto state = co_await asio::this_coro::cancellation_state;
    throw_if_cancelled(state);
    waiter self(executor_);
    self.timer.expires_at(until.at());
    waiters_.push_back(self);
    boost::system::error_code ignored;
    co_await self.timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (self.notified && state.cancelled() != asio::cancellation_type::none) notify_one();
    throw_if_cancelled(state);
    if (!self.notified) throw error(errc::timeout, "the deadline passed");
}

}  // namespace ecisbx::net
