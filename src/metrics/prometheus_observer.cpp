#include <ecisbx/prometheus.hpp>

#include "core/event_names.hpp"
#include "core/observation.hpp"
#include "metrics/client_metrics.hpp"

namespace ecisbx {

using core::name_of;
using core::outcome_name;
using metrics::action_label;

namespace {

double seconds(events::duration length) {
    return std::chrono::duration<double>(length).count();
}

double count(events::bytes number) {
    return static_cast<double>(number);
}

std::string_view tls_label(const events::connection_opened& event) {
    if (!event.tls) return "none";
    return event.resumed ? "resumed" : "full";
}

std::string_view result_label(const events::exec_ended& event) {
    if (event.outcome != events::exec_outcome::exited) return name_of(event.outcome);
    return event.code == 0 && event.complete ? "ok" : "failed";
}

}  // namespace

struct prometheus_observer::impl : metrics::client_metrics {
    using client_metrics::client_metrics;
};

prometheus_observer::prometheus_observer()
    : prometheus_observer(std::make_shared<::prometheus::Registry>()) {}

prometheus_observer::prometheus_observer(std::shared_ptr<::prometheus::Registry> registry)
    : impl_(std::make_unique<impl>(std::move(registry))) {}

prometheus_observer::~prometheus_observer() = default;

std::string prometheus_observer::text() const {
    return impl_->all.text();
}

void prometheus_observer::on_attempt(const events::api_attempt& event) {
    impl_->attempts(action_label(event.action), outcome_name(event.failure)).Increment();
}

void prometheus_observer::on_retry(const events::api_retry& event) {
    impl_->retries(action_label(event.action), outcome_name(event.failure)).Increment();
    if (event.clock_was_set) impl_->clock_corrections().Increment();
}

void prometheus_observer::on_call(const events::api_call& event) {
    auto action = action_label(event.action);
    impl_->calls(action, outcome_name(event.failure)).Increment();
    impl_->call_duration(action).Observe(seconds(event.elapsed));
}

void prometheus_observer::on_throttle(const events::throttle& event) {
    impl_->throttled(action_label(event.action), name_of(event.by)).Increment();
    impl_->throttled_seconds(name_of(event.by)).Increment(seconds(event.pause));
}

void prometheus_observer::on_connection_opened(const events::connection_opened& event) {
    impl_->connections(name_of(event.kind)).Increment();
    impl_->connections_opened(name_of(event.kind), tls_label(event)).Increment();
    impl_->connect_duration(name_of(event.kind)).Observe(seconds(event.dial + event.handshake));
}

void prometheus_observer::on_connection_failed(const events::connection_failed& event) {
    impl_->connections_failed(name_of(event.kind), outcome_name(event.failure)).Increment();
}

void prometheus_observer::on_connection_reused(const events::connection_reused& event) {
    impl_->connections_reused(name_of(event.kind)).Increment();
}

void prometheus_observer::on_connection_closed(const events::connection_closed& event) {
    impl_->connections(name_of(event.kind)).Decrement();
}

void prometheus_observer::on_traffic(const events::traffic& event) {
    impl_->bytes("received", name_of(event.kind)).Increment(count(event.received));
    impl_->bytes("sent", name_of(event.kind)).Increment(count(event.sent));
}

void prometheus_observer::on_exec_started(const events::exec_started& event) {
    impl_->execs_running().Increment();
    impl_->exec_open_duration().Observe(seconds(event.elapsed));
}

void prometheus_observer::on_exec_ended(const events::exec_ended& event) {
    impl_->execs(result_label(event)).Increment();
    impl_->exec_duration().Observe(seconds(event.elapsed));
    if (event.outcome == events::exec_outcome::not_opened) return;
    impl_->execs_running().Decrement();
    if (event.first_byte) impl_->exec_first_byte().Observe(seconds(*event.first_byte));
    impl_->exec_stream_bytes("stdin").Increment(count(event.in));
    impl_->exec_stream_bytes("stdout").Increment(count(event.out));
    impl_->exec_stream_bytes("stderr").Increment(count(event.err));
}

void prometheus_observer::on_signal(const events::signal_sent& event) {
    impl_->signals(name_of(event.result)).Increment();
}

void prometheus_observer::on_file_transfer(const events::file_transfer& event) {
    impl_->file_transfers(name_of(event.to), outcome_name(event.failure)).Increment();
    impl_->file_bytes(name_of(event.to)).Increment(count(event.size));
    impl_->file_transfer_duration(name_of(event.to)).Observe(seconds(event.elapsed));
}

void prometheus_observer::on_tmux_round(const events::tmux_round& event) {
    impl_->tmux_rounds(name_of(event.result)).Increment();
}

void prometheus_observer::on_status_round(const events::status_round& event) {
    impl_->status_rounds(outcome_name(event.failure)).Increment();
    impl_->status_waiters().Set(count(event.waiters));
}

void prometheus_observer::on_credentials(const events::credentials& event) {
    impl_->credentials(outcome_name(event.failure), impl_->credential_sources(event.source))
        .Increment();
}

}  // namespace ecisbx
