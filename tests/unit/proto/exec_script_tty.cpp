// Commands and scripts on terminals.
#include <doctest/doctest.h>

#include "unit/proto/exec_script_run.hpp"

#include <string>
#include <vector>

using namespace ecisbx::tests;
using namespace ecisbx::proto;

namespace {

using words = std::vector<std::string>;

exec_wish on_terminal(exec_wish wish) {
    wish.tty = true;
    return wish;
}

}  // namespace

TEST_CASE("exec_script tty: all three are the terminal, the status comes behind the output") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        const char* text =
            "[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo terminal; echo err >&2; exit 3";
        for (const auto& wish : {command_wish({"sh", "-c", text}), script_wish(text)}) {
            const auto got = run(tools, on_terminal(wish), limits);
            CHECK(got.status == 3);
            CHECK(got.out == "terminal\r\nerr\r\n");
        }
    });
}

TEST_CASE("exec_script tty: the size is there before the command, if there is stty") {
    in_every_shell([](const tool_folder& tools) {
        auto wish = on_terminal(command_wish({"stty", "size"}));
        wish.rows = 31;
        wish.columns = 177;
        const auto got = run(tools, wish);
        CHECK(got.status == 0);
        CHECK(got.out == "31 177\r\n");
    });
    tool_folder tools("dash", false);
    tools.remove("stty");
    auto wish = on_terminal(command_wish({"true"}));
    wish.rows = 31;
    wish.columns = 177;
    const auto got = run(tools, wish);
    CHECK(got.status == 0);
    CHECK(got.out == "");
}

TEST_CASE("exec_script tty: a long command is not echoed and leaves the terminal as it was") {
    std::string bytes = all_bytes();
    in_every_shell([&](const tool_folder& tools) {
        const auto settings = run(tools, on_terminal(command_wish({"stty", "-g"})));
        CHECK(run(tools, on_terminal(command_wish({"stty", "-g"})), channel_only()).out ==
              settings.out);

        words argv = {"sh",
                      "-c",
                      "printf %s \"$1\" | wc -c; printf '%s' \"$1\" | dd bs=1 count=8 2>&1 "
                      "| tr -d 'e' | wc -l; echo ${#2}",
                      "sh",
                      bytes,
                      std::string(20000, 'y')};
        const auto got = run(tools, on_terminal(command_wish(argv)));
        CHECK(got.status == 0);
        CHECK(got.out.starts_with("255\r\n"));
        CHECK(got.out.ends_with("20000\r\n"));
    });
}

TEST_CASE("exec_script tty: the user's typing reaches the command") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        running exec(
            tools,
            on_terminal(script_wish("stty -echo; echo ready; read -r x; echo \"got $x\"; cat; "
                                    "exit 4")),
            limits);
        CHECK(exec.until_out("ready\r\n"));
        exec.input("hello\n");
        CHECK(exec.until_out("got hello\r\n"));
        exec.input("line\n");
        CHECK(exec.until_out("line\r\n"));
        exec.input("\x04");
        CHECK(exec.finish() == 4);
        CHECK(exec.status == 4);
        CHECK(exec.out == "ready\r\ngot hello\r\nline\r\n");
    });
}

TEST_CASE("exec_script tty: the interrupt key reaches the command, the report still comes") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        running exec(tools,
                     on_terminal(script_wish("sh -c 'echo ready; exec sleep 15'; echo never")),
                     limits);
        CHECK(exec.until_out("ready\r\n"));
        exec.input("\x03");
        CHECK(exec.finish() == 130);
        CHECK(exec.status == 130);
        CHECK(exec.out.find("never") == std::string::npos);
    });
}

TEST_CASE("exec_script tty: an interactive shell") {
    tool_folder tools("dash", true);
    running exec(tools, on_terminal(command_wish({"bash", "--norc", "--noprofile", "-i"})), {},
                 wire::raw, {"PS1=prompt> "});
    CHECK(exec.until_out("prompt> "));
    exec.input("echo $((40+2)) is it\n");
    CHECK(exec.until_out("42 is it\r\n"));
    exec.input("exit 9\n");
    CHECK(exec.finish() == 9);
    CHECK(exec.status == 9);
}

TEST_CASE("exec_script tty: a long command without stty says so") {
    for (const char* shell : {"dash", "bash"}) {
        tool_folder tools(shell, false);
        tools.remove("stty");
        const auto got = run(tools, on_terminal(command_wish({"true"})), channel_only());
        CHECK(got.status == 126);
        CHECK(got.out.find("stty") != std::string::npos);
        CHECK(run(tools, on_terminal(command_wish({"true"}))).status == 0);
    }
}
