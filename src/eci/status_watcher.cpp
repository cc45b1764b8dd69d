#include "eci/status_watcher.hpp"

#include "core/observation.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace ecisbx::eci {
namespace {

namespace asio = boost::asio;

/// A service that is away comes back; a key that is refused stays so.
bool may_pass(const boost::system::error_code& code) {
    for (errc condition :
         {errc::connection, errc::timeout, errc::throttled, errc::unavailable, errc::canceled})
        if (code == condition) return true;
    return false;
}

}  // namespace

struct status_watcher::waiter {
    waiter(status_goal& g) : goal(&g) {}
    status_goal* goal;
    net::wait_list woken;
    bool over = false;
    status_outcome outcome;
    std::exception_ptr failure;
};

/// A waiter's entry, as long as it waits.
class status_watcher::place {
public:
    place(status_watcher& w, const std::string& id, waiter& one)
        : watcher_(w), at_(w.waiters_.emplace(id, &one)), waiter_(one) {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
        if (!waiter_.over) watcher_.plan_.remove(at_->first);
        watcher_.waiters_.erase(at_);
        if (watcher_.plan_.empty()) watcher_.stop();
    }

private:
    status_watcher& watcher_;
    std::multimap<std::string, waiter*>::iterator at_;
    waiter& waiter_;
};

status_watcher::status_watcher(asio::any_io_executor executor, caller& calls)
    : executor_(std::move(executor)),
      calls_(calls),
      random_(core::system_random()),
      timer_(executor_) {}

asio::awaitable<status_outcome> status_watcher::wait(std::shared_ptr<void> owner, std::string id,
                                                     std::optional<status_plan::time_point> created,
                                                     status_goal& goal, core::deadline until) {
    waiter mine(goal);
    place here(*this, id, mine);
    plan_.add(id, created, core::clock::now());
    start(std::move(owner));
    bool late = false;
    while (!mine.over && !late) {
        try {
            co_await mine.woken.wait(until);
        } catch (const error& e) {
            if (e.code() != errc::timeout) throw;
            late = true;
        }
    }
    if (mine.failure) std::rethrow_exception(mine.failure);
    if (!mine.over) mine.outcome.trouble = trouble_;
    co_return std::move(mine.outcome);
}

void status_watcher::start(std::shared_ptr<void> owner) {
    if (running_) {
        timer_.cancel();  // it may be resting for longer than the new one should wait
        return;
    }
    running_ = true;
    auto ended = [this, owner](std::exception_ptr) {
        running_ = false;
        if (!plan_.empty()) start(owner);  // somebody came while it was being stopped
    };
    asio::co_spawn(executor_, watch(), asio::bind_cancellation_slot(cancel_.slot(), ended));
}

void status_watcher::stop() {
    if (running_) cancel_.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> status_watcher::watch() {
    co_await asio::post(executor_, asio::use_awaitable);  // who comes in the same moment takes part
    while (!plan_.empty()) {
        co_await rest();
        if (!plan_.empty()) co_await round();
    }
}

// Ends early when somebody new comes; then the plan says how long is left.
asio::awaitable<void> status_watcher::rest() {
    double spread = 0.75 + random_() / 2;  // many clients must not call in step
    for (;;) {
        auto pause = plan_.pause(core::clock::now());
        if (pause <= core::clock::duration::zero()) co_return;
        timer_.expires_after(
            std::chrono::duration_cast<core::clock::duration>(pause * std::min(spread, 1.0)));
        boost::system::error_code woken;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (!woken || plan_.empty()) co_return;
    }
}

asio::awaitable<void> status_watcher::round() {
    status_ask ask = plan_.begin(core::clock::now());
    for (;;) {
        auto page = co_await ask_once(ask);
        if (!page) {
            plan_.failed(core::clock::now());
            co_return;
        }
        std::vector<std::string> seen;
        for (const auto& group : page->groups) seen.push_back(group.id);
        auto verdict = plan_.answered(seen, page->next_token, core::clock::now());
        deliver(*page);
        for (const auto& id : verdict.absent) {
            auto [from, to] = waiters_.equal_range(id);
            for (; from != to; ++from) finish(id, *from->second, status_outcome::kind::absent);
        }
        if (!verdict.next || plan_.empty()) co_return;
        ask = std::move(*verdict.next);
    }
}

/// Nothing when the call failed.
asio::awaitable<std::optional<status_page>> status_watcher::ask_once(status_ask ask) {
    events::status_round told;
    told.waiters = plan_.waiters();
    told.sandboxes = ask.ids.empty() ? plan_.groups() : ask.ids.size();
    auto began = core::clock::now();
    std::optional<status_page> page;
    std::exception_ptr lasting;
    try {
        auto answer = co_await calls_.call("DescribeContainerGroupStatus", status_parameters(ask),
                                           repeating::harmless, core::deadline::never());
        page = answer.parsed(parse_status_page);
        trouble_.clear();
    } catch (const error& e) {
        trouble_ = e.what();
        told.failure = core::failure_in(e.code());
        if (!may_pass(e.code())) lasting = std::current_exception();
    }
    if (auto observed = calls_.observed()) {
        told.elapsed = core::since(began);
        observed.tell(&observer::on_status_round, told);
    }
    if (lasting) fail_all(lasting);
    co_return page;
}

void status_watcher::deliver(const status_page& page) {
    for (const auto& group : page.groups) {
        auto [from, to] = waiters_.equal_range(group.id);
        for (; from != to; ++from) {
            auto& one = *from->second;
            if (one.over) continue;
            one.outcome.last = group;
            if (one.goal->reached(group)) finish(group.id, one, status_outcome::kind::reached);
        }
    }
}

void status_watcher::finish(const std::string& id, waiter& one, status_outcome::kind how) {
    if (one.over) return;
    one.over = true;
    plan_.remove(id);  // at once: who has what it wants needs no more calls
    one.outcome.how = how;
    one.woken.wake_one();
}

void status_watcher::fail_all(std::exception_ptr why) {
    for (auto& [id, one] : waiters_) {
        if (one->over) continue;
        one->failure = why;
        finish(id, *one, status_outcome::kind::late);
    }
}

}  // namespace ecisbx::eci
