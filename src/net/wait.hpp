// The waits everything else is made of: sleeping, a queue place, a lock. Each honours a deadline
// and cancellation, and throws `ecisbx::error` (`timeout`, `canceled`).
//
// A coroutine that is cancelled already when it awaits an `awaitable` is stopped by Asio itself,
// with a plain `system_error` of `operation_aborted`, before anything here runs. Both compare equal
// to `errc::canceled`: where cancellation is caught, catch `boost::system::system_error`.
#ifndef ECISBX_NET_WAIT_HPP
#define ECISBX_NET_WAIT_HPP

#include "core/deadline.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

namespace ecisbx::net {

/// Throws `canceled` if the coroutine whose state this is was cancelled.
void throw_if_cancelled(const boost::asio::cancellation_state& caller);

/// Throws `canceled` if the calling coroutine was cancelled while its last await succeeded.
boost::asio::awaitable<void> check_cancelled();

/// Sleeps for `length`. A deadline that comes first ends it there with `timeout`.
boost::asio::awaitable<void> sleep_for(core::deadline::duration length, core::deadline until);

/// Wakes any number of waiters: level-free, a waiter checks its own condition after each wake.
/// Single-threaded; must outlive its waiters' suspension (keep it in shared state).
///
/// A notification without a waiter is lost: change the condition, then notify, and wait only while
/// the condition does not hold. One that reaches a waiter which is cancelled in the same moment is
/// handed to the next waiter, so `notify_one` after each unit of work loses none.
class notifier {
public:
    explicit notifier(const boost::asio::any_io_executor& executor);
    notifier(const notifier&) = delete;
    notifier& operator=(const notifier&) = delete;

    /// Wakes the one that has waited longest.
    void notify_one();
    void notify_all();
    /// Returns at the next notification.
    boost::asio::awaitable<void> wait(core::deadline until);

private:
    struct waiter : boost::intrusive::list_base_hook<
                        boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
        explicit waiter(const boost::asio::any_io_executor& executor) : timer(executor) {}
        boost::asio::steady_timer timer;
        bool notified = false;
    };

    boost::asio::any_io_executor executor_;
    boost::intrusive::list<waiter, boost::intrusive::constant_time_size<false>> waiters_;
};

}  // namespace ecisbx::net

#endif
