// Decides from the events of an exec channel what is the command's output, when it is over, and
// what is known then. No I/O.
#ifndef ECISBX_SANDBOX_EXIT_JUDGE_HPP
#define ECISBX_SANDBOX_EXIT_JUDGE_HPP

#include <ecisbx/error.hpp>
#include <ecisbx/exec.hpp>

#include "proto/exit_trailer.hpp"
#include "sandbox/backend.hpp"

#include <optional>
#include <string>

namespace ecisbx::detail {

/// The end is decided by
/// 1. the wire's own exit record, which follows all output: complete;
/// 2. the end of the channel, or `settle`, after the wrapper's trailers on both streams (on stdout
///    only with a terminal; two on stdout where the wire merges the streams), each of which
///    follows its stream: complete, and `proven` from then on;
/// 3. the end of the channel without: the status of a trailer if there was one, else lost; not
///    complete.
/// So a command that has found out the nonce (its wrapper's arguments tell it to the same user)
/// and prints trailers of its own is overruled by the wire's record and by the wrapper's trailers.
/// Whatever the peer says, output that may have been altered on the way is not complete.
class exit_judge {
public:
    exit_judge(const std::string& nonce, bool tty);

    /// Takes an event in and appends the user's bytes to `out` and `err`; with the last event also
    /// what was held back. Precondition: `!decided()`.
    void take(const channel_event& event, std::string& out, std::string& err);

    /// Does not wait for the end of the channel any longer: something that the command left behind
    /// holds the output open. Appends what was held back. Precondition: `proven()`, not
    /// `decided()`.
    void settle(std::string& out, std::string& err);

    bool decided() const { return decided_; }
    /// The trailers are here.
    bool proven() const { return proven_; }
    /// Not empty: why the output so far may not be what was written.
    const std::string& doubt() const { return doubt_; }
    /// The wrapper runs; a terminal has its size, and its loader waits for the preamble.
    bool ready_seen() const { return out_.ready_seen(); }

    /// After the decision.
    const exit_status& status() const { return status_; }
    bool complete() const { return complete_; }
    const std::string& note() const { return note_; }
    /// Set when nothing of the command was ever seen: there is no result then, only this error.
    const std::optional<error_info>& failure() const { return failure_; }

private:
    void decide(exit_status status, bool complete, std::string note);
    void check_trailers();
    void decide_by_trailers(std::string note);
    void without_record(std::string why);
    void take_failure(const std::string& message);

    proto::exit_trailer out_;
    proto::exit_trailer err_;
    bool tty_;
    bool seen_ = false;  // any byte of the command or its wrapper
    bool proven_ = false;
    bool decided_ = false;
    std::string doubt_;  // why the output may not be what was written
    exit_status status_;
    bool complete_ = false;
    std::string note_;
    std::optional<error_info> failure_;
};

}  // namespace ecisbx::detail

#endif
