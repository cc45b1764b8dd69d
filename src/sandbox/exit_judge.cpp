#include "sandbox/exit_judge.hpp"

#include <utility>

namespace ecisbx::detail {
namespace {

const char* left_behind_note =
    "a process that the command left behind holds the output open; what it writes later is not "
    "here";
const char* merged_note = "the wire merges stderr into stdout";

void add_note(std::string& notes, const std::string& more) {
    if (more.empty()) return;
    if (!notes.empty()) notes += "; ";
    notes += more;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

exit_judge::exit_judge(const std::string& nonce, bool tty) : out_(nonce), err_(nonce), tty_(tty) {}

void exit_judge::take(const channel_event& event, std::string& out, std::string& err) {
    using kind = channel_event::kind;
    if (doubt_.empty()) doubt_ = event.doubt;
    switch (event.what) {
        case kind::out:
            seen_ = seen_ || !event.bytes.empty();
            out_.feed(event.bytes, out);
            check_trailers();
            break;
        case kind::err:
            seen_ = seen_ || !event.bytes.empty();
            err_.feed(event.bytes, err);
            check_trailers();
            break;
        case kind::exit: decide(exit_status::from_shell(event.code), true, {}); break;
        case kind::failure:
            if (proven_)
                decide_by_trailers({});
            else
                take_failure(event.message);
            break;
        case kind::end:
            if (proven_) {
                decide_by_trailers({});
                break;
            }
            without_record(event.clean ? "the channel closed before the exit was seen"
                                       : "the connection was cut: " + event.message);
            break;
    }
    if (decided_) {
        out_.finish(out);
        err_.finish(err);
    }
}

void exit_judge::decide(exit_status status, bool complete, std::string note) {
    decided_ = true;
    status_ = status;
    complete_ = complete && doubt_.empty();
    note_ = std::move(note);
    add_note(note_, doubt_);
    if (out_.trailers() > 1 && !err_.status() && !tty_) add_note(note_, merged_note);
}

void exit_judge::settle(std::string& out, std::string& err) {
    decide_by_trailers(left_behind_note);
    out_.finish(out);
    err_.finish(err);
}

void exit_judge::decide_by_trailers(std::string note) {
    decide(exit_status::from_shell(*out_.status()), true, std::move(note));
}

void exit_judge::check_trailers() {
    if (!out_.status()) return;
    proven_ = tty_ || err_.status() || out_.trailers() >= 2;
}

void exit_judge::without_record(std::string why) {
    auto code = out_.status() ? out_.status() : err_.status();
    auto status = code ? exit_status::from_shell(*code) : exit_status();
    if (!code && !seen_) why += "; it is not known whether the command started";
    decide(status, false, std::move(why));
}

void exit_judge::take_failure(const std::string& message) {
    without_record("the service reported: " + message);
    if (seen_) return;
    bool no_shell =
        contains(message, "executable file not found") || contains(message, "no such file");
    failure_ = no_shell ? error_info(errc::unsupported,
                                     "the image has no POSIX shell at /bin/sh: " + message)
                        : error_info(errc::service, "the command could not be run: " + message);
}

}  // namespace ecisbx::detail
