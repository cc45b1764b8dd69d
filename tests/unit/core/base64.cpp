#include "core/base64.hpp"

#include "core/random.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using ecisbx::core::base64_decode;
using ecisbx::core::base64_encode;

TEST_CASE("base64: the vectors of RFC 4648") {
    const std::pair<std::string, std::string> vectors[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {std::string("\x00\xff\xfb\xfe", 4), "AP/7/g=="},
        {"\xff\xef\xbe", "/+++"},
    };
    for (const auto& [bytes, text] : vectors) {
        CAPTURE(text);
        CHECK(base64_encode(bytes) == text);
        CHECK(base64_decode(text) == bytes);
    }
}

TEST_CASE("base64: every byte and every length comes back") {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    CHECK(base64_decode(base64_encode(all)) == all);
    for (std::size_t length = 0; length < 200; ++length) {
        auto bytes = ecisbx::core::random_bytes(length);
        auto text = base64_encode(bytes);
        REQUIRE(text.size() == (length + 2) / 3 * 4);
        REQUIRE(base64_decode(text) == bytes);
    }
}

TEST_CASE("base64: decoding is strict") {
    for (const char* bad : {"Z",    "Zg",   "Zg=",      "Zg===",   "=",    "==",     "===",
                            "====", "Z===", "Zg==Zg==", "Z=g=",    "=Zg=", "Zm9v\n", "Zm 9v",
                            "Zm9-", "Zm9_", "Zm9v====", "Zm9\xff", "Zh==", "Zm9=",   "Zg=A"}) {
        CAPTURE(bad);
        CHECK_FALSE(base64_decode(bad));
    }
    CHECK_FALSE(base64_decode(std::string("Zm9\0", 4)));
}
