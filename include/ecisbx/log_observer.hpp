/// @file
/// An observer that writes one structured line per event.
#ifndef ECISBX_LOG_OBSERVER_HPP
#define ECISBX_LOG_OBSERVER_HPP

#include <ecisbx/export.hpp>
#include <ecisbx/log_level.hpp>
#include <ecisbx/observer.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace ecisbx {

/// Lines of `key=value` pairs (logfmt), `event` first:
///
///     event=api_attempt action=CreateContainerGroup attempt=2 outcome=ok http=200 ms=41.250
///
/// A value with anything but printable ASCII, or with a space, `=`, `"` or `\`, is put in double
/// quotes with `\"`, `\\` and `\xNN` for the rest: a value never makes a second pair or a second
/// line. Times are milliseconds. Nothing is written that the event has no field for.
///
/// Levels: `debug` for what is ordinary; `info` for throttling, retries, credentials and signals;
/// `warning` for what failed: a call, a connection, an exec that was lost or not opened, a file
/// transfer, a refresh of credentials.
class ECISBX_API log_observer : public observer {
public:
    /// Called for every line, without a line break, on the client's executor. It must do no more
    /// than a hook may; what it throws is counted in `failures()`.
    using sink = std::function<void(log_level, std::string_view)>;

    /// `to`: where the lines go; must not be empty.
    explicit log_observer(sink to);

    void on_attempt(const events::api_attempt& event) override;
    void on_retry(const events::api_retry& event) override;
    void on_call(const events::api_call& event) override;
    void on_throttle(const events::throttle& event) override;
    void on_connection_opened(const events::connection_opened& event) override;
    void on_connection_failed(const events::connection_failed& event) override;
    void on_connection_reused(const events::connection_reused& event) override;
    void on_connection_closed(const events::connection_closed& event) override;
    void on_exec_started(const events::exec_started& event) override;
    void on_exec_ended(const events::exec_ended& event) override;
    void on_signal(const events::signal_sent& event) override;
    void on_file_transfer(const events::file_transfer& event) override;
    void on_tmux_round(const events::tmux_round& event) override;
    void on_status_round(const events::status_round& event) override;
    void on_credentials(const events::credentials& event) override;

private:
    void write(log_level level, const std::string& line) const;

    sink to_;
};

}  // namespace ecisbx

#endif
