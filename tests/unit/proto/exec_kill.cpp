// `kill_argv` against real process trees. That a process is gone shows in the end of the output
// that it held.
#include <doctest/doctest.h>
#include <unistd.h>

#include "unit/proto/exec_script_run.hpp"

#include <csignal>
#include <string>
#include <vector>

using namespace ecisbx::tests;
using namespace ecisbx::proto;

namespace {

/// Runs the command of `kill_argv` as a separate exec. It must print nothing.
int kill_exec(const tool_folder& tools, const std::string& id, int signal,
              session where = session::own) {
    auto argv = kill_argv(id, signal);
    argv[0] = tools.sh();
    process killer(argv, {"PATH=" + tools.path()}, streams::no_input, where);
    const int status = killer.finish();
    CHECK(killer.out == "");
    CHECK(killer.err == "");
    return status;
}

struct tree {
    const char* what;
    const char* script;
};

const tree trees[] = {
    {"children", "sleep 60 & sleep 60 & echo ready; wait"},
    {"a pipeline", "echo ready; sleep 60 | sleep 60 | cat"},
    {"a child in a session of its own", "setsid sleep 60 & echo ready; wait"},
    {"forked twice", "(sh -c 'setsid sleep 60 & echo ready' &); exec sleep 60"},
    {"no environment", "env -i sleep 60 & echo ready; wait"},
    {"no environment and a session of its own",
     "setsid env -i sleep 60 & echo ready; exec sleep 60"},
    {"no environment, adopted, in a session with others",
     "setsid sh -c '(env -i sleep 60 & ); sleep 60 & echo ready; wait' & exec sleep 60"},
    {"no environment, adopted, in the exec's own session",
     "(env -i sleep 60 & ); echo ready; exec sleep 60"},
    {"stopped ones", "sleep 60 & kill -STOP $!; echo ready; kill -STOP $$"},
    {"those that ignore signals", "trap '' INT TERM HUP; sleep 60 & echo ready; wait; sleep 60"},
    {"an odd name",
     "cp \"$(command -v sleep)\" \"$TMP/a) Z 1 1 (b\"; env -i \"$TMP/a) Z 1 1 (b\" 60 & "
     "echo ready; wait"},
};

}  // namespace

TEST_CASE("exec_kill: SIGKILL ends whole trees, the wrapper too") {
    in_every_shell([](const tool_folder& tools) {
        const tool_folder scratch("dash", false);
        for (const auto& each : trees) {
            if (std::string(each.script).starts_with("cp") && tools.name().starts_with("busybox"))
                continue;  // its programs go by their name
            CAPTURE(std::string(each.what));
            auto wish = script_wish(each.script);
            running exec(tools, wish, {}, wire::framed, {"TMP=" + scratch.path()});
            REQUIRE(exec.until_out("ready\n"));
            CHECK(kill_exec(tools, wish.id, SIGKILL) == 0);
            CHECK(exec.finish() == 128 + SIGKILL);
            CHECK_FALSE(exec.status);
            CHECK(kill_exec(tools, wish.id, SIGKILL) == 1);
        }
    });
}

TEST_CASE("exec_kill: SIGKILL ends streams and terminals with their helpers") {
    in_every_shell([](const tool_folder& tools) {
        for (auto kind : {wire::raw, wire::framed}) {
            auto wish = script_wish("echo ready; cat; sleep 60");
            wish.input = stdin_mode::stream;
            running exec(tools, wish, {}, kind);
            REQUIRE(exec.until_out("ready\n"));
            CHECK(kill_exec(tools, wish.id, SIGKILL) == 0);
            CHECK(exec.child.finish() == 128 + SIGKILL);
        }
        auto wish = script_wish("echo ready; sleep 60");
        wish.tty = true;
        running exec(tools, wish);
        REQUIRE(exec.until_out("ready\r\n"));
        CHECK(kill_exec(tools, wish.id, SIGKILL) == 0);
        CHECK(exec.child.finish() == 128 + SIGKILL);
    });
}

TEST_CASE("exec_kill: another signal spares the wrapper, which reports") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        for (int signal : {SIGTERM, SIGINT, SIGUSR1, SIGABRT}) {
            CAPTURE(signal);
            const auto wish = command_wish({"sh", "-c", "echo ready; exec sleep 60"});
            running exec(tools, wish, limits);
            REQUIRE(exec.until_out("ready\n"));
            CHECK(kill_exec(tools, wish.id, signal) == 0);
            CHECK(exec.finish() == 128 + signal);
            CHECK(exec.status == 128 + signal);
            CHECK(exec.err_status == 128 + signal);
            CHECK(exec.out == "ready\n");
        }
    });
}

TEST_CASE("exec_kill: a script that handles the signal gets it once and ends in its own way") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        const auto wish = script_wish(
            "trap 'echo interrupted' INT; sh -c 'echo ready; exec sleep 60'; "
            "echo after; sleep 0.2; exit 12");
        running exec(tools, wish, limits);
        REQUIRE(exec.until_out("ready\n"));
        CHECK(kill_exec(tools, wish.id, SIGINT) == 0);
        CHECK(exec.finish() == 12);
        CHECK(exec.status == 12);
        CHECK(exec.out == "ready\ninterrupted\nafter\n");
    });
}

TEST_CASE("exec_kill: a signal does not disturb framed stdin") {
    in_every_shell([](const tool_folder& tools) {
        auto wish = script_wish(
            "trap 'echo caught' USR1; echo ready; while read -r x; do "
            "echo \"<$x>\"; done; cat");
        wish.input = stdin_mode::stream;
        running exec(tools, wish);
        REQUIRE(exec.until_out("ready\n"));
        CHECK(kill_exec(tools, wish.id, SIGUSR1) == 0);
        CHECK(exec.until_out("caught\n"));
        exec.input("more\n");
        exec.end_input();
        CHECK(exec.finish() == 0);
        CHECK(exec.status == 0);
    });
}

TEST_CASE("exec_kill: stop and continue") {
    const tool_folder& tools = *all_shells().front();
    const auto wish =
        script_wish("trap 'echo continued; exit 3' CONT; echo ready; sleep 60 & wait");
    running exec(tools, wish);
    REQUIRE(exec.until_out("ready\n"));
    CHECK(kill_exec(tools, wish.id, SIGSTOP) == 0);
    CHECK(kill_exec(tools, wish.id, SIGCONT) == 0);
    CHECK(exec.until_reported());
    CHECK(exec.status == 3);
    CHECK(kill_exec(tools, wish.id, SIGKILL) == 0);
}

TEST_CASE("exec_kill: nobody else is touched") {
    in_every_shell([](const tool_folder& tools) {
        const auto bystander_wish = script_wish("read -r x < \"/proc/self/stat\"; echo ready; cat");
        auto streaming = bystander_wish;
        streaming.input = stdin_mode::stream;
        running bystander(tools, streaming);
        REQUIRE(bystander.until_out("ready\n"));
        const auto wish = script_wish("echo ready; sleep 60");
        running exec(tools, wish);
        REQUIRE(exec.until_out("ready\n"));
        CHECK(kill_exec(tools, wish.id, SIGKILL) == 0);
        CHECK(exec.finish() == 128 + SIGKILL);
        CHECK(kill_exec(tools, fresh_id(), SIGKILL) == 1);
        CHECK(kill_exec(tools, fresh_id(), SIGTERM) == 1);
        bystander.input("alive\n");
        CHECK(bystander.until_out("alive\n"));
        bystander.end_input();
        CHECK(bystander.finish() == 0);
    });
}

TEST_CASE("exec_kill: a runtime that shares its session with its execs survives") {
    in_every_shell([](const tool_folder& tools) {
        const auto wish = script_wish("sleep 60 & env -i sleep 60 & echo ready; wait");
        for (int signal : {SIGTERM, SIGKILL}) {
            running exec(tools, wish, {}, wire::framed, {}, session::shared);
            REQUIRE(exec.until_out("ready\n"));
            // This test is the runtime: both are in its session and process group.
            CHECK(kill_exec(tools, wish.id, signal, session::shared) == 0);
            CHECK(exec.finish() == 128 + signal);
        }
    });
}

TEST_CASE("exec_kill: processes that are made faster than they are found") {
    in_every_shell([](const tool_folder& tools) {
        const auto wish = script_wish(
            "echo ready; i=0; while [ $i -lt 3000 ]; do sleep 60 & "
            "i=$((i+1)); done; wait");
        running exec(tools, wish);
        REQUIRE(exec.until_out("ready\n"));
        CHECK(kill_exec(tools, wish.id, SIGKILL) == 0);
        CHECK(exec.finish() == 128 + SIGKILL);
        CHECK(kill_exec(tools, wish.id, SIGKILL) == 1);
    });
}

TEST_CASE("exec_kill: without grep, and with an environment of many lines") {
    for (const char* shell : {"dash", "bash", "busybox"}) {
        CAPTURE(shell);
        tool_folder tools(shell, false);
        tools.remove("grep");
        auto wish = script_wish("sleep 60 & echo ready; wait");
        wish.env = {{"MANY", "a\nb\nc\n"}, {"BYTES", all_bytes()}};
        running exec(tools, wish);
        REQUIRE(exec.until_out("ready\n"));
        CHECK(kill_exec(tools, wish.id, SIGTERM) == 0);
        CHECK(exec.finish() == 128 + SIGTERM);
        running again(tools, wish);
        REQUIRE(again.until_out("ready\n"));
        CHECK(kill_exec(tools, wish.id, SIGKILL) == 0);
        CHECK(again.finish() == 128 + SIGKILL);
        CHECK(kill_exec(tools, wish.id, SIGTERM) == 1);
    }
}
