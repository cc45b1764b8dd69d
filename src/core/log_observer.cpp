#include <ecisbx/log_observer.hpp>

#include "core/event_names.hpp"
#include "core/log_line.hpp"
#include "core/observation.hpp"

#include <utility>

namespace ecisbx {

using core::log_line;
using core::name_of;
using core::outcome_name;

namespace {

log_level level_of(const std::optional<errc>& failure) {
    return failure ? log_level::warning : log_level::debug;
}

}  // namespace

log_observer::log_observer(sink to) : to_(std::move(to)) {}

void log_observer::write(log_level level, const std::string& line) const {
    if (to_) to_(level, line);
}

void log_observer::on_attempt(const events::api_attempt& event) {
    log_line line("api_attempt");
    line.add("action", event.action).add("attempt", event.attempt);
    line.add("outcome", outcome_name(event.failure));
    if (event.http_status != 0) line.add("http", event.http_status);
    line.add_if("code", event.service_code).add_if("request", event.request_id);
    line.add("ms", event.elapsed);
    write(log_level::debug, line.text());
}

void log_observer::on_retry(const events::api_retry& event) {
    log_line line("api_retry");
    line.add("action", event.action).add("attempt", event.attempt);
    line.add("outcome", outcome_name(event.failure));
    if (event.clock_was_set) line.add("clock_was_set", true);
    line.add("pause_ms", event.pause);
    write(log_level::info, line.text());
}

void log_observer::on_call(const events::api_call& event) {
    log_line line("api_call");
    line.add("action", event.action).add("outcome", outcome_name(event.failure));
    line.add("attempts", event.attempts).add_if("request", event.request_id);
    line.add("ms", event.elapsed);
    write(level_of(event.failure), line.text());
}

void log_observer::on_throttle(const events::throttle& event) {
    log_line line("throttle");
    line.add("action", event.action).add("by", name_of(event.by)).add("pause_ms", event.pause);
    write(log_level::info, line.text());
}

void log_observer::on_connection_opened(const events::connection_opened& event) {
    log_line line("connection_opened");
    line.add("kind", name_of(event.kind)).add("tls", event.tls).add("resumed", event.resumed);
    line.add("dial_ms", event.dial).add("handshake_ms", event.handshake);
    write(log_level::debug, line.text());
}

void log_observer::on_connection_failed(const events::connection_failed& event) {
    log_line line("connection_failed");
    line.add("kind", name_of(event.kind)).add("outcome", outcome_name(event.failure));
    line.add("ms", event.elapsed);
    write(log_level::warning, line.text());
}

void log_observer::on_connection_reused(const events::connection_reused& event) {
    log_line line("connection_reused");
    line.add("kind", name_of(event.kind));
    write(log_level::debug, line.text());
}

void log_observer::on_connection_closed(const events::connection_closed& event) {
    log_line line("connection_closed");
    line.add("kind", name_of(event.kind)).add("received", event.received).add("sent", event.sent);
    line.add("age_ms", event.age);
    write(log_level::debug, line.text());
}

void log_observer::on_exec_started(const events::exec_started& event) {
    log_line line("exec_started");
    line.add("sandbox", event.sandbox_id).add_if("request", event.request_id);
    line.add("ms", event.elapsed);
    write(log_level::debug, line.text());
}

void log_observer::on_exec_ended(const events::exec_ended& event) {
    using of = events::exec_outcome;
    log_line line("exec_ended");
    line.add("sandbox", event.sandbox_id).add_if("request", event.request_id);
    line.add("result", name_of(event.outcome)).add("code", event.code);
    line.add("complete", event.complete);
    if (event.failure) line.add("outcome", outcome_name(event.failure));
    line.add("in", event.in).add("out", event.out).add("err", event.err);
    if (event.first_byte) line.add("first_byte_ms", *event.first_byte);
    line.add("ms", event.elapsed);
    bool bad = event.outcome == of::lost || event.outcome == of::not_opened;
    write(bad ? log_level::warning : log_level::debug, line.text());
}

void log_observer::on_signal(const events::signal_sent& event) {
    log_line line("signal");
    line.add("sandbox", event.sandbox_id).add("number", event.number);
    line.add("result", name_of(event.result));
    write(log_level::info, line.text());
}

void log_observer::on_file_transfer(const events::file_transfer& event) {
    log_line line("file_transfer");
    line.add("sandbox", event.sandbox_id).add("direction", name_of(event.to));
    line.add("outcome", outcome_name(event.failure)).add("bytes", event.size);
    line.add("attempts", event.attempts).add("ms", event.elapsed);
    write(level_of(event.failure), line.text());
}

void log_observer::on_tmux_round(const events::tmux_round& event) {
    log_line line("tmux_round");
    line.add("sandbox", event.sandbox_id).add("result", name_of(event.result));
    if (event.failure) line.add("outcome", outcome_name(event.failure));
    line.add("out", event.out).add("wait_ms", event.wait).add("ms", event.elapsed);
    write(log_level::debug, line.text());
}

void log_observer::on_status_round(const events::status_round& event) {
    log_line line("status_round");
    line.add("outcome", outcome_name(event.failure)).add("waiters", event.waiters);
    line.add("sandboxes", event.sandboxes).add("ms", event.elapsed);
    write(log_level::debug, line.text());
}

void log_observer::on_credentials(const events::credentials& event) {
    log_line line("credentials");
    line.add("source", event.source).add("outcome", outcome_name(event.failure));
    if (event.kept_old) line.add("kept_old", true);
    line.add("ms", event.elapsed);
    write(event.failure ? log_level::warning : log_level::info, line.text());
}

}  // namespace ecisbx
