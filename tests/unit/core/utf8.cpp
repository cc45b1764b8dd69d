#include "core/utf8.hpp"

#include "core/random.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>

using namespace ecisbx::core;

namespace {

const std::string bad = "\xEF\xBF\xBD";

/// Straight from the definition: the bytes of a code point.
std::string encode(std::uint32_t c) {
    auto byte = [](std::uint32_t v) { return static_cast<char>(v); };
    if (c < 0x80) return {byte(c)};
    if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 63))};
    if (c < 0x10000)
        return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
    return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63)),
            byte(0x80 | (c & 63))};
}

}  // namespace

TEST_CASE("utf8: exactly the scalar values are valid") {
    std::uint32_t wrong = 0;
    for (std::uint32_t c = 0; c < 0x200000; ++c) {
        bool expected = c < 0xD800 || (c >= 0xE000 && c <= 0x10FFFF);
        if (is_valid_utf8(encode(c)) != expected) ++wrong;
    }
    CHECK(wrong == 0);
}

TEST_CASE("utf8: all pairs of bytes") {
    int valid = 0;
    for (int a = 0; a < 256; ++a)
        for (int b = 0; b < 256; ++b)
            if (is_valid_utf8(std::string{static_cast<char>(a), static_cast<char>(b)})) ++valid;
    CHECK(valid == 128 * 128 + 30 * 64);
}

TEST_CASE("utf8: ill-formed parts become one replacement each") {
    const std::pair<std::string, std::string> table[] = {
        {"plain", "plain"},
        {"\xE2\x82\xAC", "\xE2\x82\xAC"},
        {"a\x80z", "a" + bad + "z"},
        {"\xC0\xAF", bad + bad},                      // overlong
        {"\xE0\x80\x80", bad + bad + bad},            // overlong
        {"\xED\xA0\x80", bad + bad + bad},            // surrogate
        {"\xF4\x90\x80\x80", bad + bad + bad + bad},  // above U+10FFFF
        {"\xF5", bad},
        {"\xFE\xFF", bad + bad},
        {"\xE2\x82", bad},  // cut
        {"\xE2\x82z", bad + "z"},
        {"\xF0\x9F\x98", bad},
        {"\xF0\x9F\x98\xF0\x9F\x98\x80", bad + "\xF0\x9F\x98\x80"},
        // The example of the Unicode standard, table 3-11.
        {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", bad + bad + bad + bad + "A"},
        {std::string("\0", 1), std::string("\0", 1)},
    };
    for (const auto& [bytes, text] : table) {
        CAPTURE(text);
        CHECK(to_valid_utf8(bytes) == text);
        CHECK(is_valid_utf8(bytes) == (bytes == text));
    }
}

TEST_CASE("utf8: whole characters come out at once, cut ones are held") {
    utf8_decoder decoder;
    CHECK(decoder.feed("") == "");
    CHECK(decoder.feed("a\xF0\x9F") == "a");
    CHECK(decoder.feed("\x98") == "");
    CHECK(decoder.feed("") == "");
    CHECK(decoder.feed("\x80"
                       "b") ==
          "\xF0\x9F\x98\x80"
          "b");
    CHECK(decoder.feed("\xE2") == "");
    CHECK(decoder.feed("x") == bad + "x");
    CHECK(decoder.feed("\xC3") == "");
    CHECK(decoder.finish() == bad);
    CHECK(decoder.finish() == "");
    CHECK(decoder.feed("again") == "again");
}

TEST_CASE("utf8: the result does not depend on the cuts") {
    auto source = system_random();
    const char pool[] =
        "aZ\x80\xBF\xC2\xC3\xE0\xA0\xE2\x82\xAC\xED\x9F\xF0\x90\x9F\x98\xF4\x8F\xF5\xFF";
    for (int round = 0; round < 3000; ++round) {
        std::string bytes;
        for (int i = 0; i < 12; ++i)
            bytes += pool[static_cast<std::size_t>(source() * (sizeof pool - 1))];
        auto whole = to_valid_utf8(bytes);
        REQUIRE(is_valid_utf8(whole));
        utf8_decoder one_by_one, random_cuts;
        std::string a, b;
        for (char c : bytes) a += one_by_one.feed(std::string(1, c));
        a += one_by_one.finish();
        for (std::string_view left = bytes; !left.empty();) {
            auto n = 1 + static_cast<std::size_t>(source() * static_cast<double>(left.size()));
            b += random_cuts.feed(left.substr(0, n));
            left.remove_prefix(n);
        }
        b += random_cuts.finish();
        REQUIRE(a == whole);
        REQUIRE(b == whole);
    }
}
