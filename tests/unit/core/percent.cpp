#include "core/percent.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace ecisbx::core;

TEST_CASE("percent: vectors") {
    const std::pair<std::string, std::string> vectors[] = {
        {"", ""},
        {"AZaz09-_.~", "AZaz09-_.~"},
        {" ", "%20"},
        {"*", "%2A"},
        {"+", "%2B"},
        {"/", "%2F"},
        {"%", "%25"},
        {"a=b&c", "a%3Db%26c"},
        {"!'()[]{}", "%21%27%28%29%5B%5D%7B%7D"},
        {"\xE9\x98\xBF\xE9\x87\x8C", "%E9%98%BF%E9%87%8C"},
        {std::string("\0\n\x7f\xff", 4), "%00%0A%7F%FF"},
        {R"({"customer":"test"})", "%7B%22customer%22%3A%22test%22%7D"},
        {"2016-02-23T12:46:24Z", "2016-02-23T12%3A46%3A24Z"},
    };
    for (const auto& [bytes, text] : vectors) {
        CAPTURE(text);
        CHECK(percent_encode(bytes) == text);
        CHECK(percent_decode(text) == bytes);
        CHECK(form_decode(text) == bytes);
    }
}

TEST_CASE("percent: every byte alone, 66 of them unreserved") {
    int same = 0;
    for (int i = 0; i < 256; ++i) {
        std::string byte(1, static_cast<char>(i));
        auto text = percent_encode(byte);
        CHECK((text.size() == 1 || text.size() == 3));
        CHECK(percent_decode(text) == byte);
        if (text == byte) ++same;
    }
    CHECK(same == 66);
}

TEST_CASE("percent: a plus is a space only in forms") {
    CHECK(percent_decode("a+b") == "a+b");
    CHECK(form_decode("a+b") == "a b");
    CHECK(form_decode("a%2bb") == "a+b");
    CHECK(form_decode("%7e%7E") == "~~");
}

TEST_CASE("percent: cut and wrong escapes are refused") {
    for (const char* bad : {"%", "%2", "a%", "a%2", "%zz", "%2z", "%z2", "%%20", "% 20", "%-1"}) {
        CAPTURE(bad);
        CHECK_FALSE(percent_decode(bad));
        CHECK_FALSE(form_decode(bad));
        CHECK_FALSE(parse_form(std::string("a=") + bad));
        CHECK_FALSE(parse_form(std::string(bad) + "=a"));
    }
}

TEST_CASE("percent: forms") {
    CHECK(parse_form("") == form_fields{});
    CHECK(parse_form("&&") == form_fields{});
    CHECK(parse_form("a=1&b=&c") == form_fields{{"a", "1"}, {"b", ""}, {"c", ""}});
    CHECK(parse_form("a=1&&a=2&") == form_fields{{"a", "1"}, {"a", "2"}});
    CHECK(parse_form("=v") == form_fields{{"", "v"}});
    CHECK(parse_form("a=b=c") == form_fields{{"a", "b=c"}});
    CHECK(parse_form("Tag.1.Key=k+1%26&x%3Dy=%C3%A9") ==
          form_fields{{"Tag.1.Key", "k 1&"}, {"x=y", "\xC3\xA9"}});
}
