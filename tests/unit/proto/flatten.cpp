#include "proto/flatten.hpp"

#include "proto/unflatten.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <charconv>
#include <cstring>
#include <limits>
#include <random>

using namespace ecisbx::proto;

TEST_CASE("flatten: texts, booleans, numbers") {
    parameter_list out;
    flattener f(out);
    std::string text = "cn-shanghai";
    f.add("S", text).add("C", "literal").add("V", std::string_view("view")).add("E", "");
    f.add("T", true).add("F", false);
    f.add("I", -5).add("U", std::uint64_t{18446744073709551615ULL}).add("L", 0L);
    f.add("D", 1.0).add("Q", 0.25).add("G", 2.5f);
    f.add("O", std::optional<int>(3)).add("N", std::optional<std::string>());
    f.add_unless_empty("X", "").add_unless_empty("Y", "y");
    CHECK(out == parameter_list{{"S", "cn-shanghai"},
                                {"C", "literal"},
                                {"V", "view"},
                                {"E", ""},
                                {"T", "true"},
                                {"F", "false"},
                                {"I", "-5"},
                                {"U", "18446744073709551615"},
                                {"L", "0"},
                                {"D", "1"},
                                {"Q", "0.25"},
                                {"G", "2.5"},
                                {"O", "3"},
                                {"Y", "y"}});
}

TEST_CASE("flatten: lists and structs, 1-based, empty lists nothing") {
    parameter_list out;
    flattener f(out);
    f.add("ComputeCategory", std::vector<std::string>{"economy", "general"});
    f.add("Empty", std::vector<std::string>());
    f.add("Ports", std::vector<int>{80, 443});
    auto box = f.element("Container", 1);
    box.add("Name", "sandbox").add("Command", std::vector<std::string>{"sh", "-c"});
    box.element("EnvironmentVar", 2).add("Key", "K").member("FieldRef").add("FieldPath", "p");
    f.member("DnsConfig").element("Option", 1).add("Name", "n");
    CHECK(out == parameter_list{{"ComputeCategory.1", "economy"},
                                {"ComputeCategory.2", "general"},
                                {"Ports.1", "80"},
                                {"Ports.2", "443"},
                                {"Container.1.Name", "sandbox"},
                                {"Container.1.Command.1", "sh"},
                                {"Container.1.Command.2", "-c"},
                                {"Container.1.EnvironmentVar.2.Key", "K"},
                                {"Container.1.EnvironmentVar.2.FieldRef.FieldPath", "p"},
                                {"DnsConfig.Option.1.Name", "n"}});
}

TEST_CASE("flatten: numbers without noise, which read back the same") {
    CHECK(number_text(0) == "0");
    CHECK(number_text(1) == "1");
    CHECK(number_text(-2.5) == "-2.5");
    CHECK(number_text(0.1) == "0.1");
    CHECK(number_text(0.3) == "0.3");
    CHECK(number_text(1e21) == "1000000000000000000000");
    CHECK(number_text(1e-7) == "0.0000001");
    CHECK_THROWS_AS(number_text(std::numeric_limits<double>::infinity()), ecisbx::error);
    CHECK_THROWS_AS(number_text(std::numeric_limits<double>::quiet_NaN()), ecisbx::error);

    std::mt19937_64 random(7);
    std::uniform_int_distribution<std::uint64_t> bits;
    for (int i = 0; i < 2000; ++i) {
        auto b = bits(random);
        double value = 0;
        std::memcpy(&value, &b, sizeof value);
        if (!(value - value == 0)) continue;
        auto text = number_text(value);
        double back = 0;
        std::from_chars(text.data(), text.data() + text.size(), back);
        CHECK(back == value);
    }
    for (double value : {std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest(),
                         std::numeric_limits<double>::denorm_min()}) {
        auto text = number_text(value);
        double back = 0;
        std::from_chars(text.data(), text.data() + text.size(), back);
        CHECK(back == value);
    }
}

TEST_CASE("flatten: a list as JSON text reads back the same") {
    CHECK(json_list({}) == "[]");
    CHECK(json_list({"a", "b c"}) == "[\"a\",\"b c\"]");
    std::vector<std::string> hard{"", "\"", "\\", "'", "\n\t", "你好", "[1]", std::string(1, '\0')};
    CHECK(lenient_list(json_list(hard)) == hard);
}
