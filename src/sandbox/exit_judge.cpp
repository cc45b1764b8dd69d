#include "sandbox/exit_judge.hpp"

#include <utility>

namespace ecisbx::detail {
namespace {

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

exit_judge::exit_judge(const std::string& nonce, bool tty) : out_(nonce), err_(nonce), tty_(tty) {}

void exit_judge::take(const channel_event& event, std::string& out, std::string& err) {
    using kind = channel_event::kind;
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
        case kind::failure: take_failure(event.message); break;
        case kind::end:
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
    complete_ = complete;
    note_ = std::move(note);
}

void exit_judge::check_trailers() {
    if (!out_.status()) return;
    bool both = tty_ || err_.status() || out_.trailers() >= 2;
    if (both) decide(exit_status::from_shell(*out_.status()), true, {});
}

void exit_judge::without_record(std::string why) {
    auto code = out_.status() ? out_.status() : err_.status();
    auto status = code ? exit_status::from_shell(*code) : exit_status();
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
