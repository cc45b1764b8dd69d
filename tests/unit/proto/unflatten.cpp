#include "proto/unflatten.hpp"

#include "proto/api_error.hpp"
#include "proto/flatten.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <random>

using namespace ecisbx::proto;

namespace {

using words = std::vector<std::string>;

flat_view view(parameter_list parameters) {
    return flat_view(std::move(parameters));
}

template <class F>
api_failure refused(F f) {
    try {
        f();
    } catch (const api_refusal& r) {
        CHECK(r.failure().message == r.what());
        return r.failure();
    }
    return {0, "accepted", ""};
}

}  // namespace

TEST_CASE("unflatten: texts") {
    auto v = view({{"A", "1"}, {"B", ""}, {"C.D", "x"}});
    CHECK(v.text("A") == "1");
    CHECK(v.text("B") == "");
    CHECK_FALSE(v.text("C"));
    CHECK(v.has("B"));
    CHECK_FALSE(v.has("Z"));
    CHECK(v.text_or("Z", "d") == "d");
    CHECK(v.text_or("B", "d").empty());
    CHECK(v.required("A") == "1");
    CHECK(v.member("C").required("D") == "x");
    CHECK(v.member("C").full_name("E") == "C.E");
    for (const char* name : {"B", "Z"}) {
        auto failure = refused([&] { v.required(name); });
        CHECK(failure.http_status == 400);
        CHECK(failure.code == std::string("Missing") + name);
        CHECK(failure.message == std::string(name) + " is mandatory for this action.");
    }
    CHECK(refused([&] { v.member("C").required("E"); }).code == "MissingC.E");
}

TEST_CASE("unflatten: booleans as any client spells them") {
    for (const char* yes : {"true", "True", "TRUE", "tRuE", "1"})
        CHECK(view({{"X", yes}}).boolean("X") == true);
    for (const char* no : {"false", "False", "FALSE", "0"})
        CHECK(view({{"X", no}}).boolean("X") == false);
    CHECK_FALSE(view({{"X", ""}}).boolean("X"));
    CHECK_FALSE(view({}).boolean("X"));
    for (const char* bad : {"yes", "no", "2", " true", "true ", "t", "null", "1.0"}) {
        auto failure = refused([&] { view({{"X", bad}}).boolean("X"); });
        CHECK(failure.code == "InvalidParameter");
        CHECK(failure.message ==
              "The specified parameter X is not valid: true or false was expected.");
    }
}

TEST_CASE("unflatten: whole numbers") {
    auto read = [](const char* text) { return view({{"X", text}}).integer("X", -10, 5000); };
    CHECK(read("0") == 0);
    CHECK(read("-10") == -10);
    CHECK(read("5000") == 5000);
    CHECK(read("007") == 7);
    CHECK(read("2.0") == 2);
    CHECK(read("1e3") == 1000);
    CHECK_FALSE(read(""));
    for (const char* bad : {"-11", "5001", "1.5", "x", "1x", " 1", "1 ", "+1", "0x10", "nan", "inf",
                            "-inf", "99999999999999999999", "1e400", "--1", "1,000"})
        CHECK_MESSAGE(refused([&] { read(bad); }).code == "InvalidParameter", bad);
    using limits = std::numeric_limits<std::int64_t>;
    auto wide = [](const char* text) {
        return view({{"X", text}}).integer("X", limits::min(), limits::max());
    };
    CHECK(wide("9223372036854775807") == limits::max());
    CHECK(wide("-9223372036854775808") == limits::min());
    CHECK(refused([&] { wide("9223372036854775808"); }).code == "InvalidParameter");
    CHECK(refused([&] { wide("1e18"); }).code == "InvalidParameter");
}

TEST_CASE("unflatten: numbers") {
    auto read = [](const char* text) { return view({{"X", text}}).number("X", 0.25, 64); };
    CHECK(read("1.0") == 1.0);
    CHECK(read("0.25") == 0.25);
    CHECK(read("64") == 64.0);
    CHECK(read("2e0") == 2.0);
    CHECK_FALSE(read(""));
    for (const char* bad : {"0.2", "64.1", "nan", "inf", "-1", "x", "1x", " 1", "1e999", "1,5"}) {
        auto failure = refused([&] { read(bad); });
        CHECK_MESSAGE(failure.code == "InvalidParameter", bad);
        CHECK(failure.message ==
              "The specified parameter X is not valid: a number from 0.25 to 64 was expected.");
    }
}

TEST_CASE("unflatten: lists in the order of their numbers") {
    auto v = view({{"L.2", "b"},
                   {"L.10", "j"},
                   {"L.1", "a"},
                   {"L.x", "?"},
                   {"L.3.Y", "?"},
                   {"LL.1", "?"},
                   {"L", "?"},
                   {"G.5", "e"},
                   {"G.7", "g"},
                   {"E.1", ""}});
    CHECK(v.texts("L", 3) == words{"a", "b", "j"});
    CHECK(v.texts("G", 9) == words{"e", "g"});
    CHECK(v.texts("E", 9) == words{""});
    CHECK(v.texts("None", 9).empty());
    auto failure = refused([&] { v.texts("L", 2); });
    CHECK(failure.code == "InvalidParameter.ValueExceeded");
    CHECK(failure.message == "The specified parameter L has more than 2 elements.");
    for (const char* bad : {"L.0", "L.01", "L.10001", "L.99999999999999999999999"})
        CHECK_MESSAGE(refused([&] { view({{bad, ""}}).texts("L", 20); }).code == "InvalidParameter",
                      bad);
}

TEST_CASE("unflatten: structs in lists in structs") {
    auto v = view({{"Container.2.Name", "two"},
                   {"Container.1.Name", "one"},
                   {"Container.1.EnvironmentVar.2.Key", "K2"},
                   {"Container.1.EnvironmentVar.1.Key", "K1"},
                   {"Container.1.EnvironmentVar.1.Value", "a b"},
                   {"Container.1.Command.1", "sh"},
                   {"Container.x.Name", "ignored"},
                   {"Container", "ignored"}});
    auto all = v.elements("Container", 20);
    REQUIRE(all.size() == 2);
    CHECK(all[0].required("Name") == "one");
    CHECK(all[1].required("Name") == "two");
    CHECK(all[0].texts("Command", 20) == words{"sh"});
    auto env = all[0].elements("EnvironmentVar", 100);
    REQUIRE(env.size() == 2);
    CHECK(env[0].text("Value") == "a b");
    CHECK(env[1].text("Key") == "K2");
    CHECK(refused([&] { env[1].required("Value"); }).code ==
          "MissingContainer.1.EnvironmentVar.2.Value");
    CHECK(all[1].elements("EnvironmentVar", 1).empty());
    CHECK_FALSE(all[1].empty());
    CHECK(all[1].member("LivenessProbe").empty());
    CHECK(refused([&] { v.elements("Container", 1); }).code == "InvalidParameter.ValueExceeded");
    CHECK(refused([&] { view({{"C.0.N", ""}}).elements("C", 9); }).code == "InvalidParameter");
    CHECK(view({}).empty());
}

TEST_CASE("unflatten: lists written as one text") {
    struct row {
        const char* text;
        words list;
    } rows[] = {
        {"", {}},
        {"  ", {}},
        {"[]", {}},
        {" [ ] ", {}},
        {"[\"a\",\"b\"]", {"a", "b"}},
        {" [\"a\" , \"b\"]\n", {"a", "b"}},
        {"[\"\\u4f60\\n\"]", {"你\n"}},
        {"['a', 'b']", {"a", "b"}},
        {"['it\\'s', \"it's\", 'say \"x\"']", {"it's", "it's", "say \"x\""}},
        {"['a\\\\b\\n\\r\\t\\x41\\u4f60\\U0001F600']", {"a\\b\n\r\tA你😀"}},
        {"['你好', '[', ']', ',']", {"你好", "[", "]", ","}},
        {"['\\x7f\\xe9\\u07ff']", {"\x7f\xc3\xa9\xdf\xbf"}},
        {"/monitor.sh", {"/monitor.sh"}},
        {"ls -la", {"ls -la"}},
        {" x", {" x"}},
        {"\"q\"", {"\"q\""}},
        {"{\"a\":1}", {"{\"a\":1}"}},
    };
    for (const auto& r : rows) {
        auto list = lenient_list(r.text);
        REQUIRE_MESSAGE(list, r.text);
        CHECK(*list == r.list);
    }
    for (const char* bad :
         {"[",        "[1]",        "[null]",    "[[\"a\"]]",   "[\"a\"",          "[\"a\"] x",
          "['a'] x",  "['a' 'b']",  "['a',]x",   "['a",         "['a\\",           "['a\\q']",
          "['\\x4']", "['\\xg1']",  "['\\u12']", "['\\ud800']", "['\\U00110000']", "[,'a']",
          "[a]",      "['a',,'b']", "[ -f x ]"})
        CHECK_MESSAGE(!lenient_list(bad), bad);
    CHECK_FALSE(lenient_list(std::string(100'000, '[')));
}

TEST_CASE("unflatten: a list as one text or as numbered parameters, never both") {
    CHECK(view({{"Command", "['ls']"}}).lenient_texts("Command", 20) == words{"ls"});
    CHECK(view({{"Command.1", "ls"}, {"Command.2", "-l"}}).lenient_texts("Command", 20) ==
          words{"ls", "-l"});
    CHECK_FALSE(view({}).lenient_texts("Command", 20));
    CHECK(view({{"Command", ""}}).lenient_texts("Command", 20) == words{});
    CHECK(refused([] {
              view({{"Command", "a"}, {"Command.1", "b"}}).lenient_texts("Command", 20);
          }).code == "InvalidParameter");
    CHECK(refused([] { view({{"Command", "[1]"}}).lenient_texts("Command", 20); }).message ==
          "The specified parameter Command is not valid: a JSON array of strings was expected.");
    CHECK(refused([] { view({{"C", "['a','b']"}}).lenient_texts("C", 1); }).code ==
          "InvalidParameter.ValueExceeded");
}

TEST_CASE("unflatten: what was flattened reads back the same") {
    std::mt19937 random(42);
    auto below = [&](unsigned n) {
        return std::uniform_int_distribution<unsigned>(0, n - 1)(random);
    };
    auto word = [&] {
        std::string text;
        for (auto n = below(8); n > 0; --n) text += static_cast<char>(below(256));
        return text;
    };
    for (int round = 0; round < 200; ++round) {
        struct box {
            std::string name;
            words command;
            double cpu;
            bool tty;
            std::vector<std::pair<std::string, std::int64_t>> env;
        };
        std::vector<box> boxes(below(15));
        parameter_list flat;
        flattener f(flat);
        std::size_t number = 0;
        for (auto& b : boxes) {
            b = {word(), words(below(12)), below(1000) / 8.0, below(2) == 1, {}};
            for (auto& w : b.command) w = word();
            b.env.resize(below(12));
            auto to = f.element("Container", ++number);
            to.add("Name", b.name).add("Command", b.command).add("Cpu", b.cpu).add("Tty", b.tty);
            for (std::size_t i = 0; i < b.env.size(); ++i) {
                b.env[i] = {word(), static_cast<std::int64_t>(random()) - 2'000'000'000};
                to.element("Env", i + 1).add("Key", b.env[i].first).add("Value", b.env[i].second);
            }
        }
        std::shuffle(flat.begin(), flat.end(), random);
        auto read = flat_view(flat).elements("Container", 20);
        REQUIRE(read.size() == boxes.size());
        for (std::size_t i = 0; i < boxes.size(); ++i) {
            CHECK(read[i].text("Name") == boxes[i].name);
            CHECK(read[i].texts("Command", 20) == boxes[i].command);
            CHECK(read[i].number("Cpu", 0, 1000) == boxes[i].cpu);
            CHECK(read[i].boolean("Tty") == boxes[i].tty);
            auto env = read[i].elements("Env", 20);
            REQUIRE(env.size() == boxes[i].env.size());
            for (std::size_t k = 0; k < env.size(); ++k) {
                CHECK(env[k].text("Key") == boxes[i].env[k].first);
                CHECK(env[k].integer("Value", -3'000'000'000, 3'000'000'000) ==
                      boxes[i].env[k].second);
            }
        }
    }
}

TEST_CASE("unflatten: maps with keys of the caller's choice") {
    using map = std::vector<std::pair<std::string, std::string>>;
    auto v = view({{"D.O.#6#repoId", "a"},
                   {"D.O.plain", "b"},
                   {"D.O.#3#a.b", "c"},
                   {"D.O.#4##3#x", "d"},
                   {"D.Other", "e"},
                   {"E.#0#", "f"},
                   {"F.#5#abc", "g"},
                   {"G.#x#abc", "h"},
                   {"H.#3abc", "i"},
                   {"I.#1#a", "j"},
                   {"I.a", "k"},
                   {"J.", "l"}});
    CHECK(v.free_map("D.O", 4) ==
          map{{"#3#x", "d"}, {"a.b", "c"}, {"plain", "b"}, {"repoId", "a"}});
    CHECK(v.member("D").free_map("O", 4).size() == 4);
    CHECK(v.free_map("None", 4).empty());
    for (const char* bad : {"E", "F", "G", "H", "I", "J"}) {
        INFO(bad);
        CHECK(refused([&] { v.free_map(bad, 4); }).code == "InvalidParameter");
    }
    CHECK(refused([&] { v.free_map("D.O", 3); }).code == "InvalidParameter.ValueExceeded");
}
