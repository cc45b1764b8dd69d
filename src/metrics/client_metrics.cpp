#include "metrics/client_metrics.hpp"

#include <utility>

namespace ecisbx::metrics {

client_metrics::client_metrics(std::shared_ptr<::prometheus::Registry> registry)
    : all(std::move(registry)),
      calls(all.counter("ecisbx_api_calls_total",
                        "API calls that ended, all their attempts; outcome is ok or the error "
                        "condition.",
                        "action", "outcome")),
      call_duration(all.histogram("ecisbx_api_call_duration_seconds",
                                  "From an API call to its end, attempts and pauses included.",
                                  short_times(), "action")),
      attempts(
          all.counter("ecisbx_api_attempts_total", "Attempts of API calls.", "action", "outcome")),
      retries(all.counter("ecisbx_retries_total",
                          "Attempts that failed and were followed by another one.", "action",
                          "outcome")),
      clock_corrections(all.counter("ecisbx_clock_corrections_total",
                                    "Times the clock was set by the service's Date.")),
      throttled(all.counter("ecisbx_throttled_total",
                            "API calls slowed down: refused by the service because of their rate, "
                            "or held back by the client's own pace.",
                            "action", "by")),
      throttled_seconds(all.counter("ecisbx_throttled_seconds_total",
                                    "Pauses that throttling has cost API calls.", "by")),
      connections(all.gauge("ecisbx_connections", "Open connections.", "kind")),
      connections_opened(all.counter("ecisbx_connections_opened_total",
                                     "Connections made; tls is none, full or resumed.", "kind",
                                     "tls")),
      connections_failed(all.counter("ecisbx_connections_failed_total",
                                     "Connections that could not be made.", "kind", "outcome")),
      connections_reused(all.counter("ecisbx_connections_reused_total",
                                     "Requests sent on a connection that was open already.",
                                     "kind")),
      connect_duration(all.histogram("ecisbx_connect_duration_seconds",
                                     "Name, TCP, proxy and TLS of a connection.", short_times(),
                                     "kind")),
      bytes(all.counter("ecisbx_bytes_total", "Bytes on connections, inside TLS.", "direction",
                        "kind")),
      execs_running(all.gauge("ecisbx_execs", "Execs whose channel is open.")),
      execs(all.counter("ecisbx_exec_total",
                        "Execs that ended: ok is exited with 0 and complete, failed any other "
                        "exit.",
                        "result")),
      exec_open_duration(all.histogram("ecisbx_exec_open_duration_seconds",
                                       "From an exec's call until its channel is open.",
                                       short_times())),
      exec_first_byte(all.histogram("ecisbx_exec_first_byte_seconds",
                                    "From an exec's call until its first output.", long_times())),
      exec_duration(all.histogram("ecisbx_exec_duration_seconds", "From an exec's call to its end.",
                                  long_times())),
      exec_stream_bytes(all.counter("ecisbx_exec_stream_bytes_total",
                                    "Bytes of the streams of execs that ended.", "stream")),
      signals(all.counter("ecisbx_signals_total",
                          "Signals sent to processes of execs, kills "
                          "included.",
                          "result")),
      file_transfers(all.counter("ecisbx_file_transfers_total", "File transfers that ended.",
                                 "direction", "outcome")),
      file_bytes(all.counter("ecisbx_file_bytes_total",
                             "Content of the file transfers that succeeded.", "direction")),
      file_transfer_duration(all.histogram("ecisbx_file_transfer_duration_seconds",
                                           "From a file transfer's call to its end.", long_times(),
                                           "direction")),
      tmux_rounds(all.counter("ecisbx_tmux_rounds_total", "Looks at tmux sessions.", "result")),
      status_rounds(
          all.counter("ecisbx_status_rounds_total", "Calls of the status watcher.", "outcome")),
      status_waiters(all.gauge("ecisbx_status_waiters",
                               "Waits on a status that the watcher's last call served.")),
      credentials(all.counter("ecisbx_credentials_total", "Times credentials were fetched.",
                              "outcome", "source")) {
    // Those that have but one series are there from the start.
    clock_corrections();
    execs_running();
    exec_open_duration();
    exec_first_byte();
    exec_duration();
    status_waiters();
}

}  // namespace ecisbx::metrics
