/// @file
/// What a client tells about its own work: for logs, metrics and traces.
///
/// Derive from `observer`, override what is of interest, and give it to the client:
/// `eci::config().observe(std::make_shared<my_observer>())`. Two are ready to use:
/// `log_observer` (<ecisbx/log_observer.hpp>, structured lines) and `prometheus_observer`
/// (<ecisbx/prometheus.hpp>, a library of its own: `ecisbx::prometheus`).
///
/// An event holds only what is listed here: names that the library chose, numbers, and identifiers
/// (of sandboxes, requests, the service's error codes), which are at most 64 characters of
/// `A-Z a-z 0-9 . _ : -`; any other text in their place arrives as "invalid". URLs, headers,
/// parameters, commands, scripts, environments, paths, output and messages have no field, so no
/// observer can give them away.
#ifndef ECISBX_OBSERVER_HPP
#define ECISBX_OBSERVER_HPP

#include <ecisbx/export.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ecisbx {

enum class errc;  // <ecisbx/error.hpp>
class observer;

namespace core {
class observation;  // calls the hooks
}

/// Texts in an event are valid only during the call of its hook.
namespace events {

using duration = std::chrono::microseconds;
using bytes = std::uint64_t;

/// One attempt of one API call, when it ended.
class api_attempt {
public:
    api_attempt() = default;
    std::string_view action;      ///< `DescribeContainerGroups`
    unsigned attempt = 1;         ///< 1 for the first
    std::optional<errc> failure;  ///< nothing: it succeeded
    int http_status = 0;          ///< 0: no answer came
    std::string_view service_code;
    std::string_view request_id;
    duration elapsed{0};
};

/// An attempt failed and another one will be made after `pause`. For `ExecContainerCommand` also
/// when the exec channel could not be opened and is asked for anew: nothing had started then.
class api_retry {
public:
    api_retry() = default;
    std::string_view action;
    unsigned attempt = 1;         ///< the one that failed
    std::optional<errc> failure;  ///< why
    bool clock_was_set = false;   ///< by the service's Date: the local clock is off
    duration pause{0};
};

/// An API call, all its attempts and pauses, when it ended.
class api_call {
public:
    api_call() = default;
    std::string_view action;
    std::optional<errc> failure;
    unsigned attempts = 1;
    std::string_view request_id;
    duration elapsed{0};
};

/// Calls are slowed down.
class throttle {
public:
    /// Who slows them down.
    enum class cause {
        service,  ///< the service refused the call because of its rate
        client,   ///< the client's own pace holds the call back for `pause`, before it is sent
    };
    throttle() = default;
    std::string_view action;
    cause by = cause::service;
    duration pause{0};  ///< until it is sent (again); 0: not known, or it is given up
};

/// What a connection is for.
enum class connection_kind {
    api,   ///< calls of the service
    exec,  ///< one exec channel
};

/// A connection is ready to be used.
class connection_opened {
public:
    connection_opened() = default;
    connection_kind kind = connection_kind::api;
    bool tls = false;
    bool resumed = false;   ///< the TLS session was a resumed one
    duration dial{0};       ///< name, TCP, proxy
    duration handshake{0};  ///< TLS
};

/// A connection could not be made.
class connection_failed {
public:
    connection_failed() = default;
    connection_kind kind = connection_kind::api;
    std::optional<errc> failure;
    duration elapsed{0};
};

/// An open connection was taken for another request.
class connection_reused {
public:
    connection_reused() = default;
    connection_kind kind = connection_kind::api;
};

/// A connection is closed, whoever closed it.
class connection_closed {
public:
    connection_closed() = default;
    connection_kind kind = connection_kind::api;
    bytes received = 0;  ///< in all, inside TLS
    bytes sent = 0;
    duration age{0};
};

/// Bytes on one connection since the last such event of it: told after each API call, after each
/// MiB of an exec, and before the connection closes.
class traffic {
public:
    traffic() = default;
    connection_kind kind = connection_kind::api;
    bytes received = 0;
    bytes sent = 0;
};

/// An exec channel is open: the command starts.
class exec_started {
public:
    exec_started() = default;
    std::string_view sandbox_id;
    std::string_view request_id;
    duration elapsed{0};  ///< from the call until the channel was open
};

/// How an exec ended, as its caller learns it.
enum class exec_outcome {
    exited,      ///< with `code`
    signaled,    ///< `code` is 128 + n
    timed_out,   ///< its deadline passed
    lost,        ///< the channel ended without a proof of the end
    abandoned,   ///< its caller gave it up
    not_opened,  ///< the channel could not be opened: `failure` says why
};

/// An exec has ended, as far as its caller is concerned.
class exec_ended {
public:
    exec_ended() = default;
    std::string_view sandbox_id;
    std::string_view request_id;
    exec_outcome outcome = exec_outcome::lost;
    int code = -1;
    bool complete = false;  ///< every byte of output is proven to have arrived
    std::optional<errc> failure;
    bytes in = 0;  ///< stdin, what the library adds of its own included
    bytes out = 0;
    bytes err = 0;
    std::optional<duration> first_byte;  ///< from the call to the first output, if there was any
    duration elapsed{0};
};

/// A signal was sent to an exec's processes over a channel of its own.
class signal_sent {
public:
    /// What became of it.
    enum class outcome {
        sent,           ///< something was signalled
        nothing_found,  ///< no process of the exec exists
        unknown,        ///< it could not be done, or nobody told
    };
    signal_sent() = default;
    std::string_view sandbox_id;
    int number = 0;
    outcome result = outcome::unknown;
};

/// A file or folder was moved, or could not be.
class file_transfer {
public:
    /// Seen from here.
    enum class direction {
        upload,    ///< into the sandbox
        download,  ///< out of it
    };
    file_transfer() = default;
    std::string_view sandbox_id;
    direction to = direction::upload;  ///< `write_file` and `read_file` too
    std::optional<errc> failure;
    bytes size = 0;  ///< of the content; 0 when it failed
    unsigned attempts = 1;
    duration elapsed{0};
};

/// One look at a tmux session, by `tmux_poll` or as a round of `tmux_wait`.
class tmux_round {
public:
    /// What the look has shown.
    enum class outcome {
        running,    ///< the job has not ended
        completed,  ///< it has
        not_found,  ///< there is no such session
        failed,     ///< it could not be found out: `failure` says why
    };
    tmux_round() = default;
    std::string_view sandbox_id;
    outcome result = outcome::failed;
    std::optional<errc> failure;
    bytes out = 0;     ///< new output
    duration wait{0};  ///< the time it was told to wait inside at most
    duration elapsed{0};
};

/// One call of the watcher that all waits on a status share.
class status_round {
public:
    status_round() = default;
    std::optional<errc> failure;
    std::uint64_t waiters = 0;    ///< waits that it serves
    std::uint64_t sandboxes = 0;  ///< that it asked for
    duration elapsed{0};
};

/// Credentials were fetched, or could not be.
class credentials {
public:
    credentials() = default;
    std::string_view source;  ///< name of the provider, as in `environment` or `oidc`
    std::optional<errc> failure;
    bool kept_old = false;  ///< it failed, and those at hand are used on: they are still valid
    duration elapsed{0};
};

}  // namespace events

/// Hooks of a client. Each is called on the client's executor (by whoever ends a connection: also
/// while a client or an io_context is destroyed), in the middle of the client's work. So a hook
/// - returns soon: it does not block, and does no I/O that can block;
/// - does not call the client, its sandboxes or processes, and does not drop their last handle;
///   it may `post` to an executor;
/// - does not keep a text of the event: copy it.
/// What it throws is swallowed and counted in `failures()`; the client goes on.
/// The client shares its ownership until the last of its connections is closed. One observer may
/// serve several clients; when they run on different threads it must be thread-safe by itself.
class ECISBX_API observer {
public:
    observer() = default;
    observer(const observer&) = delete;
    observer& operator=(const observer&) = delete;
    virtual ~observer() = default;

    /// An attempt of a call has ended.
    virtual void on_attempt(const events::api_attempt&) {}
    /// A call will be made again.
    virtual void on_retry(const events::api_retry&) {}
    /// A call has ended, with all its attempts.
    virtual void on_call(const events::api_call&) {}
    /// Calls are slowed down.
    virtual void on_throttle(const events::throttle&) {}
    /// A connection is ready.
    virtual void on_connection_opened(const events::connection_opened&) {}
    /// A connection could not be made.
    virtual void on_connection_failed(const events::connection_failed&) {}
    /// An open connection is used once more.
    virtual void on_connection_reused(const events::connection_reused&) {}
    /// A connection is closed.
    virtual void on_connection_closed(const events::connection_closed&) {}
    /// Bytes went over a connection.
    virtual void on_traffic(const events::traffic&) {}
    /// A command starts.
    virtual void on_exec_started(const events::exec_started&) {}
    /// A command has ended.
    virtual void on_exec_ended(const events::exec_ended&) {}
    /// A signal was sent.
    virtual void on_signal(const events::signal_sent&) {}
    /// A file or folder was moved, or could not be.
    virtual void on_file_transfer(const events::file_transfer&) {}
    /// A session was looked at.
    virtual void on_tmux_round(const events::tmux_round&) {}
    /// The watcher of states made a call.
    virtual void on_status_round(const events::status_round&) {}
    /// Credentials were fetched, or could not be.
    virtual void on_credentials(const events::credentials&) {}

    /// How many times a hook of this observer has thrown.
    std::uint64_t failures() const noexcept { return failures_.load(std::memory_order_relaxed); }

private:
    friend class core::observation;
    std::atomic<std::uint64_t> failures_{0};
};

}  // namespace ecisbx

#endif
