// A queue of coroutines, woken one by one in the order they came.
#ifndef ECISBX_NET_WAIT_LIST_HPP
#define ECISBX_NET_WAIT_LIST_HPP

#include "core/deadline.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <list>

namespace ecisbx::net {

/// A wake is handed to exactly one waiter and never lost: a waiter that is woken returns normally
/// even if its deadline or a cancellation came at the same moment, and owns what the wake meant.
/// Single-threaded; must outlive its waiters' suspension (keep it in shared state).
class wait_list {
public:
    /// Returns when woken. Throws `timeout` or `canceled`, and is out of the queue then.
    boost::asio::awaitable<void> wait(core::deadline until);
    /// Wakes the first; false when nobody waits.
    bool wake_one();
    void wake_all();
    std::size_t size() const { return places_.size(); }

private:
    struct place;
    std::list<place*> places_;
};

}  // namespace ecisbx::net

#endif
