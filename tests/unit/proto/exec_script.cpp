// What is planned. How it runs: exec_script_commands.cpp and its neighbours.
#include "proto/exec_script.hpp"

#include <doctest/doctest.h>
#include <ecisbx/error.hpp>

#include "unit/proto/exec_script_run.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <random>
#include <string>
#include <vector>

using namespace ecisbx::tests;
using namespace ecisbx::proto;
using ecisbx::errc;

namespace {

using words = std::vector<std::string>;

std::size_t serialized_length(const words& argv) {
    boost::json::array array;
    for (const auto& word : argv) array.emplace_back(boost::json::string(word));
    return boost::json::serialize(array).size();
}

bool is_refused(const exec_wish& wish) {
    try {
        plan_exec(wish, {});
    } catch (const ecisbx::error& e) {
        return e.code() == errc::invalid_argument;
    }
    return false;
}

}  // namespace

TEST_CASE("exec_script: json_length is what boost::json writes") {
    CHECK(json_length({}) == 2);
    CHECK(json_length({""}) == 4);
    CHECK(json_length({"a", "b"}) == 9);
    for (int c = 0; c < 256; ++c) {
        CAPTURE(c);
        const words argv = {std::string(1, static_cast<char>(c))};
        REQUIRE(json_length(argv) == serialized_length(argv));
    }
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        words argv(random() % 6);
        for (auto& word : argv)
            for (auto n = random() % 40; n > 0; --n) word += static_cast<char>(random() % 256);
        REQUIRE(json_length(argv) == serialized_length(argv));
    }
}

TEST_CASE("exec_script: fits at the limits") {
    CHECK(fits(words(20, "x"), {}));
    CHECK_FALSE(fits(words(21, "x"), {}));
    CHECK(fits({std::string(2044, 'x')}, {}));
    CHECK_FALSE(fits({std::string(2045, 'x')}, {}));
    CHECK(fits({std::string(2042, 'x') + '"'}, {}));
    CHECK_FALSE(fits({std::string(2043, 'x') + '"'}, {}));
    CHECK(fits({"gr\xc3\xbc\xc3\x9f"}, {}));
    CHECK_FALSE(fits({"\xff"}, {}));
    CHECK(fits({"\xff"}, {20, 2048, false}));
}

TEST_CASE("exec_script: arguments while they fit, else the channel") {
    for (bool script : {false, true}) {
        std::size_t longest = 0;
        for (std::size_t size = 1; size <= 2048; ++size) {
            const std::string text(size, 'x');
            const auto plan = plan_exec(script ? script_wish(text) : command_wish({text}), {});
            REQUIRE(fits(plan.argv, {}));
            REQUIRE(plan.has_preamble == plan.open_stdin);
            REQUIRE_FALSE(plan.waits_for_ready);
            if (!plan.has_preamble) {
                REQUIRE(longest == size - 1);
                longest = size;
            }
        }
        CAPTURE(script);
        CHECK(longest >= 1500);
        CHECK(longest < 2048);
    }
    CHECK_FALSE(plan_exec(command_wish(words(21, "x")), {}).has_preamble);
    CHECK(plan_exec(command_wish({"\xff"}), {}).has_preamble);
    CHECK_FALSE(plan_exec(command_wish({"\xff"}), {20, 2048, false}).has_preamble);
}

TEST_CASE("exec_script: a stream goes over the channel, a terminal only when it must") {
    auto wish = command_wish({"cat"});
    wish.input = stdin_mode::stream;
    auto plan = plan_exec(wish, {});
    CHECK(plan.open_stdin);
    CHECK(plan.has_preamble);
    CHECK_FALSE(plan.waits_for_ready);
    CHECK(plan.preamble(true) != plan.preamble(false));

    wish.tty = true;
    plan = plan_exec(wish, {});
    CHECK(plan.open_stdin);
    CHECK_FALSE(plan.has_preamble);
    CHECK_FALSE(plan.waits_for_ready);

    plan = plan_exec(wish, channel_only());
    CHECK(plan.open_stdin);
    CHECK(plan.has_preamble);
    CHECK(plan.waits_for_ready);
    CHECK(plan.preamble(true) == plan.preamble(false));
}

TEST_CASE("exec_script: the secret stands in no place that the command inherits") {
    auto wish = command_wish({"env"});
    wish.env = {{"A", "b"}};
    for (const auto& limits : {exec_limits{}, channel_only()}) {
        const auto plan = plan_exec(wish, limits);
        CHECK(plan.body.find(test_nonce) == std::string::npos);
        CHECK(plan.argv.back() == test_nonce);
    }
}

TEST_CASE("exec_script: refuses what it can not carry") {
    const std::string nul("a\0b", 3);
    CHECK(is_refused(command_wish({})));
    CHECK(is_refused(command_wish({nul})));
    CHECK(is_refused(command_wish({"ls", nul})));
    CHECK(is_refused(script_wish(nul)));
    auto wish = command_wish({"ls"});
    wish.script = "ls";
    CHECK(is_refused(wish));
    wish = command_wish({"ls"});
    wish.dir = nul;
    CHECK(is_refused(wish));
    for (const char* name : {"", "1a", "a b", "a=b", "a-b", "\xc3\xbc", "ECISBX_EXEC"}) {
        CAPTURE(name);
        wish = command_wish({"ls"});
        wish.env = {{name, "value"}};
        CHECK(is_refused(wish));
    }
    wish = command_wish({"ls"});
    wish.env = {{"A", nul}};
    CHECK(is_refused(wish));
    for (const std::string& token : {std::string(), std::string("a b"), std::string("a'"),
                                     std::string("$x"), std::string("a.b"), std::string(65, 'a')}) {
        CAPTURE(token);
        wish = command_wish({"ls"});
        wish.id = token;
        CHECK(is_refused(wish));
        wish = command_wish({"ls"});
        wish.nonce = token;
        CHECK(is_refused(wish));
        CHECK_THROWS_AS(kill_argv(token, 15), ecisbx::error);
    }
    wish = script_wish(std::string(200000, ' '));
    CHECK_FALSE(is_refused(wish));
    wish.tty = true;
    CHECK(is_refused(wish));
}

TEST_CASE("exec_script: frames of stdin") {
    CHECK(stdin_frame("") == "");
    CHECK(stdin_frame("abc") == "3\nabc");
    CHECK(stdin_frame("0\n") == "2\n0\n");
    CHECK(stdin_end() == "0\n");
    const std::string big(65536 * 2 + 1, 'x');
    CHECK(stdin_frame(big) ==
          "65536\n" + big.substr(0, 65536) + "65536\n" + big.substr(0, 65536) + "1\nx");
}

TEST_CASE("exec_script: kill_argv fits the call and hides the id from itself") {
    for (int signal : {2, 9, 15}) {
        const auto argv = kill_argv(std::string(64, 'f'), signal);
        CHECK(fits(argv, {}));
        for (const auto& word : argv) CHECK(word.find(std::string(64, 'f')) == std::string::npos);
    }
    CHECK_THROWS_AS(kill_argv("id", 0), ecisbx::error);
    CHECK_THROWS_AS(kill_argv("id", 65), ecisbx::error);
}
