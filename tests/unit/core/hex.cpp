#include "core/hex.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace ecisbx::core;

TEST_CASE("hex: encode and decode") {
    CHECK(hex_encode("") == "");
    CHECK(hex_encode(std::string("\x00\x0f\xa5\xff", 4)) == "000fa5ff");
    CHECK(hex_decode("") == "");
    CHECK(hex_decode("000fA5Ff") == std::string("\x00\x0f\xa5\xff", 4));
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    CHECK(hex_decode(hex_encode(all)) == all);
}

TEST_CASE("hex: decoding is strict") {
    for (const char* bad : {"0", "000", "0g", "g0", " 00", "0x", "-1", "\xff\xff"}) {
        CAPTURE(bad);
        CHECK_FALSE(hex_decode(bad));
    }
}

TEST_CASE("hex: exactly 22 characters are digits") {
    int digits = 0;
    for (int c = -128; c < 128; ++c) {
        int value = hex_digit(static_cast<char>(c));
        CHECK(value >= -1);
        CHECK(value <= 15);
        if (value >= 0) ++digits;
    }
    CHECK(digits == 22);
}
