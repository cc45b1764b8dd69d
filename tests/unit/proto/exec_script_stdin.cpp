// Streams of stdin to commands and scripts, on wires with and without an end of their own.
#include <doctest/doctest.h>

#include "unit/proto/exec_script_run.hpp"

#include <chrono>
#include <csignal>
#include <string>

using namespace ecisbx::tests;
using namespace ecisbx::proto;

namespace {

constexpr wire both_wires[] = {wire::raw, wire::framed};

std::string megabyte() {
    std::string bytes;
    unsigned value = 12345;
    while (bytes.size() < 1024 * 1024) {
        value = value * 1103515245 + 12345;
        bytes += static_cast<char>(value >> 16);
    }
    return bytes;
}

exec_wish streaming(exec_wish wish) {
    wish.input = stdin_mode::stream;
    return wish;
}

template <class Check>
void on_both_wires(Check check) {
    in_every_shell([&check](const tool_folder& tools) {
        for (auto kind : both_wires) {
            const bool framed = kind == wire::framed;
            CAPTURE(framed);
            check(tools, kind);
        }
    });
}

}  // namespace

TEST_CASE("exec_script: streamed stdin arrives whole, then its end") {
    std::string binary = all_bytes() + std::string(5, '\0') + "0\n12\n\r\n" + all_bytes();
    on_both_wires([&](const tool_folder& tools, wire kind) {
        for (const std::string& input : {std::string(), std::string("line\n"), std::string("0\n"),
                                         std::string(1, '\0'), std::string("no newline"), binary}) {
            CHECK(run_with_input(tools, command_wish({"cat"}), input, kind).out == input);
            const auto got = run_with_input(tools, script_wish("cat; echo; echo end"), input, kind);
            CHECK(got.out == input + "\nend\n");
            CHECK(got.status == 0);
        }
    });
}

TEST_CASE("exec_script: a megabyte of stdin") {
    const auto bytes = megabyte();
    on_both_wires([&](const tool_folder& tools, wire kind) {
        CHECK(run_with_input(tools, command_wish({"cat"}), bytes, kind).out == bytes);
        CHECK(run_with_input(tools, script_wish("exec cat"), bytes, kind).out == bytes);
    });
}

TEST_CASE("exec_script: stdin to a long script is what follows the script") {
    const auto script = "read -r x; echo \"[$x]\"; cat; #" + std::string(300000, 'x');
    on_both_wires([&](const tool_folder& tools, wire kind) {
        const auto got = run_with_input(tools, script_wish(script), "first\nsecond\n", kind);
        CHECK(got.out == "[first]\nsecond\n");
        CHECK(got.status == 0);
    });
}

TEST_CASE("exec_script: stdin piece by piece, each is there before the next") {
    on_both_wires([](const tool_folder& tools, wire kind) {
        running exec(tools,
                     streaming(script_wish("while read -r x; do echo \"<$x>\"; done; exit 7")), {},
                     kind);
        for (int i = 0; i < 20; ++i) {
            const auto text = std::to_string(i);
            exec.input(text);
            exec.input("\n");
            CHECK(exec.until_out("<" + text + ">\n"));
        }
        exec.end_input();
        CHECK(exec.finish() == 7);
        CHECK(exec.status == 7);
        CHECK(exec.trailers == 2);
    });
}

TEST_CASE("exec_script: a command that ends while stdin is open reports at once") {
    on_both_wires([](const tool_folder& tools, wire kind) {
        const auto start = std::chrono::steady_clock::now();
        running exec(tools, streaming(command_wish({"sh", "-c", "echo a; exit 5"})), {}, kind);
        CHECK(exec.until_reported());
        CHECK(exec.status == 5);
        CHECK(exec.err_status == 5);
        // And the wrapper ends by itself, before the client hangs up.
        CHECK(exec.child.finish() == 5);
        CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
    });
}

TEST_CASE("exec_script: a command that leaves a megabyte unread reports at once") {
    const auto bytes = megabyte();
    on_both_wires([&](const tool_folder& tools, wire kind) {
        running exec(tools, streaming(command_wish({"head", "-c", "3"})), {}, kind);
        exec.input("abc" + bytes);
        exec.end_input();
        CHECK(exec.until_reported());
        CHECK(exec.status == 0);
        CHECK(exec.out == "abc");
        CHECK(exec.finish() == 0);
        CHECK(exec.err == "");
    });
}

TEST_CASE("exec_script: a signal to the group does not cut stdin short") {
    on_both_wires([](const tool_folder& tools, wire kind) {
        for (int signal : {SIGINT, SIGTERM, SIGUSR1}) {
            const auto number = std::to_string(signal);
            running exec(tools,
                         streaming(script_wish("trap 'echo caught' " + number +
                                               "; read -r x; kill -" + number + " 0; cat")),
                         {}, kind);
            exec.input("go\n");
            CHECK(exec.until_out("caught\n"));
            const auto bytes = megabyte();
            exec.input(bytes);
            exec.end_input();
            CHECK(exec.finish() == 0);
            CHECK(exec.out == "caught\n" + bytes);
        }
    });
}

TEST_CASE("exec_script: the end of stdin may come before the command reads") {
    on_both_wires([](const tool_folder& tools, wire kind) {
        const auto got =
            run_with_input(tools, script_wish("sleep 0.1; cat; exit 2"), "waiting\n", kind);
        CHECK(got.out == "waiting\n");
        CHECK(got.status == 2);
    });
}

TEST_CASE("exec_script: a client that hangs up ends stdin") {
    on_both_wires([](const tool_folder& tools, wire kind) {
        running exec(tools, streaming(command_wish({"cat"})), {}, kind);
        exec.input("some");
        CHECK(exec.until_out("some"));
        exec.child.close_input();
        CHECK(exec.finish() == 0);
        CHECK(exec.out == "some");
    });
}

TEST_CASE("exec_script: folder and environment with a stream") {
    on_both_wires([](const tool_folder& tools, wire kind) {
        auto wish = script_wish("pwd; echo \"$A\"; cat");
        wish.dir = "/usr";
        wish.env = {{"A", "it's"}};
        CHECK(run_with_input(tools, wish, "in", kind).out == "/usr\nit's\nin");
        wish.dir = "/no/such";
        const auto got = run_with_input(tools, wish, "in", kind);
        CHECK(got.status == 126);
        CHECK(got.out == "");
        CHECK(got.err != "");
    });
}
