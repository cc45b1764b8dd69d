#include "eci/call_watch.hpp"

#include <utility>

namespace ecisbx::eci {

using core::failure_in;
using core::identifier;

namespace {

std::string request_id_of(std::exception_ptr failure) {
    try {
        std::rethrow_exception(std::move(failure));
    } catch (const error& e) {
        return e.info().request_id;
    } catch (...) {
        return {};
    }
}

}  // namespace

call_watch::call_watch(core::observation who, std::string action) : who_(std::move(who)) {
    if (!who_) return;
    action_ = std::move(action);
    call_began_ = core::clock::now();
}

void call_watch::attempt_begins() {
    if (!who_) return;
    attempt_began_ = core::clock::now();
    ++attempts_;
    under_way_ = true;
}

void call_watch::attempt_ended(const error_info& failure, int http_status,
                               const std::string& request_id) {
    if (!who_) return;
    under_way_ = false;
    last_ = failure_in(failure.code);
    events::api_attempt event;
    event.action = identifier(action_);
    event.attempt = attempts_;
    event.failure = last_;
    event.http_status = http_status;
    event.service_code = identifier(failure.service_code);
    event.request_id = identifier(request_id);
    event.elapsed = core::since(attempt_began_);
    who_.tell(&observer::on_attempt, event);
}

void call_watch::retrying(const proto::retrier::verdict& verdict) {
    if (!who_) return;
    auto pause = std::chrono::duration_cast<events::duration>(verdict.pause);
    if (last_ == errc::throttled) tell_refused_rate(pause);
    events::api_retry event;
    event.action = identifier(action_);
    event.attempt = attempts_;
    event.failure = last_;
    event.clock_was_set = verdict.action == proto::retry_action::resync_clock_and_retry;
    event.pause = pause;
    who_.tell(&observer::on_retry, event);
}

void call_watch::tell_refused_rate(events::duration pause) {
    events::throttle event;
    event.action = identifier(action_);
    event.by = events::throttle::cause::service;
    event.pause = pause;
    who_.tell(&observer::on_throttle, event);
}

void call_watch::succeeded(const std::string& request_id) {
    if (who_) tell_end(std::nullopt, request_id);
}

void call_watch::failed(std::exception_ptr why) {
    if (!who_) return;
    auto failure = failure_in(why);
    if (under_way_) {
        error_info ended;
        ended.code = make_error_code(failure);
        attempt_ended(ended, 0, {});
    } else if (last_ == errc::throttled && failure == errc::throttled) {
        tell_refused_rate({});
    }
    tell_end(failure, request_id_of(why));
}

void call_watch::tell_end(std::optional<errc> failure, const std::string& request_id) {
    events::api_call event;
    event.action = identifier(action_);
    event.failure = failure;
    event.attempts = attempts_;
    event.request_id = identifier(request_id);
    event.elapsed = core::since(call_began_);
    who_.tell(&observer::on_call, event);
}

}  // namespace ecisbx::eci
