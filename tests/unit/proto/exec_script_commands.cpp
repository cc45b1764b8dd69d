// Commands in real shells, and what holds for scripts as well.
#include <doctest/doctest.h>
#include <unistd.h>

#include "unit/proto/exec_script_run.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

using namespace ecisbx::tests;
using namespace ecisbx::proto;

namespace {

using words = std::vector<std::string>;

/// Prints its arguments so that no two lists look the same.
const char* show_arguments = "for a; do printf '%s|\\n' \"${#a}\" \"$a\"; done";

}  // namespace

TEST_CASE("exec_script: a command, its streams and its status") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        const auto wish = command_wish({"sh", "-c", "echo out; echo err >&2; exit 3"});
        const auto got = run(tools, wish, limits);
        CHECK(got.status == 3);
        CHECK(got.out == "out\n");
        CHECK(got.err == "err\n");
    });
}

TEST_CASE("exec_script: a script, its streams and its status") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        const auto got = run(tools, script_wish("echo out; echo err >&2\n(exit 4)"), limits);
        CHECK(got.status == 4);
        CHECK(got.out == "out\n");
        CHECK(got.err == "err\n");
    });
}

TEST_CASE("exec_script: every status") {
    const tool_folder& tools = *all_shells().front();
    for (int status = 0; status < 256; ++status) {
        const auto got = run(tools, script_wish("exit " + std::to_string(status)));
        REQUIRE(got.status == status);
    }
    in_every_shell([](const tool_folder& each) {
        for (int status : {1, 2, 126, 127, 128, 130, 255})
            CHECK(run(each, command_wish({"sh", "-c", "exit " + std::to_string(status)})).status ==
                  status);
    });
}

TEST_CASE("exec_script: death by a signal, without a word of the wrapper's shell") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        for (int signal : {1, 2, 6, 9, 11, 13, 15}) {  // bash ignores 3 in itself
            CAPTURE(signal);
            const auto text = "echo a; kill -" + std::to_string(signal) + " $$; sleep 5";
            for (const auto& wish : {command_wish({"sh", "-c", text}), script_wish(text)}) {
                const auto got = run(tools, wish, limits);
                CHECK(got.status == 128 + signal);
                CHECK(got.out == "a\n");
                CHECK(got.err == "");
            }
        }
    });
}

TEST_CASE("exec_script: names of builtins are programs") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        for (const char* name : {"exit", "cd", "eval", "exec", "return", "set", ".", "trap", "-l",
                                 "-", "--", "A=B", "no-such-program", "if", "{", "!", "*", "~"}) {
            CAPTURE(name);
            const auto got = run(tools, command_wish({name, "0"}), limits);
            CHECK((got.status == 127 || got.status == 126));
            CHECK(got.out == "");
            CHECK(got.err != "");
        }
        CHECK(run(tools, command_wish({""}), limits).status != 0);
        CHECK(run(tools, command_wish({"/"}), limits).status == 126);
        CHECK(run(tools, command_wish({"/no/such"}), limits).status == 127);
    });
}

TEST_CASE("exec_script: programs with odd names are run") {
    tool_folder tools("dash", false);
    for (const char* name : {"-l", "A=B", "cd", "with space", "[x]", "exit"}) {
        CAPTURE(name);
        tools.write(name, "#!" + tools.sh() + "\necho \"ran $1\"\n");
        for (bool variable : {false, true}) {
            auto wish = command_wish({name, "it"});
            if (variable) wish.env = {{"V", "1"}};
            const auto got = run(tools, wish);
            CHECK(got.out == "ran it\n");
            CHECK(got.status == 0);
        }
    }
}

TEST_CASE("exec_script: arguments are bytes") {
    const words odd = {"",     " ",     "a b",      "*",        "$HOME",
                       "`id`", "$(id)", "'",        "\"",       "\\",
                       "a\nb", "\n",    "\r\n",     "~",        "-n",
                       "#x",   "a'b",   "\x01\x7f", "\xff\xfe", "gr\xc3\xbc\xc3\x9f",
                       "!!",   "a\\",   all_bytes()};
    everywhere([&odd](const tool_folder& tools, const exec_limits& limits) {
        words argv = {"sh", "-c", "printf '%s|' \"$@\"", "sh"};
        std::string expected;
        for (const auto& word : odd) {
            argv.push_back(word);
            expected += word + "|";
        }
        const auto got = run(tools, command_wish(argv), limits);
        CHECK(got.status == 0);
        CHECK(got.out == expected);
        CHECK(got.err == "");
    });
}

TEST_CASE("exec_script: many and long arguments") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        words argv = {"sh", "-c", show_arguments, "sh"};
        for (int i = 0; i < 21; ++i) argv.push_back("argument");
        auto got = run(tools, command_wish(argv), limits);
        std::string expected;
        for (int i = 0; i < 21; ++i) expected += "8|\nargument|\n";
        CHECK(got.out == expected);

        argv = {"sh", "-c", show_arguments, "sh", std::string(3072, 'y')};
        got = run(tools, command_wish(argv), limits);
        CHECK(got.out == "3072|\n" + std::string(3072, 'y') + "|\n");
    });
}

TEST_CASE("exec_script: an argument longer than Linux permits fails truly") {
    in_every_shell([](const tool_folder& tools) {
        const auto got = run(tools, command_wish({"/usr/bin/true", std::string(200000, 'x')}));
        CHECK(got.status != 0);
        CHECK(got.err != "");
        CHECK(run(tools, command_wish({"/usr/bin/true", std::string(130000, 'x')})).status == 0);
    });
}

TEST_CASE("exec_script: the folder") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        auto wish = command_wish({"sh", "-c", "pwd"});
        wish.dir = "/usr";
        CHECK(run(tools, wish, limits, {"CDPATH=/"}).out == "/usr\n");
        wish = script_wish("pwd");
        wish.dir = "/usr";
        CHECK(run(tools, wish, limits).out == "/usr\n");
        for (const char* missing : {"/no/such folder", "-", "--", "$HOME", "usr"}) {
            CAPTURE(missing);
            for (auto each : {command_wish({"sh", "-c", "echo ran"}), script_wish("echo ran")}) {
                each.dir = missing;
                const auto got = run(tools, each, limits, {"CDPATH=/", "HOME=/usr", "OLDPWD=/usr"});
                CHECK(got.status == 126);
                CHECK(got.out == "");
                CHECK(got.err.find("cd") != std::string::npos);
            }
        }
    });
}

TEST_CASE("exec_script: folders of odd names") {
    tool_folder tools("dash", false);
    for (const char* name : {"with space", "it's", "new\nline", "-x", "\xff"}) {
        const auto folder = std::filesystem::path(tools.path()) / name;
        std::filesystem::create_directory(folder);
        auto wish = command_wish({"sh", "-c", "printf %s \"$PWD\""});
        wish.dir = folder.string();
        CHECK(run(tools, wish).out == folder.string());
    }
}

TEST_CASE("exec_script: the environment") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        const std::vector<std::pair<std::string, std::string>> odd = {
            {"QUOTES", "it's \"so\""},   {"LINES_", "a\nb\n\n"},
            {"DOLLAR", "$HOME `id` \\"}, {"EMPTY", ""},
            {"EQUALS", "a=b=c"},         {"BYTES", all_bytes()},
            {"TWICE", "first"},          {"TWICE", "second"},
            {"_x1", " padded "},
        };
        for (auto wish : {command_wish({"sh", "-c",
                                        "printf '%s|' \"$QUOTES\" \"$LINES_\" \"$DOLLAR\" "
                                        "\"$EMPTY\" \"$EQUALS\" \"$BYTES\" \"$TWICE\" "
                                        "\"$_x1\""}),
                          script_wish("printf '%s|' \"$QUOTES\" \"$LINES_\" \"$DOLLAR\" "
                                      "\"$EMPTY\" \"$EQUALS\" \"$BYTES\" \"$TWICE\" \"$_x1\"")}) {
            wish.env = odd;
            const auto got = run(tools, wish, limits);
            CHECK(got.status == 0);
            CHECK(got.out ==
                  "it's \"so\"|a\nb\n\n|$HOME `id` \\||a=b=c|" + all_bytes() + "|second| padded |");
        }
    });
}

TEST_CASE("exec_script: variables that shells treat specially reach the command") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        auto wish = command_wish({"env"});
        wish.env = {{"UID", "5"},  {"EUID", "6"},   {"OPTIND", "no"}, {"RANDOM", "x"},
                    {"IFS", ":,"}, {"LINENO", "y"}, {"PPID", "z"},    {"SECONDS", "w"}};
        const auto got = run(tools, wish, limits);
        CHECK(got.status == 0);
        for (const auto& [name, value] : wish.env) {
            CAPTURE(name);
            CHECK(("\n" + got.out).find("\n" + name + "=" + value + "\n") != std::string::npos);
        }
    });
}

TEST_CASE("exec_script: the container's environment passes unchanged, the marks added") {
    const words given = {"n=1", "s=two",   "p=3", "a=4",      "IFS=x",
                         "x=5", "bash=no", "l=6", "OPTARG=7", "N=8"};
    everywhere([&](const tool_folder& tools, const exec_limits& limits) {
        for (auto kind : {stdin_mode::none, stdin_mode::stream}) {
            auto wish = command_wish({"env"});
            wish.input = kind;
            running exec(tools, wish, limits, wire::framed, given);
            CHECK(exec.finish() == 0);
            for (const auto& entry : given) {
                if (entry.starts_with("IFS")) continue;  // bash as sh resets an imported one
                CAPTURE(entry);
                CHECK(("\n" + exec.out).find("\n" + entry + "\n") != std::string::npos);
            }
            CHECK(exec.out.find("ECISBX_EXEC=" + wish.id + "\n") != std::string::npos);
            CHECK(exec.out.find(test_nonce) == std::string::npos);
        }
    });
}

TEST_CASE("exec_script: output that looks like the wrapper's is output") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        const std::string fake =
            "\x1e"
            "00112233445566778899aabbccddeefe:0\x1e";
        const auto got =
            run(tools, command_wish({"sh", "-c", "printf %s \"$1\"; exit 1", "sh", fake}), limits);
        CHECK(got.out == fake);
        CHECK(got.status == 1);
    });
}

TEST_CASE("exec_script: signals to the process group do not stop the report") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        for (int signal : {1, 2, 3, 10, 12, 14, 15}) {
            CAPTURE(signal);
            const auto number = std::to_string(signal);
            // The command catches it and ends in its own time; the wrapper gets it too.
            running exec(tools,
                         command_wish({"sh", "-c",
                                       "trap 'echo caught; exit 33' " + number + "; kill -" +
                                           number + " 0; sleep 5"}),
                         limits);
            CHECK(exec.finish() == 33);
            CHECK(exec.status == 33);
            CHECK(exec.err_status == 33);
            CHECK(exec.out == "caught\n");
            CHECK(exec.err == "");
        }
    });
}

TEST_CASE("exec_script: the command starts with the default for every signal") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        for (auto wish : {command_wish({"grep", "SigIgn", "/proc/self/status"}),
                          script_wish("exec grep SigIgn /proc/self/status")}) {
            for (auto kind : {stdin_mode::none, stdin_mode::stream}) {
                wish.input = kind;
                running exec(tools, wish, limits);
                CHECK(exec.finish() == 0);
                CHECK(exec.out == "SigIgn:\t0000000000000000\n");
            }
        }
    });
}

TEST_CASE("exec_script: a background child may hold the streams, the report does not wait") {
    in_every_shell([](const tool_folder& tools) {
        const auto start = std::chrono::steady_clock::now();
        running exec(tools, script_wish("echo a; sleep 15 & exit 3"));
        CHECK(exec.until_reported());
        CHECK(exec.status == 3);
        CHECK(exec.err_status == 3);
        CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
    });
}

TEST_CASE("exec_script: where no process can be started there is a message and no trailer") {
    if (::geteuid() != 0) return;  // only root can give itself up for a user without processes
    for (const char* shell : {"dash", "busybox"}) {  // bash waits half a minute for a free one
        const tool_folder tools(shell, false);
        std::filesystem::permissions(tools.path(), std::filesystem::perms(0755));
        auto argv = plan_exec(command_wish({"true"}), {}).argv;
        argv[0] = tools.sh();
        const words poor = {"/usr/bin/prlimit", "--nproc=1", "/usr/bin/setpriv", "--reuid=54321",
                            "--clear-groups"};
        argv.insert(argv.begin(), poor.begin(), poor.end());
        process child(argv, {"PATH=" + tools.path()}, streams::no_input);
        CHECK(child.finish() != 0);
        CHECK(child.out == ready_mark_text(test_nonce));
        CHECK(child.err == "sh: cannot start a process\n");
    }
}
