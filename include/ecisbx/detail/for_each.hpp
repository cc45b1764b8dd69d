// The part of for_each that does not depend on the types of items and work.
#ifndef ECISBX_DETAIL_FOR_EACH_HPP
#define ECISBX_DETAIL_FOR_EACH_HPP

#include <ecisbx/export.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

namespace ecisbx::detail {

/// Belongs to one call of for_each. After `next_slot` was awaited once, `finish` must be awaited
/// before the object ends.
class ECISBX_API for_each_state {
public:
    /// Throws `invalid_argument` for a limit of 0.
    for_each_state(std::size_t items, std::size_t limit, bool collect,
                   std::function<void(std::size_t, std::size_t)> progress);
    for_each_state(const for_each_state&) = delete;
    for_each_state& operator=(const for_each_state&) = delete;
    ~for_each_state();

    /// Waits until another item may start. False: no more items, because of an error or because
    /// the caller was cancelled.
    boost::asio::awaitable<bool> next_slot();
    /// Starts the work of an item. Precondition: `next_slot` has just given true.
    void spawn(std::size_t index, boost::asio::awaitable<void> work);
    /// The item's work could not even be made.
    void fail(std::size_t index, std::exception_ptr why);
    /// Waits for all that were started; gives the collected errors or throws the first one.
    boost::asio::awaitable<std::vector<std::exception_ptr>> finish();

private:
    class ECISBX_INTERNAL impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace ecisbx::detail

#endif
