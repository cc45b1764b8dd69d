#include "sandbox/exec_watch.hpp"

#include <utility>

namespace ecisbx::detail {

using core::identifier;
using events::exec_outcome;

exec_watch::exec_watch(core::observation who, std::string sandbox_id)
    : who_(std::move(who)), sandbox_id_(std::move(sandbox_id)), began_(core::clock::now()) {}

void exec_watch::opened(const std::string& request_id) const {
    if (!who_) return;
    events::exec_started event;
    event.sandbox_id = identifier(sandbox_id_);
    event.request_id = identifier(request_id);
    event.elapsed = core::since(began_);
    who_.tell(&observer::on_exec_started, event);
}

void exec_watch::not_opened(std::exception_ptr why) const {
    if (!who_) return;
    events::exec_ended event;
    event.sandbox_id = identifier(sandbox_id_);
    event.outcome = exec_outcome::not_opened;
    event.failure = core::failure_in(std::move(why));
    event.elapsed = core::since(began_);
    who_.tell(&observer::on_exec_ended, event);
}

void exec_watch::received(std::size_t bytes) {
    if (who_ && bytes > 0 && !first_byte_) first_byte_ = core::since(began_);
}

exec_outcome exec_watch::outcome_of(const exit_status& end) const {
    if (abandoned_) return exec_outcome::abandoned;
    switch (end.end_reason()) {
        case end_reason::exited: return exec_outcome::exited;
        case end_reason::signaled: return exec_outcome::signaled;
        case end_reason::timed_out: return exec_outcome::timed_out;
        case end_reason::lost: break;
    }
    return exec_outcome::lost;
}

void exec_watch::ended(const exec_result& result, const std::optional<error_info>& failure) const {
    if (!who_) return;
    events::exec_ended event;
    event.sandbox_id = identifier(sandbox_id_);
    event.request_id = identifier(result.request_id);
    event.outcome = outcome_of(result.status);
    event.code = result.status.code();
    event.complete = result.complete;
    if (failure) event.failure = core::failure_in(failure->code);
    event.in = in_;
    event.out = result.out_bytes;
    event.err = result.err_bytes;
    event.first_byte = first_byte_;
    event.elapsed = core::since(began_);
    who_.tell(&observer::on_exec_ended, event);
}

}  // namespace ecisbx::detail
