/// @file
/// What an exec takes and what it gives back.
///
/// What is known of a command (`sandbox::exec` and `bash`; a `process` has a table of its own):
/// | what happened            | what you get           | output    | may it run remotely?    |
/// |--------------------------|------------------------|-----------|-------------------------|
/// | it ended, with proof     | its status, `complete` | all of it | no (children: `note`)   |
/// | it ended, half a proof   | its status, incomplete | what came | no                      |
/// | the deadline passed      | `timed_out`            | what came | no, killed; else `note` |
/// | a cut, or a close        | `lost`                 | what came | yes; a kill is tried    |
/// | cancel                   | throws `canceled`      | none      | a moment; killed        |
/// | not connected, too busy  | throws                 | none      | no: it never started    |
/// | refused, or no answer    | throws                 | none      | maybe; a kill is tried  |
/// Proof is the wire's own exit record, or the wrapper's report (a random nonce and the status) at
/// the end of both streams. A close alone, however clean, is none.
///
/// A command is never run twice: asking the service for the exec URL starts nothing and is
/// repeated, as is a dial that failed and a handshake that was turned away (HTTP 408, 429, 503;
/// with a new URL, because one can be used once). From the moment the upgrade request is sent it
/// may have started, and any other failure is final: behind a 502 is a peer that was asked, and a
/// URL that is refused may have been used up by a proxy that sent the request twice. The message
/// says "may have started" then. Only a peer that is found, by execs of `true`, to refuse whatever
/// offers subprotocols is asked again without.
#ifndef ECISBX_EXEC_HPP
#define ECISBX_EXEC_HPP

#include <ecisbx/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ecisbx {

/// Settings of one exec, bash or start. A class with setters and not an aggregate: a temporary
/// aggregate in a `co_await` expression is destroyed twice by GCC 12.
class exec_options {
public:
    using milliseconds = std::chrono::milliseconds;
    exec_options() = default;

    /// Working folder in the sandbox; a folder that can not be entered ends the exec with status
    /// 126 and a message on stderr. Default: the container's own.
    exec_options& dir(std::string path) & { return dir_ = std::move(path), *this; }
    /// One more environment variable; the name must be `[A-Za-z_][A-Za-z0-9_]*`.
    exec_options& env(std::string name, std::string value) & {
        return env_.emplace_back(std::move(name), std::move(value)), *this;
    }
    /// How long the command may run, counted from the call. At the end its process group is
    /// killed and the result says `timed_out`. Default 600 s; must be > 0.
    exec_options& timeout(milliseconds length) & { return timeout_ = length, *this; }
    /// No limit on how long the command may run.
    exec_options& no_timeout() & { return timeout_.reset(), *this; }
    /// How long opening the exec channel (call, dial, handshakes) may take. Default 30 s.
    exec_options& connect_timeout(milliseconds length) & { return connect_ = length, *this; }
    /// A peer that is silent for this long, or a random part of up to a quarter less, is pinged;
    /// one that is silent for twice as long is taken for gone (`lost`). Default 30 s.
    exec_options& idle_timeout(milliseconds length) & { return idle_ = length, *this; }
    /// Bytes for the command's stdin, which ends after them. Default: stdin is /dev/null.
    exec_options& input(std::string bytes) & { return input_ = std::move(bytes), *this; }
    /// `start` only: stdin stays open for `process::write` until `process::close_stdin`.
    exec_options& open_stdin() & { return open_stdin_ = true, *this; }
    /// Give the command a terminal of this size. There is no stderr then, and stdin is open. The
    /// size is set before the command starts when the image has `stty`; without it the command may
    /// find another size for a moment. A command of more than about 1,200 bytes needs `stty`.
    exec_options& tty(unsigned rows, unsigned columns) & {
        return tty_ = std::pair(rows, columns), *this;
    }
    /// How long to go on reading when the command has ended but the channel has not, because a
    /// process that it left behind holds the output open. What arrives in this time is output
    /// still; `exec_result::note` says that the time was used up. Default 250 ms; 0: none.
    exec_options& drain(milliseconds length) & { return drain_ = length, *this; }
    /// Keep at most this many bytes of each of `out` and `err`; the rest is read and dropped, the
    /// result's `complete` is false then. Default 64 MiB. `start` is not limited.
    exec_options& max_output(std::size_t bytes) & { return max_output_ = bytes, *this; }
    /// Name of the container. Default: the sandbox's first.
    exec_options& container(std::string name) & { return container_ = std::move(name), *this; }

    exec_options&& dir(std::string path) && { return std::move(dir(std::move(path))); }
    exec_options&& env(std::string name, std::string value) && {
        return std::move(env(std::move(name), std::move(value)));
    }
    exec_options&& timeout(milliseconds length) && { return std::move(timeout(length)); }
    exec_options&& no_timeout() && { return std::move(no_timeout()); }
    exec_options&& connect_timeout(milliseconds l) && { return std::move(connect_timeout(l)); }
    exec_options&& idle_timeout(milliseconds length) && { return std::move(idle_timeout(length)); }
    exec_options&& input(std::string bytes) && { return std::move(input(std::move(bytes))); }
    exec_options&& open_stdin() && { return std::move(open_stdin()); }
    exec_options&& tty(unsigned rows, unsigned cols) && { return std::move(tty(rows, cols)); }
    exec_options&& drain(milliseconds length) && { return std::move(drain(length)); }
    exec_options&& max_output(std::size_t bytes) && { return std::move(max_output(bytes)); }
    exec_options&& container(std::string n) && { return std::move(container(std::move(n))); }

    const std::string& dir() const noexcept { return dir_; }
    const std::vector<std::pair<std::string, std::string>>& env() const noexcept { return env_; }
    std::optional<milliseconds> timeout() const noexcept { return timeout_; }
    milliseconds connect_timeout() const noexcept { return connect_; }
    milliseconds idle_timeout() const noexcept { return idle_; }
    const std::optional<std::string>& input() const noexcept { return input_; }
    bool stdin_open() const noexcept { return open_stdin_ || tty_.has_value(); }
    const std::optional<std::pair<unsigned, unsigned>>& tty() const noexcept { return tty_; }
    milliseconds drain() const noexcept { return drain_; }
    std::size_t max_output() const noexcept { return max_output_; }
    const std::string& container() const noexcept { return container_; }

private:
    std::string dir_;
    std::vector<std::pair<std::string, std::string>> env_;
    std::optional<milliseconds> timeout_ = std::chrono::seconds(600);
    milliseconds connect_ = std::chrono::seconds(30);
    milliseconds idle_ = std::chrono::seconds(30);
    std::optional<std::string> input_;
    bool open_stdin_ = false;
    std::optional<std::pair<unsigned, unsigned>> tty_;
    milliseconds drain_{250};
    std::size_t max_output_ = std::size_t(64) << 20;
    std::string container_;
};

/// How a process ended, as far as it is known.
enum class end_reason {
    exited,     ///< it ended by itself; `code()` is its status
    signaled,   ///< a signal ended it; `signal()` tells which
    timed_out,  ///< the deadline passed and its process group was killed
    lost,       ///< the channel ended before its exit was seen: it may still be running
};

/// The end of a process. Wires that relay a shell's status know a death by signal n only as
/// 128+n: statuses 129 to 159 are read as `signaled`, so a program that exits with such a status
/// by itself looks the same. `code()` is the same number either way.
class ECISBX_API exit_status {
public:
    exit_status() = default;  ///< lost
    /// As given; nothing is checked.
    exit_status(ecisbx::end_reason reason, int code) : reason_(reason), code_(code) {}
    /// From a shell-style status 0..255.
    static exit_status from_shell(int status);

    ecisbx::end_reason end_reason() const noexcept { return reason_; }
    bool exited() const noexcept { return reason_ == ecisbx::end_reason::exited; }
    /// 0..255 when exited; 128+n when signaled; 124 when timed out; -1 when lost.
    int code() const noexcept { return code_; }
    /// The signal's number, 0 unless signaled.
    int signal() const noexcept {
        return reason_ == ecisbx::end_reason::signaled ? code_ - 128 : 0;
    }
    friend bool operator==(const exit_status&, const exit_status&) = default;

private:
    ecisbx::end_reason reason_ = ecisbx::end_reason::lost;
    int code_ = -1;
};

/// `exited 3`, `signaled 9`, `timed_out`, `lost`.
ECISBX_API std::ostream& operator<<(std::ostream& os, end_reason reason);
/// The reason, and the status or the signal where there is one.
ECISBX_API std::ostream& operator<<(std::ostream& os, const exit_status& status);

/// The outcome of a command. A command that fails, dies or runs out of time is a result, not an
/// error.
class ECISBX_API exec_result {
public:
    exec_result() = default;

    std::string out;     ///< bytes of stdout (of the terminal, with `tty`)
    std::string err;     ///< bytes of stderr
    exit_status status;  ///< how it ended
    /// Every byte that was written to both streams until the command ended is here, unchanged and
    /// proven (see the top of exec.hpp). False after a timeout or a cut, with more output than
    /// `max_output`, and where a wire of text messages has put U+FFFD in the place of other bytes.
    bool complete = false;
    std::uint64_t out_bytes = 0;           ///< bytes of stdout that arrived, those dropped included
    std::uint64_t err_bytes = 0;           ///< the same of stderr
    std::string request_id;                ///< the service's id of the call that opened the channel
    std::chrono::milliseconds elapsed{0};  ///< from the call to the result
    /// For a person to read: why it is lost or incomplete, that the wire merged stderr into `out`,
    /// or that a process that was left behind held the output open.
    std::string note;

    /// Exited with 0 and complete.
    bool ok() const noexcept { return status.exited() && status.code() == 0 && complete; }
    /// Throws `command_failed` unless `ok()`.
    const exec_result& throw_if_failed() const;
};

/// What `exec_result::throw_if_failed` throws; `what()` has the status, the note and the end of
/// stderr.
class ECISBX_API command_failed : public std::runtime_error {
public:
    /// `result`: what failed; kept for `result()`.
    explicit command_failed(exec_result result);
    const exec_result& result() const noexcept { return *result_; }

private:
    std::shared_ptr<const exec_result> result_;  // copying an exception must not throw
};

/// Which output of a process.
enum class stream_id {
    out,  ///< stdout, or the terminal
    err,  ///< stderr
};

/// A piece of a process's output, in the order of arrival.
class chunk {
public:
    chunk() = default;
    /// `bytes_`: not empty.
    chunk(stream_id stream_, std::string bytes_) : stream(stream_), bytes(std::move(bytes_)) {}
    stream_id stream = stream_id::out;
    std::string bytes;  ///< never empty
};

}  // namespace ecisbx

#endif
