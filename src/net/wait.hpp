// The waits everything else is made of: sleeping, a queue place, a lock. Each honours a deadline
// and cancellation, and throws `ecisbx::error` (`timeout`, `canceled`).
#ifndef ECISBX_NET_WAIT_HPP
#define ECISBX_NET_WAIT_HPP

#include "core/deadline.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace ecisbx::net {

/// Throws `canceled` if the calling coroutine was cancelled while its last await succeeded.
boost::asio::awaitable<void> check_cancelled();

/// Sleeps for `length`. A deadline that comes first ends it there with `timeout`.
boost::asio::awaitable<void> sleep_for(core::deadline::duration length, core::deadline until);

/// Wakes any number of waiters: level-free, a waiter checks its own condition after each wake.
/// Single-threaded; must outlive its waiters' suspension (keep it in shared state).
class notifier {
public:
    explicit notifier(const boost::asio::any_io_executor& executor);
    void notify_one();
    void notify_all();
    /// Returns at the next notification.
    boost::asio::awaitable<void> wait(core::deadline until);

private:
    boost::asio::steady_timer timer_;
};

}  // namespace ecisbx::net

#endif
