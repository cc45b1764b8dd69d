// Output that is hard to carry, on every wire: exact and complete, or said to be not.
#include "common/wires.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

/// A script that writes these bytes, `step` of them at a time.
std::string printer(const std::string& bytes, std::size_t step) {
    std::string script;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (at % step == 0) script += at == 0 ? "printf '" : "'\nprintf '";
        char octal[8];
        std::snprintf(octal, sizeof octal, "\\%03o", static_cast<unsigned char>(bytes[at]));
        script += octal;
    }
    return script + "'\n";
}

asio::awaitable<void> all_bytes(world& w) {
    auto box = co_await ready_box(w.client);
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    auto r = co_await box.bash(printer(bytes, 256));
    CHECK(r.status == exit_status(end_reason::exited, 0));
    CHECK(r.complete == !is_text(w.wire));
    CHECK((r.out == bytes) == !is_text(w.wire));
    if (is_text(w.wire)) CHECK(r.note.find("U+FFFD") != std::string::npos);
    co_await box.remove(remove_options().force());
}

// A wire without channel bytes must not take the command's first byte for one, nor one with them
// take it for output.
asio::awaitable<void> first_bytes(world& w) {
    auto box = co_await ready_box(w.client);
    for (int first : {0, 1, 2, 3, 4, 5, 0x1e, 0x30, 0xff}) {
        CAPTURE(first);
        std::string text = static_cast<char>(first) + std::string("rest");
        auto r = co_await box.bash(printer(text, 64) + printer(text, 64).insert(0, "exec >&2\n"));
        if (is_text(w.wire) && first == 0xff) {
            CHECK(!r.complete);
            CHECK(r.status.code() == 0);
            continue;
        }
        check_streams(w.wire, r, text, text);
        CHECK(r.ok());
    }
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> split_characters(world& w) {
    auto box = co_await ready_box(w.client);
    const std::string text = "aé你😀\u00ff|";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        auto r = co_await box.bash(printer(text, step));
        CHECK(r.ok());
        CHECK(r.out == text);
    }
    // Cut for good: the last character has no end.
    for (std::size_t length = 0; length <= text.size(); ++length) {
        CAPTURE(length);
        std::string part = text.substr(0, length);
        std::string script = part.empty() ? ":" : printer(part, 1);
        auto r = co_await box.bash(script);
        bool whole = length == text.size() || (text[length] & 0xc0) != 0x80;
        CHECK(r.status.code() == 0);
        CHECK(r.complete == (whole || !is_text(w.wire)));
        if (r.complete) CHECK(r.out == part);
    }
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> much_on_both(world& w) {
    auto box = co_await ready_box(w.client);
    auto r = co_await box.bash(
        "(i=0; while [ $i -lt 2000 ]; do echo line $i of many 0123456789; i=$((i+1)); done) &\n"
        "(i=0; while [ $i -lt 2000 ]; do echo error $i of many 0123456789; i=$((i+1)); done) >&2\n"
        "wait; exit 6");
    CHECK(r.status.code() == 6);
    std::size_t total = 0, lines = 0, errors = 0;
    for (int i = 0; i < 2000; ++i) {
        std::string number = std::to_string(i);
        total += 2 * number.size() + std::string("line  of many 0123456789\n").size() +
                 std::string("error  of many 0123456789\n").size();
        lines += r.out.find("line " + number + " of many 0123456789\n") != std::string::npos;
        errors += r.err.find("error " + number + " of many 0123456789\n") != std::string::npos;
    }
    // Where pieces of two streams are merged one may cut the other's lines, and even its report:
    // then the result says that it is not whole.
    if (r.complete) CHECK(r.out_bytes + r.err_bytes == total);
    if (merges(w.wire)) {
        CHECK(!r.note.empty());
    } else {
        CHECK(r.complete);
        CHECK(lines == 2000);
        CHECK(errors == 2000);
    }
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> held_open(world& w) {
    auto box = co_await ready_box(w.client);
    auto begin = std::chrono::steady_clock::now();
    auto r = co_await box.bash("(sleep 0.1; echo soon; sleep 4161; echo late) & echo now; exit 4");
    auto took = std::chrono::steady_clock::now() - begin;
    CHECK(r.status == exit_status(end_reason::exited, 4));
    CHECK(r.complete);
    CHECK(r.out == "now\nsoon\n");
    CHECK(r.note.find("left behind") != std::string::npos);
    CHECK(took >= 250ms);
    CHECK(took < 3s);
    CHECK(!processes_with("sleep 4161").empty());  // its own affair
    auto at_once = co_await box.bash("sleep 4161 & echo now", exec_options().drain(0ms));
    CHECK(at_once.ok());
    CHECK(at_once.out == "now\n");

    auto p = co_await box.start_bash("sleep 4161 & echo streamed");
    std::string got;
    while (auto piece = co_await p.read()) got += piece->bytes;
    CHECK(got == "streamed\n");
    auto end = co_await p.wait();
    CHECK(end.ok());
    CHECK(end.note.find("left behind") != std::string::npos);
    co_await box.remove(remove_options().force());
    CHECK(co_await eventually([] { return processes_with("sleep 4161").empty(); }, 5s));
}

asio::awaitable<void> detached_children(world& w) {
    auto box = co_await ready_box(w.client);
    auto r = co_await box.bash("sleep 4162 >/dev/null 2>&1 & echo done");
    CHECK(r.ok());
    CHECK(r.out == "done\n");
    CHECK(r.note.find("left behind") == std::string::npos);  // nothing was held open
    CHECK(co_await eventually([] { return !processes_with("sleep 4162").empty(); }, 5s));
    co_await box.remove(remove_options().force());
    CHECK(co_await eventually([] { return processes_with("sleep 4162").empty(); }, 5s));
}

asio::awaitable<void> deadline(world& w) {
    auto box = co_await ready_box(w.client);
    auto r = co_await box.bash("echo begun; sleep 4163 & sleep 4163; echo never",
                               exec_options().timeout(500ms));
    CHECK(r.status.end_reason() == end_reason::timed_out);
    CHECK(!r.complete);
    CHECK(r.out == "begun\n");
    CHECK(co_await eventually([] { return processes_with("sleep 4163").empty(); }, 5s));
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> half_closed_ends(world& w) {
    auto box = co_await ready_box(w.client);
    // The command closes its stdin early, its output later; writing on is no harm.
    auto r = co_await box.bash("exec <&-; sleep 0.1; echo out; exec >&-; echo err >&2; exec 2>&-",
                               exec_options().input(std::string(300'000, 'i')));
    CHECK(r.status.code() == 0);
    check_streams(w.wire, r, "out\n", "err\n");
    // It reads to the end and goes on writing after it.
    auto p = co_await box.start_bash("cat; echo after; exit 3", exec_options().open_stdin());
    co_await p.write("in\n");
    co_await p.close_stdin();
    auto late = co_await as_result(p.write("more"));
    CHECK(late.error().code == errc::invalid_argument);
    auto end = co_await p.wait();
    CHECK(end.out == "in\nafter\n");
    CHECK(end.status.code() == 3);
    co_await p.close_stdin();  // no error after the end
    auto gone = co_await as_result(p.write("more"));
    CHECK(!gone);
    // An end without a byte before it.
    auto empty = co_await box.exec(command("wc", "-c"), exec_options().input(""));
    CHECK(empty.ok());
    CHECK(empty.out.find('0') != std::string::npos);
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("every wire: every byte") {
    on_every_wire(all_bytes);
}
TEST_CASE("every wire: first bytes that look like a channel") {
    on_every_wire(first_bytes);
}
TEST_CASE("every wire: UTF-8 cut at every byte") {
    on_every_wire(split_characters);
}
TEST_CASE("every wire: both streams at once") {
    on_every_wire(much_on_both);
}
TEST_CASE("every wire: the end is seen although a child holds the output open") {
    on_every_wire(held_open);
}
TEST_CASE("every wire: children that let go of the output live on unnoticed") {
    on_every_wire(detached_children);
}
TEST_CASE("every wire: a deadline kills") {
    on_every_wire(deadline);
}
TEST_CASE("every wire: ends that close one by one") {
    on_every_wire(half_closed_ends);
}
