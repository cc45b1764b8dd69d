/// @file
/// for_each: one coroutine per item, a bounded number at a time.
#ifndef ECISBX_FOR_EACH_HPP
#define ECISBX_FOR_EACH_HPP

#include <ecisbx/detail/for_each.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <utility>
#include <vector>

namespace ecisbx {

/// How many coroutines `for_each` keeps going, and what it does with their errors.
class concurrency {
public:
    /// `limit`: at least 1.
    explicit concurrency(std::size_t limit) : limit_(limit) {}
    /// Let the others go on after an error; the errors are returned. Default: the first error
    /// cancels the rest and is rethrown.
    concurrency& collect_errors() & { return collect_ = true, *this; }
    concurrency&& collect_errors() && { return std::move(collect_errors()); }
    /// Called on the executor after each item with (items done, items in all).
    concurrency& progress(std::function<void(std::size_t, std::size_t)> f) & {
        return progress_ = std::move(f), *this;
    }
    concurrency&& progress(std::function<void(std::size_t, std::size_t)> f) && {
        return std::move(progress(std::move(f)));
    }
    std::size_t limit() const noexcept { return limit_; }
    bool collects() const noexcept { return collect_; }
    const std::function<void(std::size_t, std::size_t)>& progress() const noexcept {
        return progress_;
    }

private:
    std::size_t limit_;
    bool collect_ = false;
    std::function<void(std::size_t, std::size_t)> progress_;
};

/// Awaits `work(item)` for each item, at most `how.limit()` at a time, and returns when all have
/// ended. `work` takes an item by value and returns `awaitable<void>`; it must not capture
/// (GCC 12 destroys captures of coroutine lambdas early): pass what it needs in the items.
///
/// Result: the errors in the order of their items with `collect_errors()`, else empty.
/// Errors: the first one thrown, unless collected; `invalid_argument` for a limit of 0. After the
/// first one no item is started, and those that run are cancelled and awaited.
/// Cancellation: terminal; all running items are cancelled and awaited, then it throws `canceled`,
/// also with `collect_errors()`.
/// Thread safety: everything runs on the caller's executor.
template <class Item, class Work>
boost::asio::awaitable<std::vector<std::exception_ptr>> for_each(std::vector<Item> items,
                                                                 concurrency how, Work work) {
    detail::for_each_state state(items.size(), how.limit(), how.collects(), how.progress());
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!co_await state.next_slot()) break;
        try {
            state.spawn(i, work(std::move(items[i])));
        } catch (...) {
            state.fail(i, std::current_exception());
        }
    }
    co_return co_await state.finish();
}

}  // namespace ecisbx

#endif
