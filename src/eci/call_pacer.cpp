#include "eci/call_pacer.hpp"

#include <ecisbx/error.hpp>

#include "net/wait.hpp"
#include "proto/call_quota.hpp"
#include "proto/vendor_quotas.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <unordered_map>
#include <utility>

namespace ecisbx::eci {

namespace asio = boost::asio;
using proto::call_quota;

// One action: the decisions, those who wait for them, and the timer that asks for them.
struct call_pacer::lane : std::enable_shared_from_this<lane> {
    lane(const asio::any_io_executor& executor, std::optional<unsigned> per_minute)
        : quota(per_minute), timer(executor) {}

    /// Ends the waits that are over, and sets the timer for the next one.
    void settle();
    void set_timer();

    call_quota quota;
    asio::steady_timer timer;
    std::optional<time_point> set_for;
    std::unordered_map<call_quota::ticket, place*> places;
    call_quota::ticket last = 0;
};

// Lives in the waiter's frame. Its destructor starts nothing, since it also runs while an
// io_context is destroyed; when the first in the queue may go does not depend on who it is.
struct call_pacer::place {
    enum class state { waiting, granted, refused };

    place(std::shared_ptr<lane> l, std::string g, const asio::any_io_executor& executor)
        : in(std::move(l)), group(std::move(g)), bell(executor), number(++in->last) {
        in->places.emplace(number, this);
    }
    ~place() { leave(); }
    place(const place&) = delete;
    place& operator=(const place&) = delete;

    void leave() {
        if (in->places.erase(number) > 0) in->quota.leave(number, group);
    }
    void end(state how) {
        now = how;
        bell.notify_one();
    }

    std::shared_ptr<lane> in;
    std::string group;
    net::notifier bell;
    call_quota::ticket number;
    state now = state::waiting;
};

void call_pacer::lane::settle() {
    auto ended = quota.advance(core::clock::now());
    auto end = [this](call_quota::ticket number, place::state how) {
        if (auto found = places.extract(number)) found.mapped()->end(how);
    };
    for (auto number : ended.refused) end(number, place::state::refused);
    for (auto number : ended.granted) end(number, place::state::granted);
    set_timer();
}

void call_pacer::lane::set_timer() {
    auto next = quota.next_turn(core::clock::now());
    if (next == set_for) return;
    set_for = next;
    if (!next) {
        timer.cancel();
        return;
    }
    timer.expires_at(*next);
    timer.async_wait([self = weak_from_this()](const boost::system::error_code& failed) {
        auto alive = self.lock();
        if (failed || !alive) return;
        alive->set_for.reset();
        alive->settle();
    });
}

namespace {

error refusal(const std::string& action, const call_quota& quota) {
    error_info info(errc::throttled, "calls of " + action + " are limited to " +
                                         std::to_string(quota.per_minute()) +
                                         " a minute; its turn would come after the deadline");
    info.doing = action;
    info.attempts = 0;
    return error(std::move(info));
}

}  // namespace

call_pacer::call_pacer(asio::any_io_executor executor, const config& settings, bool on_loopback,
                       core::observation observed)
    : executor_(std::move(executor)), observed_(std::move(observed)), on_(settings.is_paced()) {
    if (!on_loopback)
        for (const auto& [action, per_minute] : proto::vendor_quotas)
            limits_.emplace(action, per_minute);
    for (const auto& [action, per_minute] : settings.quotas()) limits_[action] = per_minute;
}

call_pacer::~call_pacer() = default;

const std::shared_ptr<call_pacer::lane>& call_pacer::lane_of(std::string_view action) {
    auto at = lanes_.find(action);
    if (at != lanes_.end()) return at->second;
    std::optional<unsigned> per_minute;
    if (auto limit = limits_.find(action); limit != limits_.end()) per_minute = limit->second;
    return lanes_.emplace(action, std::make_shared<lane>(executor_, per_minute)).first->second;
}

bool call_pacer::pass(std::string_view action) {
    return !on_ || lane_of(action)->quota.take(core::clock::now());
}

asio::awaitable<void> call_pacer::turn(std::string action, std::string group_id,
                                       core::deadline until) {
    if (pass(action)) co_return;
    auto executor = co_await asio::this_coro::executor;
    auto in = lane_of(action);
    place mine(in, std::move(group_id), executor);
    auto now = core::clock::now();
    auto pause = in->quota.turn_of_next(mine.group, now) - now;
    if (!in->quota.join(mine.number, mine.group, until.at(), now)) throw refusal(action, in->quota);
    tell_pause(action, pause);
    in->settle();
    std::exception_ptr failure;
    while (mine.now == place::state::waiting && !failure) {
        try {
            co_await mine.bell.wait(core::deadline::never());
        } catch (...) {
            failure = std::current_exception();
        }
    }
    if (failure) {
        // A turn that came at the same moment goes to the next one.
        if (mine.now == place::state::granted) in->quota.give_back();
        mine.leave();
        in->settle();
        std::rethrow_exception(failure);
    }
    if (mine.now == place::state::refused) throw refusal(action, in->quota);
}

void call_pacer::tell_pause(const std::string& action, core::clock::duration pause) const {
    if (!observed_) return;
    events::throttle event;
    event.action = core::identifier(action);
    event.by = events::throttle::cause::client;
    event.pause = std::chrono::duration_cast<events::duration>(pause);
    observed_.tell(&observer::on_throttle, event);
}

void call_pacer::throttled(std::string_view action, time_point sent, core::clock::duration pause) {
    if (!on_) return;
    const auto& in = lane_of(action);
    in->quota.throttled(sent, pause, core::clock::now());
    in->settle();
}

void call_pacer::succeeded(std::string_view action) {
    if (!on_) return;
    const auto& in = lane_of(action);
    if (in->quota.unlimited()) return;
    in->quota.succeeded();
    if (in->quota.queued() > 0) in->settle();
}

}  // namespace ecisbx::eci
