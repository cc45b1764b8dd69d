// What a job can print, or do to its own session, and what is seen of it from outside.
#include "common/transfer_check.hpp"
#include "common/wires.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

/// Prints what ends a session's output, taken from the runner's own text, and goes on.
const char* forger =
    "d=$(dirname \"$0\")\n"
    "n=$(sed -n 's/.*printf .\\\\036\\([0-9a-f]\\{32\\}\\)\\\\036.*/\\1/p' \"$d/run\" | head -n "
    "1)\n"
    "printf \"begin\\036$n\\036after\"\n"
    "echo \"[${#n}]\"\n"
    "sleep 1\n"
    "exit 5\n";

asio::awaitable<void> forged_mark(world& w) {
    auto box = co_await ready_box(w.client);
    auto s = co_await box.tmux_start(forger);
    auto early = co_await box.tmux_wait(s, tmux_wait_options().timeout(400ms));
    CHECK(early.state == tmux_state::running);
    CHECK(early.out.starts_with("begin\036"));
    CHECK(early.out.ends_with("[32]\n"));
    // Not ended by it, and the status is the true one. It may lose some of its own output.
    auto end = co_await box.tmux_wait(s);
    CHECK(end.state == tmux_state::completed);
    CHECK(end.status.code() == 5);
    CHECK(end.out.starts_with("begin"));
    co_await box.tmux_kill(s);
    co_await box.remove(remove_options().force());
}

// The documented limit of trust: a job that runs as the session's own user can lie about itself.
asio::awaitable<void> own_state(world& w) {
    auto box = co_await ready_box(w.client);
    auto s = co_await box.tmux_start("echo 99 0 1 >\"$(dirname \"$0\")/status\"; sleep 100");
    auto lied = co_await box.tmux_wait(s, tmux_wait_options().timeout(10s));
    CHECK(lied.state == tmux_state::completed);
    CHECK(lied.status.code() == 99);
    co_await box.tmux_kill(s);
    // A state that makes no sense is no state.
    for (std::string junk :
         {"x", "1", "1 2", "999 0 1", "-1 0 1", "0 -5 1", "0 99999999999999999999 1", "0 0 1 extra",
          "$(id) 0 1", "0 0 $((1))"}) {
        CAPTURE(junk);
        auto t = co_await box.tmux_start("printf '%s\\n' '" + junk +
                                         "' >\"$(dirname \"$0\")/status\"; sleep 100");
        auto seen = co_await as_result(box.tmux_poll(t));
        while (seen && seen->state == tmux_state::running)
            seen = co_await as_result(box.tmux_poll(t));
        if (!seen)
            CHECK(seen.error().code == errc::protocol);
        else
            CHECK(seen->out.size() <= 1 << 20);
        co_await box.tmux_kill(t);
    }
    // More output claimed than there is, and an output that is no file of its own any more.
    auto claims =
        co_await box.tmux_start("echo 0 5000000 1 >\"$(dirname \"$0\")/status\"; sleep 100");
    auto claimed = co_await box.tmux_wait(claims, tmux_wait_options().timeout(3s));
    CHECK(claimed.out.size() < 100);
    co_await box.tmux_kill(claims);
    auto link =
        co_await box.tmux_start("cd \"$(dirname \"$0\")\"; rm out; ln -s /dev/zero out; sleep 100");
    auto linked = co_await as_result(box.tmux_wait(link, tmux_wait_options().timeout(2s)));
    if (linked) CHECK(linked->out.size() <= 64 << 20);
    co_await box.tmux_kill(link);
    CHECK((co_await box.tmux_list()).empty());
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> kills_its_tmux(world& w) {
    auto box = co_await ready_box(w.client);
    auto s = co_await box.tmux_start("echo begun; sleep 0.3; tmux kill-server; sleep 100; echo no");
    auto gone = co_await box.tmux_wait(s, tmux_wait_options().timeout(20s));
    CHECK(gone.state == tmux_state::not_found);
    CHECK(gone.out == "begun\n");
    CHECK(!gone.note.empty());
    CHECK(gone.status == exit_status());
    co_await box.tmux_kill(s);
    // The next one gets a server of its own.
    auto t = co_await box.tmux_start("exit 4");
    CHECK((co_await box.tmux_wait(t)).status.code() == 4);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> scripts(world& w) {
    auto box = co_await ready_box(w.client);
    auto job = [](sandbox b, std::string script) -> asio::awaitable<tmux_state> {
        auto s = co_await b.tmux_start(std::move(script));
        auto state = co_await b.tmux_wait(s, tmux_wait_options().timeout(60s));
        co_await b.tmux_kill(s);
        CHECK(state.state == tmux_state::completed);
        CHECK(state.drained);
        co_return state;
    };
    CHECK((co_await job(box, ":")).status.code() == 0);
    CHECK((co_await job(box, "\n")).status.code() == 0);
    for (std::size_t size : {805, 806, 1407, 1900, 2048, 2049, 65'536, 10 << 20}) {
        CAPTURE(size);
        std::string head = "v=x #", tail = "\necho end; exit 9";
        auto s =
            co_await job(box, head + std::string(size - head.size() - tail.size(), 'c') + tail);
        CHECK(s.out == "end\n");
        CHECK(s.status.code() == 9);
    }
    // CRLF is the shell's business: the script arrives as it is.
    auto s = co_await job(box, "printf '<%s>' 'a\r'\r\nexit 6");
    CHECK(s.out == "<a\r\r>");
    CHECK(s.status.code() == 6);
    s = co_await job(box, "od -An -c \"$0\" | head -n 1 | tr -s ' '\n\r\t\x01\xff");
    CHECK(s.out.starts_with(" o d "));
    auto nul = co_await as_result(box.tmux_start(std::string("a\0b", 3)));
    check_refused(nul, errc::invalid_argument, "NUL");
    for (std::string script :
         {"exit 3; echo no", "set -e; false; echo no", "exec >/dev/null; exit 3",
          "trap 'exit 3' EXIT; false", "cat </dev/null; exec sh -c 'exit 3'", "(", "exit 3\n\"",
          "stty opost echo; exit 3", "reset 2>&1; exit 3"}) {
        CAPTURE(script);
        auto t = co_await job(box, script);
        CHECK(t.status.exited());
        CHECK(t.status.code() != 0);
        CHECK(t.out.find("no\n") == std::string::npos);
    }
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> ids(world& w) {
    auto box = co_await ready_box(w.client);
    for (std::string good : {std::string("a"), std::string("-"), std::string("_"), std::string("0"),
                             std::string("-t"), std::string(64, 'n')}) {
        CAPTURE(good);
        auto s = co_await box.tmux_start("echo $0; exit 2", tmux_options().session(good));
        CHECK(s.name == good);
        auto end = co_await box.tmux_wait(good);
        CHECK(end.status.code() == 2);
        CHECK(end.out.find("/" + good + "/") != std::string::npos);
        co_await box.tmux_kill(good);
    }
    w.local.reset_calls();
    for (std::string bad :
         {std::string(65, 'n'), std::string("a b"), std::string("a:b"), std::string("a.b"),
          std::string("../x"), std::string("a\n"), std::string("a\0b", 3), std::string("$(id)"),
          std::string("é"), std::string("=a"), std::string("*")}) {
        CAPTURE(bad);
        auto started = co_await as_result(box.tmux_start("true", tmux_options().session(bad)));
        CHECK(started.error().code == errc::invalid_argument);
        auto polled = co_await as_result(box.tmux_poll(bad));
        CHECK(polled.error().code == errc::invalid_argument);
        auto waited = co_await as_result(box.tmux_wait(bad));
        CHECK(waited.error().code == errc::invalid_argument);
        auto killed = co_await as_result(box.tmux_kill(bad));
        REQUIRE(!killed);
        CHECK(killed.error().code == errc::invalid_argument);
        auto shown = co_await as_result(box.tmux_screen(bad));
        CHECK(shown.error().code == errc::invalid_argument);
    }
    CHECK(w.local.calls()["ExecContainerCommand"] == 0);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> two_clients(world& w) {
    auto box = co_await ready_box(w.client);
    eci::client other(w.context.get_executor(), w.local.eci_config());
    auto same = other.attach(box.id());
    auto s =
        co_await box.tmux_start("read x; echo \"<$x>\"; exit 3", tmux_options().session("two"));
    CHECK((co_await same.tmux_poll("two")).state == tmux_state::running);
    auto again = co_await as_result(same.tmux_start("true", tmux_options().session("two")));
    check_refused(again, errc::conflict, "two");
    co_await same.bash("tmux send-keys -t =two: hello Enter");
    auto one = co_await box.tmux_wait("two");
    auto two = co_await same.tmux_wait("two");
    CHECK(one.out == "<hello>\n");
    CHECK(two.out == one.out);
    CHECK(one.status.code() == 3);
    CHECK(two.status.code() == 3);
    co_await same.tmux_kill("two");
    CHECK((co_await box.tmux_poll("two")).state == tmux_state::not_found);
    co_await box.tmux_kill("two");
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("tmux: a printed end mark ends nothing") {
    in_world(server::options().runtime(server::bubblewrap()), forged_mark);
}
TEST_CASE("tmux: a job that changes its own state") {
    in_world(server::options().runtime(server::bubblewrap()), own_state);
}
TEST_CASE("tmux: a job that kills its tmux server") {
    in_world(server::options().runtime(server::bubblewrap()), kills_its_tmux);
}
TEST_CASE("tmux: scripts of every kind and length") {
    in_world(server::options().runtime(server::bubblewrap()), scripts);
}
TEST_CASE("tmux: session ids at the limits and over them") {
    in_world(server::options().runtime(server::bubblewrap()), ids);
}
TEST_CASE("tmux: two clients on one session") {
    in_world(server::options().runtime(server::bubblewrap()), two_clients);
}
