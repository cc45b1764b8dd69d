#include "core/ascii.hpp"

#include <doctest/doctest.h>

using namespace ecisbx::core;

TEST_CASE("ascii: lower case of ASCII letters only") {
    CHECK(ascii_lower("AZ[az@`{09\xc9É") == "az[az@`{09\xc9É");
    CHECK(ascii_lower("").empty());
    for (int c = -128; c < 128; ++c) {
        bool upper = c >= 'A' && c <= 'Z';
        CHECK(ascii_lower(static_cast<char>(c)) == static_cast<char>(upper ? c + 32 : c));
    }
}

TEST_CASE("ascii: blanks at both ends") {
    CHECK(trimmed("") == "");
    CHECK(trimmed(" \t\r\n") == "");
    CHECK(trimmed("a") == "a");
    CHECK(trimmed(" \ta b\r\n ") == "a b");
    CHECK(trimmed("\x0b x\x0b") == "\x0b x\x0b");
}

TEST_CASE("ascii: control characters") {
    for (int c = -128; c < 128; ++c)
        CHECK(is_ascii_control(static_cast<char>(c)) == ((c >= 0 && c < 32) || c == 127));
}
