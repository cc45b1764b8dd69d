// Scripts in real shells.
#include <doctest/doctest.h>

#include "unit/proto/exec_script_run.hpp"

#include <string>

using namespace ecisbx::tests;
using namespace ecisbx::proto;

TEST_CASE("exec_script: scripts of every length") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        CHECK(run(tools, script_wish(":"), limits).status == 0);
        for (std::size_t size : {1407u, 1900u, 2048u, 131071u, 131072u, 307200u}) {
            CAPTURE(size);
            std::string script = "echo first\n#";
            const std::string last = "\necho last; exit 5";
            script += std::string(size - script.size() - last.size(), 'x') + last;
            REQUIRE(script.size() == size);
            const auto got = run(tools, script_wish(script), limits);
            CHECK(got.status == 5);
            CHECK(got.out == "first\nlast\n");
            CHECK(got.err == "");
        }
    });
}

TEST_CASE("exec_script: ten megabytes of script") {
    std::string script = "echo first\n";
    const std::string line = ": 'some text'; # and a comment with \"quotes\" and '#'\n";
    while (script.size() < 10'000'000) script += line;
    script += "cat\necho last";
    for (const char* shell : {"dash", "busybox"}) {
        const tool_folder tools(shell, std::string(shell) == "dash");
        CAPTURE(tools.name());
        const auto got = run(tools, script_wish(script));
        CHECK(got.status == 0);
        CHECK(got.out == "first\nlast\n");
    }
}

TEST_CASE("exec_script: bytes in scripts") {
    std::string script = "printf %s '";
    std::string bytes = all_bytes();
    bytes.erase(bytes.find('\''), 1);
    script += bytes + "'";
    everywhere([&](const tool_folder& tools, const exec_limits& limits) {
        const auto got = run(tools, script_wish(script), limits);
        CHECK(got.out == bytes);
        CHECK(got.status == 0);
    });
}

TEST_CASE("exec_script: odd scripts end with their own status and always report") {
    struct odd {
        const char* script;
        int status;  // -1: not 0
        const char* out;
    };
    const odd scripts[] = {
        {"echo a; exit 7; echo b", 7, "a\n"},
        {"exec >/dev/null; echo a; exit 3", 3, ""},
        {"exec 2>&1; echo a >&2", 0, "a\n"},
        {"exec >&- 2>&-; exit 6", 6, ""},
        {"exec 3>&1 4>&1; echo a >&4", 0, "a\n"},
        {"set -e; echo a; false; echo b", 1, "a\n"},
        {"set -u; echo a; echo $no_such_name; echo b", -1, "a\n"},
        {"trap 'echo bye' EXIT; echo a; exit 9", 9, "a\nbye\n"},
        {"trap 'exit 11' EXIT; exit 9", 11, ""},
        {"trap '' TERM INT HUP; echo a", 0, "a\n"},
        {"echo a\necho 'unbalanced", -1, "a\n"},
        {"echo a\necho \"unbalanced", -1, "a\n"},
        {"echo a\nif true; then", -1, "a\n"},
        {"echo a\n)", -1, "a\n"},
        {"echo a\n}", -1, "a\n"},
        {"echo a\nesac", -1, "a\n"},
        {"echo a;;", -1, ""},
        {"cat <<EOF\na $((1+1))\nEOF", 0, "a 2\n"},
        {"cat <<'EOF'\na $x\nEOF\n", 0, "a $x\n"},
        {"cat <<EOF\na\n\n\nEOF\n\n\n", 0, "a\n\n\n"},
        {"echo a # trailing comment", 0, "a\n"},
        {"# only a comment", 0, ""},
        {"\n\n\n", 0, ""},
        {"   ", 0, ""},
        {"echo a \\", 0, "a \\\n"},
        {"echo a &&\\\necho b", 0, "a\nb\n"},
        {"exec echo replaced", 0, "replaced\n"},
        {"exec no-such-program", 127, ""},
        {"no-such-program", 127, ""},
        {"return 4", -1, ""},
        {"false", 1, ""},
        {"! true", 1, ""},
        {"echo $#", 0, "0\n"},
        {"eval 'echo a; exit 8'", 8, "a\n"},
        {"(exit 5)", 5, ""},
        {"kill -9 $$", 137, ""},
        {"set -- a b; echo $2", 0, "b\n"},
        {"set -n; echo a", 0, ""},
        {"sleep 0 & wait; echo a", 0, "a\n"},
        {"f() { exit 3; }; f", 3, ""},
        {"while :; do echo a; exit 2; done", 2, "a\n"},
        {"echo '#ecisbx:12'; echo b", 0, "#ecisbx:12\nb\n"},
    };
    everywhere([&](const tool_folder& tools, const exec_limits& limits) {
        for (const auto& odd : scripts) {
            CAPTURE(std::string(odd.script));
            const auto got = run(tools, script_wish(odd.script), limits);
            if (odd.status < 0)
                CHECK(got.status > 0);
            else
                CHECK(got.status == odd.status);
            CHECK(got.out == std::string(odd.out));
        }
    });
}

TEST_CASE("exec_script: carriage returns are the script's own affair") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        const auto got = run(tools, script_wish("echo a\r\necho b\r\n"), limits);
        CHECK(got.out == "a\r\nb\r\n");
        CHECK(got.status == 0);
    });
}

TEST_CASE("exec_script: bash where there is one, never as a login shell") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        const auto script = script_wish("echo ${BASH_VERSION:+bash} $0; shopt -q login_shell");
        const auto got = run(tools, script, limits);
        CHECK(got.status != 0);
        if (tools.has_bash()) {
            CHECK(got.out == "bash bash\n");
            CHECK(got.err == "");
        }
    });
}

TEST_CASE("exec_script: children that read stdin get its end, not the script") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        auto got = run(tools, script_wish("cat\necho one\ncat\nread -r x || echo two"), limits);
        CHECK(got.out == "one\ntwo\n");
        got = run(tools, command_wish({"cat"}), limits);
        CHECK(got.out == "");
        CHECK(got.status == 0);
    });
}

TEST_CASE("exec_script: a PATH of the user's own does not hide the interpreter or the loader") {
    everywhere([](const tool_folder& tools, const exec_limits& limits) {
        auto wish = script_wish("echo \"$PATH\"");
        wish.env = {{"PATH", "/no/such"}};
        const auto got = run(tools, wish, limits);
        CHECK(got.out == "/no/such\n");
        CHECK(got.status == 0);
        CHECK(got.err == "");
    });
}

TEST_CASE("exec_script: without dd's fullblock it goes on by single bytes") {
    for (const char* shell : {"dash", "bash", "busybox"}) {
        tool_folder tools(shell, false);
        CAPTURE(shell);
        tools.remove("dd");
        tools.write("dd", "#!" + tools.sh() +
                              "\ncase \"$*\" in *iflag*) echo no >&2; exit 1; esac\n"
                              "exec /usr/bin/dd \"$@\"\n");
        const auto script = "echo a; cat; #" + std::string(3000, 'x');
        CHECK(run(tools, script_wish(script)).out == "a\n");
        CHECK(run_with_input(tools, script_wish(script), "data\n", wire::framed).out ==
              "a\ndata\n");
        CHECK(run_with_input(tools, script_wish(script), "data\n", wire::raw).out == "a\ndata\n");
    }
}

TEST_CASE("exec_script: what was cut on its way does not run") {
    in_every_shell([](const tool_folder& tools) {
        const std::string script = "echo ran; echo ran again";
        auto wish = script_wish(script);
        const auto plan = plan_exec(wish, channel_only());
        const auto whole = plan.preamble(true);
        for (std::size_t length :
             {std::size_t(0), std::size_t(2), std::size_t(40), whole.size() - script.size() - 40,
              whole.size() - script.size(), whole.size() - 20, whole.size() - 1}) {
            CAPTURE(length);
            auto argv = plan.argv;
            argv[0] = tools.sh();
            process child(argv, {"PATH=" + tools.path()}, streams::pipes);
            child.send(whole.substr(0, length));
            child.close_input();
            CHECK(child.finish() == 125);
            CHECK(child.out.find("ran") == std::string::npos);
        }
    });
}
