#include "sandbox/exit_judge.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace ecisbx;
using detail::channel_event;
using detail::exit_judge;
using kind = channel_event::kind;

const std::string nonce(32, 'a');

struct seat {
    exit_judge judge;
    std::string out, err;
    explicit seat(bool tty = false) : judge(nonce, tty) {}
    void take(kind what, std::string bytes = {}, int code = 0, bool clean = false) {
        channel_event event;
        event.what = what;
        event.bytes = bytes;
        event.code = code;
        event.clean = clean;
        event.message = what == kind::failure ? bytes : "why";
        judge.take(event, out, err);
    }
};

std::string trailer(int status) {
    return proto::exit_trailer_text(nonce, status);
}

TEST_CASE("the wire's exit record decides and is complete") {
    seat s;
    s.take(kind::out, "hello");
    CHECK_FALSE(s.judge.decided());
    s.take(kind::exit, {}, 3);
    REQUIRE(s.judge.decided());
    CHECK(s.judge.status().code() == 3);
    CHECK(s.judge.complete());
    CHECK(s.out == "hello");
}

TEST_CASE("trailers on both streams and then an end decide, in either order") {
    for (bool out_first : {true, false}) {
        seat s;
        s.take(out_first ? kind::out : kind::err, "x" + trailer(7));
        CHECK_FALSE(s.judge.decided());
        CHECK_FALSE(s.judge.proven());
        s.take(out_first ? kind::err : kind::out, "y" + trailer(7));
        CHECK(s.judge.proven());
        CHECK_FALSE(s.judge.decided());
        s.take(kind::end, {}, 0, out_first);
        REQUIRE(s.judge.decided());
        CHECK(s.judge.note().empty());
        CHECK(s.judge.complete());
        CHECK(s.judge.status().code() == 7);
        CHECK(s.out + s.err == (out_first ? "xy" : "yx"));
    }
}

TEST_CASE("two trailers on stdout decide on a wire that merges the streams") {
    seat s;
    s.take(kind::out, "x" + trailer(0));
    CHECK_FALSE(s.judge.proven());
    s.take(kind::out, trailer(0));
    CHECK(s.judge.proven());
    s.take(kind::end);
    CHECK(s.judge.decided());
    CHECK(s.judge.complete());
    CHECK(s.judge.note() == "the wire merges stderr into stdout");
}

TEST_CASE("settle: the proven end without the channel's") {
    seat s;
    s.take(kind::out, "x" + trailer(2));
    s.take(kind::err, trailer(2) + "\x1e" + nonce.substr(0, 4));
    s.judge.settle(s.out, s.err);
    REQUIRE(s.judge.decided());
    CHECK(s.judge.complete());
    CHECK(s.judge.status().code() == 2);
    CHECK(s.err == "\x1e" + nonce.substr(0, 4));  // what was held back is output
    CHECK(s.judge.note().find("left behind") != std::string::npos);
}

TEST_CASE("after the proof a record overrules, a failure and a cut change nothing") {
    for (auto what : {kind::exit, kind::failure, kind::end}) {
        seat s;
        s.take(kind::out, trailer(2));
        s.take(kind::err, trailer(2));
        s.take(what, "node is gone", 9);
        REQUIRE(s.judge.decided());
        CHECK(s.judge.status().code() == (what == kind::exit ? 9 : 2));
        CHECK(s.judge.complete());
        CHECK_FALSE(s.judge.failure());
    }
}

TEST_CASE("trailers of the command's own are overruled by the wrapper's, which come last") {
    seat s;
    s.take(kind::out, trailer(0) + "still here" + trailer(0));
    CHECK(s.judge.proven());  // too early, but the end of the channel is waited for
    s.take(kind::out, trailer(5));
    s.take(kind::err, trailer(5));
    s.take(kind::end, {}, 0, true);
    CHECK(s.judge.status().code() == 5);
    CHECK(s.out == "still here");
}

TEST_CASE("any doubt about the bytes takes completeness away, whatever proves the end") {
    for (bool record : {true, false}) {
        seat s;
        channel_event event;
        event.what = kind::out;
        event.doubt = "no base64";
        s.judge.take(event, s.out, s.err);
        s.take(kind::out, trailer(0));
        s.take(kind::err, trailer(0));
        s.take(record ? kind::exit : kind::end, {}, 0, true);
        CHECK(s.judge.status().code() == 0);
        CHECK_FALSE(s.judge.complete());
        CHECK(s.judge.note() == "no base64");
    }
}

TEST_CASE("a terminal needs one trailer") {
    seat s(true);
    s.take(kind::out, "x" + trailer(1));
    REQUIRE(s.judge.proven());
    s.take(kind::end);
    CHECK(s.judge.complete());
    CHECK(s.judge.status().code() == 1);
}

TEST_CASE("bytes of a background child behind the trailer are output") {
    seat s;
    s.take(kind::err, trailer(0));
    s.take(kind::out, "x" + trailer(0) + "late");
    REQUIRE(s.judge.proven());
    s.take(kind::out, " later");
    s.take(kind::end);
    CHECK(s.out == "xlate later");
}

TEST_CASE("the end of the channel without a record is lost, also when it is clean") {
    for (bool clean : {true, false}) {
        seat s;
        s.take(kind::out, "x");
        s.take(kind::end, {}, 0, clean);
        REQUIRE(s.judge.decided());
        CHECK(s.judge.status().end_reason() == end_reason::lost);
        CHECK_FALSE(s.judge.complete());
        CHECK_FALSE(s.judge.note().empty());
        CHECK_FALSE(s.judge.failure());
    }
}

TEST_CASE("one trailer before a cut gives the status and no completeness") {
    seat s;
    s.take(kind::out, trailer(5));
    s.take(kind::end);
    CHECK(s.judge.status().code() == 5);
    CHECK_FALSE(s.judge.complete());
}

TEST_CASE("what was held back as the start of a trailer comes out at the end") {
    seat s;
    auto part = trailer(5).substr(0, 10);
    s.take(kind::out, "x" + part);
    CHECK(s.out == "x");
    s.take(kind::end);
    CHECK(s.out == "x" + part);
}

TEST_CASE("a failure before any output is an error, after it a lost result") {
    seat before;
    before.take(kind::failure, "container is gone");
    REQUIRE(before.judge.failure());
    CHECK(before.judge.failure()->code == errc::service);
    CHECK(before.judge.failure()->message.find("container is gone") != std::string::npos);

    seat no_shell;
    no_shell.take(kind::failure, "exec: \"/bin/sh\": stat /bin/sh: no such file or directory");
    REQUIRE(no_shell.judge.failure());
    CHECK(no_shell.judge.failure()->code == errc::unsupported);

    seat after;
    after.take(kind::err, "x");
    after.take(kind::failure, "container is gone");
    CHECK_FALSE(after.judge.failure());
    CHECK(after.judge.status().end_reason() == end_reason::lost);
    CHECK(after.judge.note().find("container is gone") != std::string::npos);
}

}  // namespace
