#include "eci/credentials/refreshing_source.hpp"

#include <ecisbx/error.hpp>

#include "eci/credentials/refresh_plan.hpp"
#include "net/wait.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace ecisbx::eci {

namespace asio = boost::asio;
using advice = refresh_plan::advice;

namespace {

/// What callers get to see; the cause stays where it was one of the network.
error_info refusal_of(const std::string& source, const error_info& why) {
    const char* gap = why.message.starts_with('\n') ? ":" : ": ";
    error_info info(errc::unauthenticated, "none from " + source + gap + why.message);
    info.doing = "credentials";
    info.cause = why.cause;
    info.service_code = why.service_code;
    info.request_id = why.request_id;
    info.http_status = why.http_status;
    return info;
}

bool are_equal(const credentials& a, const credentials& b) {
    return a.access_key_id() == b.access_key_id() &&
           a.access_key_secret() == b.access_key_secret() &&
           a.security_token() == b.security_token();
}

}  // namespace

struct refreshing_source::state {
    state(asio::any_io_executor e, provider_ptr p, std::function<core::utc_time()> n,
          core::observation o)
        : executor(std::move(e)),
          from(std::move(p)),
          now(std::move(n)),
          observed(std::move(o)),
          ended(executor) {}

    using self_ptr = std::shared_ptr<state>;
    static asio::awaitable<void> refresh(self_ptr self);
    static asio::awaitable<key_grant> current(self_ptr self, core::deadline until);
    static asio::awaitable<replacement> replace(self_ptr self, std::uint64_t generation,
                                                core::deadline until);
    static void start(const self_ptr& self);
    static asio::awaitable<void> wait_for_refresh(self_ptr self, core::deadline until);

    moment this_moment() const { return {now(), core::clock::now()}; }
    void keep(provider_answer got);
    void note_failure(error_info why);
    void tell(core::clock::time_point began) const;

    asio::any_io_executor executor;
    provider_ptr from;
    std::function<core::utc_time()> now;
    core::observation observed;
    refresh_plan plan;
    std::optional<key_grant> grant;
    error_info last_failure;
    bool refreshing = false, closed = false;
    net::notifier ended;
    asio::cancellation_signal cancel;
};

void refreshing_source::state::keep(provider_answer got) {
    if (got.state != source_state::gave)
        return note_failure(error_info(errc::unauthenticated, got.text));
    plan.obtained(this_moment(), got.keys.expires(), !got.keys.security_token().empty());
    bool same = grant && are_equal(grant->keys, got.keys);
    auto generation = grant ? grant->generation + (same ? 0 : 1) : 1;
    grant.emplace();
    grant->keys = std::move(got.keys);
    grant->source = std::move(got.text);
    grant->generation = generation;
    last_failure = error_info();
}

void refreshing_source::state::note_failure(error_info why) {
    last_failure = refusal_of(from->name(), why);
    plan.failed(this_moment());
}

void refreshing_source::state::tell(core::clock::time_point began) const {
    if (!observed) return;
    events::credentials event;
    event.source = core::identifier(from->id());
    event.failure = core::failure_in(last_failure.code);
    event.kept_old = event.failure && plan.is_valid(this_moment());
    event.elapsed = core::since(began);
    observed.tell(&observer::on_credentials, event);
}

asio::awaitable<void> refreshing_source::state::refresh(self_ptr self) {
    auto began = core::clock::now();
    std::optional<provider_answer> got;
    error_info why;
    try {
        got = co_await self->from->ask(core::deadline::never());
    } catch (const error& e) {
        why = e.info();
    } catch (const std::exception&) {
        // A user's own function, or no memory: whatever text it has is not known to be safe.
        why = error_info(errc::unauthenticated, "it failed with an exception of another type");
    }
    self->refreshing = false;
    if (got)
        self->keep(std::move(*got));
    else
        self->note_failure(std::move(why));
    self->tell(began);
    self->ended.notify_all();
}

void refreshing_source::state::start(const self_ptr& self) {
    if (self->refreshing || self->closed) return;
    self->refreshing = true;
    // The handler, and with it the signal, must be there until Asio is done with the coroutine,
    // which is after its frame is gone.
    auto until_the_end = [self](std::exception_ptr) {};
    asio::co_spawn(self->executor, refresh(self),
                   asio::bind_cancellation_slot(self->cancel.slot(), std::move(until_the_end)));
}

asio::awaitable<void> refreshing_source::state::wait_for_refresh(self_ptr self,
                                                                 core::deadline until) {
    bool too_long = false;
    try {
        while (self->refreshing) co_await self->ended.wait(until);
    } catch (const error& e) {
        if (e.code() != errc::timeout) throw;
        too_long = true;
    }
    if (too_long) {
        error_info info(errc::timeout, "no answer until the deadline from " + self->from->name());
        info.doing = "credentials";
        throw error(std::move(info));
    }
}

asio::awaitable<key_grant> refreshing_source::state::current(self_ptr self, core::deadline until) {
    while (true) {
        auto what = self->plan.at(self->this_moment());
        if (what == advice::fail) throw error(self->last_failure);
        if (what != advice::use) start(self);
        if (what != advice::refresh) co_return *self->grant;
        co_await wait_for_refresh(self, until);
    }
}

asio::awaitable<replacement> refreshing_source::state::replace(self_ptr self,
                                                               std::uint64_t generation,
                                                               core::deadline until) {
    replacement result;
    auto is_new = [&] { return self->grant && self->grant->generation != generation; };
    // One that is under way may have begun before these were refused, but gives others all the
    // same.
    if (!is_new()) {
        if (!self->refreshing && !self->plan.may_replace(self->this_moment())) {
            result.why_not = "they were asked for anew a moment ago";
            co_return result;
        }
        start(self);
        co_await wait_for_refresh(self, until);
    }
    result.done = is_new();
    if (result.done) co_return result;
    self->plan.replaced_in_vain(self->this_moment());
    result.why_not =
        self->last_failure.code ? self->last_failure.message : "the source of them gives no others";
    co_return result;
}

refreshing_source::refreshing_source(asio::any_io_executor executor, provider_ptr from,
                                     std::function<core::utc_time()> now,
                                     core::observation observed)
    : state_(std::make_shared<state>(std::move(executor), std::move(from), std::move(now),
                                     std::move(observed))) {}

refreshing_source::~refreshing_source() {
    state_->closed = true;
    state_->cancel.emit(asio::cancellation_type::terminal);
}

asio::awaitable<key_grant> refreshing_source::current(core::deadline until) {
    return state::current(state_, until);
}

asio::awaitable<replacement> refreshing_source::replace(std::uint64_t generation,
                                                        core::deadline until) {
    return state::replace(state_, generation, until);
}

std::vector<source_report> refreshing_source::reports() const {
    auto parts = state_->from->reports();
    if (!parts.empty()) return parts;
    if (state_->grant) return {{state_->from->name(), source_state::gave, state_->grant->source}};
    if (!state_->last_failure.code) return {{state_->from->name(), source_state::not_asked, ""}};
    return {{state_->from->name(), source_state::failed, state_->last_failure.message}};
}

}  // namespace ecisbx::eci
