/// @file
/// tmux sessions: jobs that outlive the connection.
///
/// What is known afterwards:
/// | operation              | success             | timeout, cancel      | a cut                 |
/// |------------------------|---------------------|----------------------|-----------------------|
/// | tmux_start             | started, once       | throws, perhaps      | `connection`, perhaps |
/// | tmux_poll              | state and output    | throws               | throws                |
/// | tmux_wait              | it ended, and how   | `running`; or throws | is made again         |
/// | tmux_kill              | all of it is gone   | throws, perhaps      | throws, perhaps       |
/// | tmux_list, tmux_screen | what there was then | throws               | throws                |
/// "Perhaps": a start may have started the job, so poll it by its name; a kill may have ended it,
/// so kill it again. Where nothing is said, nothing has changed in the sandbox. `tmux_wait` returns
/// the state `running` after its timeout, and throws only when it is cancelled.
///
/// May the job still be running? After `tmux_start`, in any case. After the others: as if they had
/// not been called, but for `tmux_kill`: no after a success, perhaps after anything else. What a
/// call itself has running in the sandbox is killed in the background after a timeout, a cut or a
/// cancel. A start that was cut before tmux ran leaves at most an empty session of its name, which
/// reads `not_found` with a note and is removed by `tmux_kill`. Name the session (`session`) where
/// a lost answer must not mean a lost job.
///
/// How far a state can be trusted: session and state belong to the sandbox's user. A job that runs
/// as that user and means harm can lie about itself: it can write a status of its own into the
/// state folder, end the runner that would report the true one, drop or change its recorded output,
/// or kill its tmux server (`not_found` then). What it can not do is to be taken for ended by
/// anything that it prints, whatever that looks like, to reach other users' sessions, or to make an
/// answer larger than was asked for. Where that matters run the job as another user.
///
/// Wires: all that relay bytes. One of text messages (see `exec_result::complete`) can not carry
/// output that is not UTF-8, nor a piece of it that begins or ends within a character: that is
/// `unsupported`; `tmux_wait_options::max_output(0)` waits without any output.
#ifndef ECISBX_TMUX_HPP
#define ECISBX_TMUX_HPP

#include <ecisbx/exec.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ecisbx {

/// Settings of `sandbox::tmux_start`.
class tmux_options {
public:
    tmux_options() = default;

    /// Name of the session, `[A-Za-z0-9_-]{1,64}`. Default: `ecisbx-` and 12 random hex digits.
    tmux_options& session(std::string name) & { return session_ = std::move(name), *this; }
    /// Working folder of the job; one that can not be entered ends the session with status 126
    /// and a message in the output. Default: the container's own.
    tmux_options& dir(std::string path) & { return dir_ = std::move(path), *this; }
    /// One more environment variable; the name must be `[A-Za-z_][A-Za-z0-9_]*`.
    tmux_options& env(std::string name, std::string value) & {
        return env_.emplace_back(std::move(name), std::move(value)), *this;
    }
    /// Size of the pane, 1 to 1000 each. Default 24 rows of 80 columns. It does not touch the
    /// output, which is never wrapped.
    tmux_options& size(unsigned rows, unsigned columns) & {
        return rows_ = rows, columns_ = columns, *this;
    }
    /// Lines that tmux itself keeps for people who attach, up to 10,000,000; the output does not
    /// depend on it. Default 50,000.
    tmux_options& history_limit(unsigned lines) & { return history_ = lines, *this; }
    /// Leaves the terminal as a person at `tmux attach` expects it: newlines become CR LF, in the
    /// output too, and what is typed is echoed. Default: off, the output is what the job wrote.
    tmux_options& cooked(bool on = true) & { return cooked_ = on, *this; }
    /// Name of the container. Default: the sandbox's first.
    tmux_options& container(std::string name) & { return container_ = std::move(name), *this; }

    tmux_options&& session(std::string name) && { return std::move(session(std::move(name))); }
    tmux_options&& dir(std::string path) && { return std::move(dir(std::move(path))); }
    tmux_options&& env(std::string name, std::string value) && {
        return std::move(env(std::move(name), std::move(value)));
    }
    tmux_options&& size(unsigned rows, unsigned cols) && { return std::move(size(rows, cols)); }
    tmux_options&& history_limit(unsigned lines) && { return std::move(history_limit(lines)); }
    tmux_options&& cooked(bool on = true) && { return std::move(cooked(on)); }
    tmux_options&& container(std::string n) && { return std::move(container(std::move(n))); }

    const std::string& session() const noexcept { return session_; }
    const std::string& dir() const noexcept { return dir_; }
    const std::vector<std::pair<std::string, std::string>>& env() const noexcept { return env_; }
    unsigned rows() const noexcept { return rows_; }
    unsigned columns() const noexcept { return columns_; }
    unsigned history_limit() const noexcept { return history_; }
    bool is_cooked() const noexcept { return cooked_; }
    const std::string& container() const noexcept { return container_; }

private:
    std::string session_;
    std::string dir_;
    std::vector<std::pair<std::string, std::string>> env_;
    unsigned rows_ = 24, columns_ = 80;
    unsigned history_ = 50'000;
    bool cooked_ = false;
    std::string container_;
};

/// How `sandbox::tmux_wait` waits. Each round is one exec that stays in the sandbox until the job
/// ends or the round's interval is over; the end is seen at once whatever the interval. With the
/// defaults ten minutes cost at most 30 execs.
class tmux_wait_options {
public:
    using milliseconds = std::chrono::milliseconds;
    tmux_wait_options() = default;

    /// How long to wait; the job goes on after it. Must be > 0. Default 600 s.
    tmux_wait_options& timeout(milliseconds length) & { return timeout_ = length, *this; }
    /// Length of the first round, > 0. Default 0.1 s.
    tmux_wait_options& first(milliseconds length) & { return first_ = length, *this; }
    /// What each round's length is multiplied by, >= 1. Default 1.5.
    tmux_wait_options& factor(double times) & { return factor_ = times, *this; }
    /// Longest round, >= `first`. Default 60 s.
    tmux_wait_options& cap(milliseconds length) & { return cap_ = length, *this; }
    /// Up to this share of a round is taken off at random, 0 to 1, so that many waiters spread.
    /// Default 0.1.
    tmux_wait_options& jitter(double share) & { return jitter_ = share, *this; }
    /// Where in the output to begin. Default: at the first byte.
    tmux_wait_options& from_byte(std::uint64_t offset) & { return from_ = offset, *this; }
    /// Output to collect at most; the rest stays in the sandbox, the result's `more()` is true
    /// then. Default 64 MiB.
    tmux_wait_options& max_output(std::size_t bytes) & { return max_output_ = bytes, *this; }

    tmux_wait_options&& timeout(milliseconds l) && { return std::move(timeout(l)); }
    tmux_wait_options&& first(milliseconds length) && { return std::move(first(length)); }
    tmux_wait_options&& factor(double times) && { return std::move(factor(times)); }
    tmux_wait_options&& cap(milliseconds length) && { return std::move(cap(length)); }
    tmux_wait_options&& jitter(double share) && { return std::move(jitter(share)); }
    tmux_wait_options&& from_byte(std::uint64_t o) && { return std::move(from_byte(o)); }
    tmux_wait_options&& max_output(std::size_t b) && { return std::move(max_output(b)); }

    milliseconds timeout() const noexcept { return timeout_; }
    milliseconds first() const noexcept { return first_; }
    double factor() const noexcept { return factor_; }
    milliseconds cap() const noexcept { return cap_; }
    double jitter() const noexcept { return jitter_; }
    std::uint64_t from_byte() const noexcept { return from_; }
    std::size_t max_output() const noexcept { return max_output_; }

private:
    milliseconds timeout_ = std::chrono::seconds(600);
    milliseconds first_ = std::chrono::milliseconds(100);
    double factor_ = 1.5;
    milliseconds cap_ = std::chrono::seconds(60);
    double jitter_ = 0.1;
    std::uint64_t from_ = 0;
    std::size_t max_output_ = std::size_t(64) << 20;
};

/// One session, as `sandbox::tmux_start` and `tmux_list` tell of it.
class tmux_session {
public:
    tmux_session() = default;
    /// A session by its name.
    explicit tmux_session(std::string name_) : name(std::move(name_)) {}

    std::string name;
    std::string container;                          ///< as asked for; empty: the first
    std::chrono::system_clock::time_point created;  ///< by the sandbox's clock
    bool running = false;                           ///< the job had not ended
};

/// Names a session in the calls below: a name, or what `tmux_start` returned.
class tmux_id {
public:
    /// By its name.
    tmux_id(const char* name) : name_(name) {}
    /// The same.
    tmux_id(std::string name) : name_(std::move(name)) {}
    /// By its name, in the container that it was started in.
    tmux_id(const tmux_session& session) : name_(session.name), container_(session.container) {}
    /// Container it was started in. Default: the sandbox's first.
    tmux_id& container(std::string name) & { return container_ = std::move(name), *this; }
    tmux_id&& container(std::string name) && { return std::move(container(std::move(name))); }

    const std::string& name() const noexcept { return name_; }
    const std::string& container() const noexcept { return container_; }

private:
    std::string name_, container_;
};

/// What is known of a session's job.
class tmux_state {
public:
    /// Where the job is.
    enum phase {
        running,    ///< the job has not ended
        completed,  ///< it left its status: `status`, and no output is added any more
        not_found,  ///< no such session, or one that is gone without a status (see `note`)
    };
    tmux_state() = default;

    phase state = not_found;
    /// What the job wrote to its terminal, stdout and stderr as they came, from the byte that was
    /// asked for. Byte for byte what was written, unless the job itself changes its terminal's
    /// modes or was started `cooked`.
    std::string out;
    std::uint64_t next_byte = 0;    ///< where to go on: the byte behind `out`
    std::uint64_t total_bytes = 0;  ///< of output there were at that moment
    exit_status status;             ///< `completed`: how it ended, 128+n after a signal; else lost
    std::string note;               ///< what else there is to say, for a person to read
    /// `completed`: all that the job wrote before its end is in the output. False when a child
    /// that outlived it wrote so much, or the disk was so full, that its end was not seen.
    bool drained = false;

    /// There is output behind `next_byte` already.
    bool more() const noexcept { return next_byte < total_bytes; }
};

}  // namespace ecisbx

#endif
