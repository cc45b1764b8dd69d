#include "proto/exec_unwrap.hpp"

#include <doctest/doctest.h>

#include "unit/proto/exec_script_run.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace ecisbx::tests;
using namespace ecisbx::proto;

namespace {

using words = std::vector<std::string>;

/// Everything that went in comes out, in pieces of `step` bytes; `raw` as in `preamble`.
void check_round_trip(const exec_wish& wish, const exec_limits& limits, bool raw,
                      std::size_t step) {
    const auto plan = plan_exec(wish, limits);
    auto got = exec_unwrapper::recognise(plan.argv);
    REQUIRE(got);
    CHECK(got->known() == !plan.has_preamble);
    CHECK(got->waits_for_ready() == plan.waits_for_ready);
    const std::string typed = "user's\n0\n12\n" + std::string(3, '\0');
    std::string sent = plan.has_preamble ? plan.preamble(raw) : "";
    if (plan.open_stdin && (wish.tty || wish.input == stdin_mode::stream))
        sent += raw ? typed : stdin_frame(typed) + stdin_end() + "ignored";
    std::string input;
    for (std::size_t at = 0; at < sent.size(); at += step)
        got->feed(std::string_view(sent).substr(at, step), input);
    REQUIRE_FALSE(got->broken());
    REQUIRE(got->known());
    CHECK(got->wish().id == wish.id);
    CHECK(got->wish().nonce == wish.nonce);
    CHECK(got->wish().dir == wish.dir);
    CHECK(got->wish().argv == wish.argv);
    CHECK(got->wish().script == wish.script);
    CHECK(got->wish().tty == wish.tty);
    const bool sized = wish.tty && !plan.has_preamble;
    CHECK(got->wish().rows == (sized ? wish.rows : 0));
    CHECK(got->wish().columns == (sized ? wish.columns : 0));
    auto expected = wish.env, env = got->wish().env;
    std::sort(expected.begin(), expected.end());
    std::sort(env.begin(), env.end());
    CHECK(env == expected);
    const bool stream = wish.tty || wish.input == stdin_mode::stream;
    CHECK(got->wish().input == (stream ? stdin_mode::stream : stdin_mode::none));
    CHECK(input == (stream ? typed : ""));
    CHECK(got->input_ended() == (stream && !raw));
}

}  // namespace

TEST_CASE("exec_unwrap: the reverse of every plan") {
    std::vector<exec_wish> wishes = {
        command_wish({"ls"}),
        command_wish({"a b", "it's", "", "\n", "'", "A=B", all_bytes()}),
        command_wish({"A=B", "x"}),
        command_wish({"-x", "y"}),
        command_wish(words(40, "many")),
        script_wish("echo 'hi'; exit 3\n"),
        script_wish(std::string(100000, '#') + "\n"),
        script_wish("#ecisbx:4#ecisbx:13"),
        script_wish("set -- \"$(dd count=1 iflag=fullblock bs=9 2>/dev/null||dd bs=1 count=9"),
    };
    for (auto wish : std::vector(wishes)) {
        wish.dir = "/some 'where'";
        wish.env = {{"A", "it's=1"}, {"PATH", "/x y"}, {"B", ""}};
        wishes.push_back(wish);
        wish.dir = "relative";
        wish.env = {{"PATH", "/only"}};
        wishes.push_back(wish);
    }
    for (const auto& base : wishes) {
        for (const auto& limits : {exec_limits{}, channel_only()}) {
            for (std::size_t step : {1u, 7u, 1000000u}) {
                auto wish = base;
                check_round_trip(wish, limits, true, step);
                wish.input = stdin_mode::stream;
                check_round_trip(wish, limits, true, step);
                check_round_trip(wish, limits, false, step);
                wish.tty = true;
                check_round_trip(wish, limits, true, step);
                wish.rows = 24;
                wish.columns = 132;
                check_round_trip(wish, limits, true, step);
            }
        }
    }
}

TEST_CASE("exec_unwrap: other command lines are not recognised") {
    CHECK_FALSE(exec_unwrapper::recognise({}));
    CHECK_FALSE(exec_unwrapper::recognise({"/bin/sh", "-c", "echo", "sh", "a", "b"}));
    CHECK_FALSE(exec_unwrapper::recognise({"bash", "-lc", "echo ZWNobw== | base64 -d | bash"}));
    const auto argv = plan_exec(command_wish({"ls", "-l"}), {}).argv;
    REQUIRE(exec_unwrapper::recognise(argv));
    for (std::size_t i = 0; i < argv[2].size(); ++i) {
        auto cut = argv;
        cut[2].resize(i);
        REQUIRE_FALSE(exec_unwrapper::recognise(cut));
    }
    auto sized = command_wish({"ls"});
    sized.tty = true;
    sized.rows = 24;
    sized.columns = 80;
    const auto on_terminal = plan_exec(sized, {}).argv;
    REQUIRE(exec_unwrapper::recognise(on_terminal));
    for (std::size_t i = 0; i < on_terminal[2].size(); ++i) {
        auto cut = on_terminal;
        cut[2].resize(i);
        REQUIRE_FALSE(exec_unwrapper::recognise(cut));
    }
    for (std::size_t i = 0; i < argv.size(); ++i) {
        auto fewer = argv;
        fewer.erase(fewer.begin() + std::ptrdiff_t(i));
        CHECK_FALSE(exec_unwrapper::recognise(fewer));
    }
}

TEST_CASE("exec_unwrap: hostile bytes break it, nothing else") {
    auto wish = script_wish("cat; #" + std::string(50, 'x'));
    wish.input = stdin_mode::stream;
    const auto plan = plan_exec(wish, {});
    std::mt19937 random(11);
    for (bool raw : {false, true}) {
        const auto good = plan.preamble(raw);
        for (int round = 0; round < 3000; ++round) {
            auto bad = good;
            bad[random() % bad.size()] = static_cast<char>(random() % 256);
            auto got = exec_unwrapper::recognise(plan.argv);
            std::string input;
            got->feed(bad, input);
            if (bad == good) REQUIRE(got->known());
            if (got->broken()) REQUIRE_FALSE(got->known());
            if (got->known()) REQUIRE_FALSE(got->wish().script.empty());
        }
    }
    for (const char* start : {"x\n", "\n", "0\n", "-5\n", "99999999999", "12345678901234567890\n",
                              "999999999\n", "3\nabc"}) {
        CAPTURE(start);
        auto got = exec_unwrapper::recognise(plan.argv);
        std::string input;
        got->feed(start, input);
        CHECK(got->broken());
        got->feed("more", input);
        CHECK(input == "");
    }
}

TEST_CASE("exec_unwrap: kill_argv") {
    for (int signal : {1, 9, 15, 64}) {
        const auto got = unwrap_kill(kill_argv("Some-id_1", signal));
        REQUIRE(got);
        CHECK(got->id == "Some-id_1");
        CHECK(got->signal == signal);
        CHECK(unwrap_kill(kill_argv("x", signal))->id == "x");
    }
    auto argv = kill_argv("id", 9);
    argv[5] = "15";
    CHECK_FALSE(unwrap_kill(argv));  // SIGKILL has a text of its own
    argv = kill_argv("id", 15);
    for (const char* pattern : {"", "[", "[i", "[i]", "id", "[i]d'", "[']"}) {
        CAPTURE(pattern);
        argv[4] = pattern;
        const auto got = unwrap_kill(argv);
        CHECK(got.has_value() == (std::string(pattern) == "[i]"));
    }
    for (const char* signal : {"", "0", "65", "x", "15x"}) {
        argv = kill_argv("id", 15);
        argv[5] = signal;
        CHECK_FALSE(unwrap_kill(argv));
    }
    CHECK_FALSE(unwrap_kill({"kill", "-9", "1"}));
    CHECK_FALSE(exec_unwrapper::recognise(kill_argv("id", 15)));
}
