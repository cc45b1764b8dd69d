// May a failed call be tried again, and after how long?
//
// `decide_retry` is the pure rule about one outcome; a `retrier` applies it to one call, with the
// limits on attempts, time and the client's budget, and says why it stopped.
#ifndef ECISBX_PROTO_RETRY_HPP
#define ECISBX_PROTO_RETRY_HPP

#include "core/backoff.hpp"
#include "core/deadline.hpp"
#include "core/random.hpp"
#include "core/time.hpp"
#include "proto/retry_budget.hpp"

#include <ecisbx/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::proto {

/// How one attempt failed.
struct attempt_outcome {
    /// No answer came: why (`connection`, `resolve`, `timeout`, `tls`, ...). Nothing: it came.
    std::optional<errc> failure;
    bool request_written = false;  ///< bytes of the request may have reached the service
    int http_status = 0;
    std::string service_code;
    std::optional<std::chrono::milliseconds> retry_after;  ///< see `retry_after_hint`
    bool server_date_known = false;                        ///< the answer had a usable Date
};

/// What the answer's headers ask for; empty ones are absent ones.
struct retry_headers {
    std::string_view x_acs_retry_after;     ///< milliseconds
    std::string_view retry_after;           ///< seconds or an HTTP date
    std::string_view x_ratelimit_user_api;  ///< `...,TimeLeft:<ms>`
    std::string_view x_ratelimit_user;      ///< the same
};
/// The first of them that can be read and is positive, at most a day.
std::optional<std::chrono::milliseconds> retry_after_hint(const retry_headers& headers,
                                                          core::utc_time now);

enum class retry_action {
    stop,
    retry,                   ///< sign anew and send
    resync_clock_and_retry,  ///< first set the clock by the answer's Date header; at most once
};
enum class delay_class { none, connection, server, throttled };

struct retry_decision {
    retry_action action = retry_action::stop;
    delay_class delay = delay_class::none;
    std::string reason;  ///< why it is, or is not, tried again; for messages and logs
};

/// The service refused the call because of its rate, and did nothing. Not for a limit that no
/// deadline outlasts.
bool is_throttling(const attempt_outcome& outcome);

/// `repeatable`: doing it twice does no harm (a reading call, or one with a ClientToken).
/// `clock_corrected`: the clock was set by a Date header during this call already.
retry_decision decide_retry(const attempt_outcome& outcome, bool repeatable, bool clock_corrected);

struct retry_settings {
    bool repeatable = false;
    unsigned max_attempts = 4;  ///< the first included
    /// Somebody else spaces out the calls that are throttled (see `call_quota`): they count neither
    /// as attempts nor against the budget, only the deadline ends them, and the pause is what the
    /// service asked for, without jitter.
    bool paced = false;
};

/// One per call. The budget must outlive it.
class retrier {
public:
    using milliseconds = std::chrono::milliseconds;
    retrier(retry_settings settings, retry_budget& budget, core::random_source random);

    struct verdict {
        retry_action action = retry_action::stop;
        milliseconds pause{0};
        std::string reason;
    };
    /// After an attempt failed; `remaining`: time left for the whole call. A pause that would not
    /// end before it is not begun.
    verdict failed(const attempt_outcome& outcome, core::deadline::duration remaining);
    /// The attempt succeeded: puts into the budget.
    void succeeded();
    /// Attempts reported so far.
    unsigned attempts() const { return attempts_; }

private:
    milliseconds pause_for(delay_class kind, std::optional<milliseconds> hint);

    retry_settings settings_;
    retry_budget* budget_;
    core::backoff connection_;
    core::backoff server_;
    core::backoff throttled_;
    unsigned attempts_ = 0;
    unsigned counted_ = 0;  // of them, against max_attempts
    bool clock_corrected_ = false;
};

}  // namespace ecisbx::proto

#endif
