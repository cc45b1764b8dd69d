/// @file
/// Container logs: one window of a log, and following it as it grows.
#ifndef ECISBX_ECI_LOGS_HPP
#define ECISBX_ECI_LOGS_HPP

#include <ecisbx/export.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace ecisbx::eci {

/// Which part of a log `client::logs` returns, and where and how `client::follow_logs` begins.
/// Checked before the call; the errors begin `log_options:` and name the setting.
class log_options {
public:
    using milliseconds = std::chrono::milliseconds;

    log_options() = default;

    /// Default: the first container of the group, which may cost one call to learn its name.
    log_options& container(std::string name) & { return container_ = std::move(name), *this; }
    log_options&& container(std::string name) && { return std::move(container(std::move(name))); }
    /// At most this many of the last lines, 1 to 2000. Default 500. Of `follow_logs`: how many of
    /// those that are there when it begins; later windows are as large as the service allows.
    log_options& tail(int lines) & { return tail_ = lines, *this; }
    log_options&& tail(int lines) && { return std::move(tail(lines)); }
    /// Only lines of the last `n` seconds, at least 1. Default: all. Not with `start_time`.
    log_options& since_seconds(std::int64_t n) & { return since_ = n, *this; }
    log_options&& since_seconds(std::int64_t n) && { return std::move(since_seconds(n)); }
    /// Only lines from this second on (UTC). Default: all.
    log_options& start_time(std::chrono::sys_seconds at) & { return start_ = at, *this; }
    log_options&& start_time(std::chrono::sys_seconds at) && { return std::move(start_time(at)); }
    /// The log of the container before its last restart. Default off. Not of `follow_logs`, which
    /// reads it by itself when a restart comes in between.
    log_options& previous(bool on = true) & { return previous_ = on, *this; }
    log_options&& previous(bool on = true) && { return std::move(previous(on)); }
    /// At most about this many bytes in one answer, 1 to 1048576. Default of `logs`: the service's,
    /// 1 MiB; of `follow_logs`: 1048576, and at least 4096.
    log_options& limit_bytes(std::int64_t bytes) & { return limit_ = bytes, *this; }
    log_options&& limit_bytes(std::int64_t bytes) && { return std::move(limit_bytes(bytes)); }
    /// Begin each line with its time, as `2026-01-02T03:04:05.123456789Z `. Default off.
    log_options& timestamps(bool on = true) & { return timestamps_ = on, *this; }
    log_options&& timestamps(bool on = true) && { return std::move(timestamps(on)); }
    /// Of `follow_logs`: the pause between two polls is `shortest` while lines come and grows by
    /// half to `longest` while none do. Defaults 500 ms and 5 s; 10 ms at least, 1 h at most. The
    /// service allows 500 polls a minute, of all followers of an account together.
    log_options& pace(milliseconds shortest, milliseconds longest) & {
        return shortest_ = shortest, longest_ = longest, *this;
    }
    log_options&& pace(milliseconds shortest, milliseconds longest) && {
        return std::move(pace(shortest, longest));
    }

    const std::string& container() const noexcept { return container_; }
    std::optional<int> tail() const noexcept { return tail_; }
    std::optional<std::int64_t> since_seconds() const noexcept { return since_; }
    std::optional<std::chrono::sys_seconds> start_time() const noexcept { return start_; }
    bool is_previous() const noexcept { return previous_; }
    std::optional<std::int64_t> limit_bytes() const noexcept { return limit_; }
    bool has_timestamps() const noexcept { return timestamps_; }
    milliseconds shortest_pause() const noexcept { return shortest_; }
    milliseconds longest_pause() const noexcept { return longest_; }

private:
    std::string container_;
    std::optional<int> tail_;
    std::optional<std::int64_t> since_;
    std::optional<std::chrono::sys_seconds> start_;
    bool previous_ = false;
    std::optional<std::int64_t> limit_;
    bool timestamps_ = false;
    milliseconds shortest_{500};
    milliseconds longest_{5000};
};
static_assert(!std::is_aggregate_v<log_options>);

/// A window of a container's log.
class container_log {
public:
    container_log() = default;
    std::string container;
    /// stdout and stderr together, as the service gives them: text in UTF-8, where U+FFFD stands
    /// for bytes that were none. When it is as long as what was asked for, there may be more.
    std::string content;
    std::string request_id;
};

/// A log that is read as it grows; made by `client::follow_logs`. Move-only; dropping it ends the
/// following, and nothing of it runs outside of `read`.
///
/// The service has no way to follow: it is polled for windows of at most 2000 lines and about
/// 1 MiB. The windows overlap, and lines are told apart by their times (nanoseconds) and texts, so
/// that none is repeated. A container that prints no more than 2000 lines and 1 MiB between two
/// polls (with the default pace: 4000 lines and 2 MiB a second), and no more than 1 MiB within one
/// second, loses none; above that the lines which no window showed are gone, and `lost_lines`
/// says so. Reading slowly is polling slowly.
///
/// | after             | what is known                                                      |
/// |-------------------|--------------------------------------------------------------------|
/// | a piece           | lines as they were printed, none twice; see `lost_lines`           |
/// | nothing           | it has ended for good; every line the service had is delivered     |
/// | an error, cancel  | nothing is lost: `read` again goes on where it was                 |
/// | `not_found`       | the group or container is gone; what it printed last is not known  |
/// | `not_ready`       | it has ended without having started: there never was a log         |
///
/// Following never changes anything in the sandbox, and the container runs on in every case.
/// Thread safety: none; use it on the executor of its client.
class ECISBX_API log_stream {
public:
    /// Empty: may be assigned to and destroyed. `co_spawn` needs it to carry one out.
    log_stream() = default;
    class ECISBX_INTERNAL impl;
    /// For the library; users get one from `client::follow_logs`.
    explicit log_stream(std::shared_ptr<impl> state);
    log_stream(log_stream&&) noexcept;
    log_stream& operator=(log_stream&&) noexcept;
    ~log_stream();

    /// Waits for more and returns it: one or more lines with their line ends; the last one is
    /// without, when the container has printed only its beginning so far. Nothing after the end,
    /// again and again. A restart of the container is passed over silently: what is left of the old
    /// one's log comes first. Only one `read` at a time. A container that has not started yet is
    /// waited for.
    /// Cancellation: terminal, partial and total.
    /// Errors: those of every call of the client, `not_found`, `not_ready`; `invalid_argument` on
    /// an empty stream, or when another `read` is under way.
    boost::asio::awaitable<std::optional<std::string>> read();

    /// Lines are missing, or may be, right before the piece that `read` returned last (how many,
    /// nobody knows); after the end: before the end.
    bool lost_lines() const noexcept;
    /// How often that was so until now.
    std::uint64_t gaps() const noexcept;
    /// The container that is followed; empty until the first `read` when it was not given.
    std::string container() const;
    /// The service's id of the last poll.
    std::string request_id() const;

private:
    std::shared_ptr<impl> impl_;
};

}  // namespace ecisbx::eci

#endif
