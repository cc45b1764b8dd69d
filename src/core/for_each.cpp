#include <ecisbx/detail/for_each.hpp>
#include <ecisbx/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace ecisbx::detail {

namespace asio = boost::asio;

/// Shared with the completion handlers of the children. Only the caller's coroutine starts and
/// cancels children; a handler only notes how its child ended and wakes the caller, so that no
/// child is cancelled, or its place taken again, while it is still on the stack.
class for_each_state::impl : public std::enable_shared_from_this<impl> {
public:
    impl(std::size_t items, std::size_t limit, bool collect,
         std::function<void(std::size_t, std::size_t)> progress)
        : items_(items), limit_(limit), collect_(collect), progress_(std::move(progress)) {}

    asio::awaitable<void> prepare();
    asio::awaitable<void> look_around();
    asio::awaitable<void> wait_for_change();
    asio::awaitable<void> restore();

    bool prepared() const { return wake_.has_value(); }
    bool stopping() const { return stopping_; }
    bool has_room() const { return running_ < limit_; }
    bool idle() const { return running_ == 0; }

    void spawn(std::size_t index, asio::awaitable<void> work);
    void note_end(std::size_t index, std::exception_ptr why);
    std::vector<std::exception_ptr> outcome();

private:
    struct place {
        asio::cancellation_signal cancel;
        bool taken = false;
    };
    std::size_t take_place();
    void leave_place(std::size_t at);
    void stop();

    std::size_t items_, limit_;
    bool collect_;
    std::function<void(std::size_t, std::size_t)> progress_;

    std::optional<asio::steady_timer> wake_;  // never expires; cancelled to wake the caller
    bool caller_throws_ = true;               // the caller's throw_if_cancelled

    std::deque<place> places_;  // at most `limit_`; a deque because signals can not move
    std::vector<std::size_t> free_;
    std::size_t running_ = 0, done_ = 0;
    bool stopping_ = false, cancelled_ = false;
    std::exception_ptr first_;
    std::vector<std::pair<std::size_t, std::exception_ptr>> errors_;
};

/// From here to `restore`, a cancellation of the caller only wakes it: it has to await its
/// children before it may throw.
asio::awaitable<void> for_each_state::impl::prepare() {
    auto executor = co_await asio::this_coro::executor;
    caller_throws_ = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    wake_.emplace(executor, asio::steady_timer::time_point::max());
}

asio::awaitable<void> for_each_state::impl::restore() {
    co_await asio::this_coro::throw_if_cancelled(caller_throws_);
}

asio::awaitable<void> for_each_state::impl::look_around() {
    auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) cancelled_ = true;
    if (!stopping_ && (cancelled_ || (first_ && !collect_))) stop();
}

asio::awaitable<void> for_each_state::impl::wait_for_change() {
    boost::system::error_code ignored;  // always operation_aborted
    co_await wake_->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void for_each_state::impl::stop() {
    stopping_ = true;
    for (auto& p : places_)
        if (p.taken) p.cancel.emit(asio::cancellation_type::terminal);
}

std::size_t for_each_state::impl::take_place() {
    if (free_.empty()) {
        free_.push_back(places_.size());
        places_.emplace_back();
    }
    auto at = free_.back();
    free_.pop_back();
    places_[at].taken = true;
    ++running_;
    return at;
}

void for_each_state::impl::leave_place(std::size_t at) {
    places_[at].taken = false;
    free_.push_back(at);
    --running_;
}

void for_each_state::impl::spawn(std::size_t index, asio::awaitable<void> work) {
    auto at = take_place();
    auto on_end = [self = shared_from_this(), at, index](std::exception_ptr why) {
        self->leave_place(at);
        self->note_end(index, std::move(why));
        self->wake_->cancel();
    };
    try {
        asio::co_spawn(wake_->get_executor(), std::move(work),
                       asio::bind_cancellation_slot(places_[at].cancel.slot(), std::move(on_end)));
    } catch (...) {
        leave_place(at);
        throw;
    }
}

void for_each_state::impl::note_end(std::size_t index, std::exception_ptr why) {
    ++done_;
    try {
        if (progress_) progress_(done_, items_);
    } catch (...) {
        if (!why) why = std::current_exception();
    }
    if (!why) return;
    // What the others say once they are being cancelled is no news.
    if (!first_ && !stopping_) first_ = why;
    if (collect_) errors_.emplace_back(index, std::move(why));
}

std::vector<std::exception_ptr> for_each_state::impl::outcome() {
    if (first_ && !collect_) std::rethrow_exception(first_);
    if (cancelled_) throw error(errc::canceled, "for_each was cancelled");
    std::sort(errors_.begin(), errors_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::exception_ptr> result;
    result.reserve(errors_.size());
    for (auto& e : errors_) result.push_back(std::move(e.second));
    return result;
}

for_each_state::for_each_state(std::size_t items, std::size_t limit, bool collect,
                               std::function<void(std::size_t, std::size_t)> progress)
    : impl_(std::make_shared<impl>(items, limit, collect, std::move(progress))) {
    if (limit == 0) throw error(errc::invalid_argument, "for_each needs a limit of at least 1");
}

for_each_state::~for_each_state() = default;

asio::awaitable<bool> for_each_state::next_slot() {
    if (!impl_->prepared()) co_await impl_->prepare();
    while (true) {
        co_await impl_->look_around();
        if (impl_->stopping()) co_return false;
        if (impl_->has_room()) co_return true;
        co_await impl_->wait_for_change();
    }
}

void for_each_state::spawn(std::size_t index, asio::awaitable<void> work) {
    impl_->spawn(index, std::move(work));
}

void for_each_state::fail(std::size_t index, std::exception_ptr why) {
    impl_->note_end(index, std::move(why));
}

asio::awaitable<std::vector<std::exception_ptr>> for_each_state::finish() {
    if (!impl_->prepared()) co_await impl_->prepare();
    while (true) {
        co_await impl_->look_around();
        if (impl_->idle()) break;
        co_await impl_->wait_for_change();
    }
    co_await impl_->restore();
    co_return impl_->outcome();
}

}  // namespace ecisbx::detail
