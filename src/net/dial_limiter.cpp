#include "net/dial_limiter.hpp"

#include <ecisbx/error.hpp>

#include <exception>
#include <utility>

namespace ecisbx::net {

namespace asio = boost::asio;
using core::clock;

dial_permit::dial_permit(std::shared_ptr<dial_limiter> from) noexcept : from_(std::move(from)) {}

dial_permit::dial_permit(dial_permit&&) noexcept = default;

// Also runs while an io_context is destroyed, so it starts nothing: whenever somebody waits for a
// slot that rests, the timer is armed already.
dial_permit::~dial_permit() {
    if (!from_) return;
    from_->slots_.gave_up();
    from_->wake_those_who_may();
}

void dial_permit::succeeded() {
    const auto limiter = std::exchange(from_, nullptr);
    if (!limiter) return;
    limiter->slots_.succeeded();
    limiter->last_failure_.clear();
    limiter->settle();
}

void dial_permit::failed(std::string why) {
    const auto limiter = std::exchange(from_, nullptr);
    if (!limiter) return;
    limiter->slots_.failed(clock::now());
    limiter->last_failure_ = std::move(why);
    limiter->settle();
}

dial_limiter::dial_limiter(asio::any_io_executor executor, std::size_t most,
                           core::random_source random)
    : slots_(most, std::move(random)), timer_(executor) {}

asio::awaitable<dial_permit> dial_limiter::enter(std::shared_ptr<dial_limiter> self,
                                                 core::deadline until) {
    if (self->slots_.ask(self->queue_.size(), clock::now())) co_return dial_permit(self);
    self->arm_timer();
    bool too_long = false;
    std::exception_ptr failure;
    try {
        co_await self->queue_.wait(until);
    } catch (const boost::system::system_error& e) {
        too_long = e.code() == errc::timeout;
        failure = std::current_exception();
    }
    if (failure) self->settle();
    if (too_long) self->throw_waited_too_long();
    if (failure) std::rethrow_exception(failure);
    co_return dial_permit(self);
}

void dial_limiter::wake_those_who_may() {
    const auto now = clock::now();
    while (queue_.size() > 0 && slots_.take(now)) queue_.wake_one();
}

void dial_limiter::settle() {
    wake_those_who_may();
    if (queue_.size() > 0)
        arm_timer();
    else
        timer_.cancel();
}

void dial_limiter::arm_timer() {
    const auto next = slots_.next_rested();
    if (!next) return;
    timer_.expires_at(*next);
    timer_.async_wait([self = weak_from_this()](const boost::system::error_code& stopped) {
        const auto alive = self.lock();
        if (!stopped && alive) alive->settle();
    });
}

void dial_limiter::throw_waited_too_long() const {
    std::string text = "no dial slot came free before the deadline: at most " +
                       std::to_string(slots_.most()) +
                       " connections are made at once (max_dials), and others wait too";
    if (!last_failure_.empty()) text += "; the last attempt to connect failed: " + last_failure_;
    throw error(errc::timeout, std::move(text));
}

}  // namespace ecisbx::net
