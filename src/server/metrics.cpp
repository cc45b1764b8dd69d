#include "server/metrics.hpp"

#include <chrono>
#include <memory>

namespace ecisbx::server {

server_metrics::server_metrics()
    : all(std::make_shared<::prometheus::Registry>()),
      requests(all.counter("ecisbx_server_requests_total",
                           "API requests answered; code is ok or the service's error code, action "
                           "is unknown where the request was refused before.",
                           "action", "code")),
      request_duration(all.histogram("ecisbx_server_request_duration_seconds",
                                     "From an API request's arrival to its answer.",
                                     metrics::short_times(), "action")),
      unauthenticated(all.counter("ecisbx_server_unauthenticated_total",
                                  "API requests refused before their action was looked at: "
                                  "signature, key, token, time, nonce, version.",
                                  "code")),
      throttled(all.counter("ecisbx_server_throttled_total",
                            "API requests refused because of their rate.", "action")),
      connections(all.gauge("ecisbx_server_connections", "Connections to the API's listener.")),
      groups(all.gauge("ecisbx_server_groups", "Container groups.", "status")),
      exec_bytes(all.counter("ecisbx_server_exec_bytes_total",
                             "Bytes of stdin received, of stdout and stderr sent, on exec "
                             "channels.",
                             "direction")),
      exec_sessions_total(
          all.counter("ecisbx_server_exec_sessions_total", "Exec channels that were opened.")()),
      exec_sessions(all.gauge("ecisbx_server_exec_sessions", "Open exec channels.")()),
      exec_received(exec_bytes("received")),
      exec_sent(exec_bytes("sent")),
      boxes(all.gauge("ecisbx_server_boxes", "Boxes: one for each container that runs.")()),
      processes(all.gauge("ecisbx_server_processes",
                          "Processes of containers and execs that the server watches.")()),
      processes_total(all.counter("ecisbx_server_processes_started_total",
                                  "Processes of containers and execs that were started.")()) {}

void server_metrics::request(std::string_view action, std::string_view code,
                             core::deadline::duration took) {
    auto what = action.empty() ? std::string_view("unknown") : metrics::action_label(action);
    auto how = code.empty() ? std::string_view("ok") : codes_(code);
    requests(what, how).Increment();
    request_duration(what).Observe(std::chrono::duration<double>(took).count());
    if (action.empty() && !code.empty()) unauthenticated(how).Increment();
    if (code.starts_with("Throttling")) throttled(what).Increment();
}

}  // namespace ecisbx::server
