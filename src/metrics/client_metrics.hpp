// The metrics of a client: what `prometheus_observer` counts in.
#ifndef ECISBX_METRICS_CLIENT_METRICS_HPP
#define ECISBX_METRICS_CLIENT_METRICS_HPP

#include "metrics/catalogue.hpp"
#include "metrics/label_values.hpp"

#include <memory>

namespace ecisbx::metrics {

struct client_metrics {
    explicit client_metrics(std::shared_ptr<::prometheus::Registry> registry);

    catalogue all;

    family<Counter, 2> calls;
    family<Histogram, 1> call_duration;
    family<Counter, 2> attempts;
    family<Counter, 2> retries;
    family<Counter, 0> clock_corrections;
    family<Counter, 2> throttled;
    family<Counter, 1> throttled_seconds;

    family<Gauge, 1> connections;
    family<Counter, 2> connections_opened;
    family<Counter, 2> connections_failed;
    family<Counter, 1> connections_reused;
    family<Histogram, 1> connect_duration;
    family<Counter, 2> bytes;

    family<Gauge, 0> execs_running;
    family<Counter, 1> execs;
    family<Histogram, 0> exec_open_duration;
    family<Histogram, 0> exec_first_byte;
    family<Histogram, 0> exec_duration;
    family<Counter, 1> exec_stream_bytes;
    family<Counter, 1> signals;

    family<Counter, 2> file_transfers;
    family<Counter, 1> file_bytes;
    family<Histogram, 1> file_transfer_duration;
    family<Counter, 1> tmux_rounds;
    family<Counter, 1> status_rounds;
    family<Gauge, 0> status_waiters;
    family<Counter, 2> credentials;

    first_values credential_sources{16};
};

}  // namespace ecisbx::metrics

#endif
