// The metrics of a running server, for its admin listener.
#ifndef ECISBX_SERVER_METRICS_HPP
#define ECISBX_SERVER_METRICS_HPP

#include "core/deadline.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/label_values.hpp"

#include <string>
#include <string_view>

namespace ecisbx::server {

class server_metrics {
public:
    server_metrics();

    /// A request to the API was answered. `action` is empty when it was refused before its action
    /// was known; `code` is empty when it succeeded.
    void request(std::string_view action, std::string_view code, core::deadline::duration took);

    metrics::catalogue all;

    metrics::family<metrics::Counter, 2> requests;
    metrics::family<metrics::Histogram, 1> request_duration;
    metrics::family<metrics::Counter, 1> unauthenticated;
    metrics::family<metrics::Counter, 1> throttled;
    // Set when they are asked for.
    metrics::family<metrics::Gauge, 0> connections;
    metrics::family<metrics::Gauge, 1> groups;
    metrics::family<metrics::Counter, 1> exec_bytes;
    // Of one series each, which are looked up once.
    metrics::Counter& exec_sessions_total;
    metrics::Gauge& exec_sessions;
    metrics::Counter& exec_received;
    metrics::Counter& exec_sent;
    metrics::Gauge& boxes;
    metrics::Gauge& processes;
    metrics::Counter& processes_total;

private:
    metrics::first_values codes_{64};
};

}  // namespace ecisbx::server

#endif
