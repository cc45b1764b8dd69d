#include "net/wait_list.hpp"

#include "net/wait.hpp"

#include <boost/asio/this_coro.hpp>

#include <exception>

namespace ecisbx::net {

namespace asio = boost::asio;

// Lives in the waiter's frame; leaves the queue by itself, also when the frame is destroyed.
struct wait_list::place {
    place(wait_list& in, const asio::any_io_executor& executor)
        : list(in), bell(executor), at(in.places_.insert(in.places_.end(), this)) {}
    ~place() { leave(); }
    place(const place&) = delete;
    place& operator=(const place&) = delete;

    void leave() {
        if (queued) list.places_.erase(at);
        queued = false;
    }
    void wake() {
        leave();
        bell.notify_one();
    }

    wait_list& list;
    notifier bell;
    std::list<place*>::iterator at;
    bool queued = true;
};

asio::awaitable<void> wait_list::wait(core::deadline until) {
    const auto executor = co_await asio::this_coro::executor;
    place mine(*this, executor);
    while (mine.queued) {
        std::exception_ptr failure;
        try {
            co_await mine.bell.wait(until);
        } catch (...) {
            failure = std::current_exception();
        }
        if (mine.queued && failure) std::rethrow_exception(failure);
    }
}

bool wait_list::wake_one() {
    if (places_.empty()) return false;
    places_.front()->wake();
    return true;
}

void wait_list::wake_all() {
    while (wake_one()) {}
}

}  // namespace ecisbx::net
