// What eci-as-sandbox does wrong with commands, one by one; each test would fail with it. (Files
// and tmux: see files.cpp and tmux.cpp; images: images.cpp.)
#include "common/gate.hpp"
#include "common/wires.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <limits>
#include <sstream>
#include <string>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

eci::config through(const gate& g, const world& w) {
    auto settings = w.local.eci_config();
    settings.endpoint("http://127.0.0.1:" + std::to_string(g.port()));
    return settings;
}

// ---- 1: no exit code, success whenever a socket was opened

asio::awaitable<void> failures_are_seen(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    eci::client client(w.context.get_executor(), through(g, w));
    auto box = co_await ready_box(client);
    auto failed = co_await box.bash("echo text; exit 3");
    CHECK(!failed.ok());
    CHECK(failed.status == exit_status(end_reason::exited, 3));
    auto missing = co_await box.exec(command("/no/such/program"));
    CHECK(!missing.ok());
    CHECK(missing.status.code() == 127);
    auto not_executable = co_await box.exec(command("/etc/passwd"));
    CHECK(not_executable.status.code() == 126);
    auto late = co_await box.exec(command("sleep", "4181"), exec_options().timeout(300ms));
    CHECK(!late.ok());
    CHECK(late.status.end_reason() == end_reason::timed_out);
    CHECK(co_await eventually([] { return processes_with("sleep 4181").empty(); }, 5s));
    // The connection ends behind the command's output and before the whole report.
    auto before = g.rule().down;
    auto whole = co_await box.bash("echo text");
    CHECK(whole.ok());
    auto size = g.rule().down - before;
    for (std::size_t less : {60, 90}) {
        g.rule().cut_down = size - less;
        auto cut = co_await as_result(box.bash("echo text"));
        bool success = cut && cut->ok();
        CHECK(!success);
        if (cut) CHECK(!cut->note.empty());
    }
    g.rule().cut_down = std::numeric_limits<std::size_t>::max();
    co_await box.remove(remove_options().force());
}

// ---- 2: the timeout leaves the process running; partial output looks complete; no cancellation

asio::awaitable<void> wait_for(sandbox box, bool& canceled) {
    auto r = co_await as_result(box.exec(command("sleep", "4183")));
    canceled = !r && r.error().code == errc::canceled;
}

asio::awaitable<void> time_out_and_cancel(world& w) {
    auto box = co_await ready_box(w.client);
    auto r = co_await box.bash("echo part; sleep 4182 & sleep 4182; echo rest",
                               exec_options().timeout(400ms));
    CHECK(r.status.end_reason() == end_reason::timed_out);
    CHECK(r.out == "part\n");
    CHECK(!r.complete);
    CHECK(r.note.find("killed") != std::string::npos);
    CHECK(co_await eventually([] { return processes_with("sleep 4182").empty(); }, 5s));

    asio::cancellation_signal cancel;
    bool canceled = false, ended = false;
    auto done = [&ended](std::exception_ptr) { ended = true; };
    asio::co_spawn(w.context, wait_for(box, canceled),
                   asio::bind_cancellation_slot(cancel.slot(), done));
    CHECK(co_await eventually([] { return !processes_with("sleep 4183").empty(); }, 5s));
    cancel.emit(asio::cancellation_type::terminal);
    CHECK(co_await eventually([&ended] { return ended; }, 5s));
    CHECK(canceled);
    CHECK(co_await eventually([] { return processes_with("sleep 4183").empty(); }, 5s));
    co_await box.remove(remove_options().force());
}

// ---- 3: streams merged, status text in the output, characters and binary broken

asio::awaitable<void> bytes_are_bytes(world& w) {
    auto box = co_await ready_box(w.client);
    auto r = co_await box.bash(
        "printf 'a\\344'; printf 'error' >&2; sleep 0.05;"
        "printf '\\275'; sleep 0.05; printf '\\240\\377\\000\\376b'; exit 1");
    CHECK(r.out == std::string("a\xe4\xbd\xa0\xff\0\xfe"
                               "b",
                               8));
    CHECK(r.err == "error");
    CHECK(r.complete);
    CHECK(r.status.code() == 1);  // and not one byte of the status text
    co_await box.remove(remove_options().force());
}

// ---- 4: a child that reads stdin swallows the script

asio::awaitable<void> scripts_keep_their_lines(world& w) {
    auto box = co_await ready_box(w.client);
    std::string filler = "#" + std::string(100'000, 'x') + "\n";
    for (const auto& head : {std::string(), filler}) {
        auto r = co_await box.bash(head + "cat\nread -r x && echo swallowed\necho one\n" +
                                   "sh -c cat\necho two\nexit 5\n");
        CHECK(r.out == "one\ntwo\n");
        CHECK(r.status.code() == 5);
        auto fed = co_await box.bash(head + "cat\necho end", exec_options().input("mine\n"));
        CHECK(fed.out == "mine\nend\n");
    }
    co_await box.remove(remove_options().force());
}

// ---- 5: `cd X && a; b` runs b; comments and heredocs at the end break the wrapper

asio::awaitable<void> scripts_are_not_glued(world& w) {
    auto box = co_await ready_box(w.client);
    auto r = co_await box.bash("echo a; echo b >&2", exec_options().dir("/no/such/folder"));
    CHECK(r.status.code() == 126);
    CHECK(r.out == "");
    CHECK(r.err.find("/no/such/folder") != std::string::npos);
    CHECK(r.err.find("b\n") == std::string::npos);
    r = co_await box.bash("pwd; echo b # comment", exec_options().dir("/usr"));
    CHECK(r.out == "/usr\nb\n");
    CHECK(r.ok());
    r = co_await box.bash("cat <<EOF\nline\nEOF");
    CHECK(r.out == "line\n");
    CHECK(r.ok());
    for (const char* broken : {"if true; then", "echo 'x", "(", ")", "cat <<EOF\nline\n\""}) {
        CAPTURE(broken);
        r = co_await box.bash(broken, exec_options().timeout(10s));
        CHECK(r.status.exited());
        CHECK(r.complete);
    }
    co_await box.remove(remove_options().force());
}

// ---- 12: an idle peer, and long messages, end as if the command had

asio::awaitable<void> silence_is_not_an_end(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    eci::client client(w.context.get_executor(), through(g, w));
    auto box = co_await ready_box(client);
    CHECK(exec_options().connect_timeout() == 30s);  // not 1 s
    // Silent for many times the idle time, but alive: pings are answered.
    exec_options quiet;
    quiet.idle_timeout(100ms);
    auto r = co_await box.bash("sleep 1.2; echo late", quiet);
    CHECK(r.ok());
    CHECK(r.out == "late\n");
    // Gone: the result says so.
    g.rule().stalled = true;
    auto gone = co_await as_result(box.bash("echo x; sleep 2", quiet));
    if (gone) {
        CHECK(gone->status.end_reason() == end_reason::lost);
        CHECK(!gone->complete);
        CHECK(!gone->note.empty());
    } else {
        CHECK(gone.error().code == errc::timeout);
    }
    g.rule().stalled = false;
    co_await box.remove(remove_options().force());
}

// ---- 14: untyped errors without request id; bearer URLs in results

asio::awaitable<void> errors_are_typed(world& w) {
    auto nobody = w.client.attach("eci-00000000000000000000");
    auto r = co_await as_result(nobody.bash("true"));
    REQUIRE(!r);
    CHECK(r.error().code == errc::not_found);
    CHECK(!r.error().request_id.empty());
    CHECK(!r.error().doing.empty());

    auto box = co_await ready_box(w.client);
    w.local.force_status(box.id(), "Failed", "Broken", "for a test");
    auto failed = co_await as_result(box.bash("true"));
    REQUIRE(!failed);
    CHECK(failed.error().code == errc::conflict);
    CHECK(!failed.error().service_code.empty());
    CHECK(!failed.error().request_id.empty());

    auto other = co_await ready_box(w.client);
    auto urls = co_await w.client.exec_urls(other.id(), command("true"));
    std::ostringstream shown;
    shown << urls.websocket << urls.http;
    CHECK(shown.str().find("?s=") == std::string::npos);
    CHECK(urls.websocket.reveal().find("?s=") != std::string::npos);
    auto fine = co_await other.bash("true");
    CHECK(!fine.request_id.empty());
    auto bad = co_await as_result(other.bash("true", exec_options().container("no-such-one")));
    REQUIRE(!bad);
    CHECK(!bad.error().request_id.empty());
    CHECK(bad.error().to_string().find("?s=") == std::string::npos);
    co_await other.remove(remove_options().force());
}

void on(server::wire wire, asio::awaitable<void> (*body)(world&)) {
    CAPTURE(name_of(wire));
    in_world(server::options().runtime(server::process()).wire(wire), body);
}

}  // namespace

TEST_CASE("eci-as-sandbox weakness 1: failure, missing program, timeout and cut are no success") {
    for (auto wire : {server::wire::kubelet, server::wire::silent}) on(wire, failures_are_seen);
}
TEST_CASE("eci-as-sandbox weakness 2: a timeout and a cancel kill, partial output is told apart") {
    for (auto wire : {server::wire::kubelet, server::wire::silent}) on(wire, time_out_and_cancel);
}
TEST_CASE(
    "eci-as-sandbox weakness 3: stdout and stderr stay apart, split UTF-8 and binary survive") {
    using server::wire;
    for (auto kind : {wire::kubelet, wire::v4, wire::v5, wire::silent}) on(kind, bytes_are_bytes);
}
TEST_CASE("eci-as-sandbox weakness 4: children that read stdin leave the script alone") {
    for (auto wire : {server::wire::v5, server::wire::silent}) on(wire, scripts_keep_their_lines);
}
TEST_CASE("eci-as-sandbox weakness 5: no glue around a script: cd, comments, heredocs, syntax") {
    for (auto wire : {server::wire::kubelet, server::wire::silent}) on(wire, scripts_are_not_glued);
}
TEST_CASE("eci-as-sandbox weakness 12: silence is neither an end nor a cut") {
    on(server::wire::kubelet, silence_is_not_an_end);
}
TEST_CASE("eci-as-sandbox weakness 14: errors are typed, carry the request id and no URL") {
    on(server::wire::kubelet, errors_are_typed);
}
