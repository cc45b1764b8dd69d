#include "proto/ws_handshake.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace ecisbx::proto;

TEST_CASE("ws_handshake: the example of RFC 6455 section 1.3") {
    CHECK(ws_accept_for("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("ws_handshake: keys are 16 fresh bytes") {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const auto key = ws_make_key();
        CHECK(ws_is_key(key));
        CHECK(seen.insert(key).second);
    }
    for (const char* bad : {"", "x", "dGhlIHNhbXBsZSBub25jZQ",
                            "c2hvcnQ=", "MDEyMzQ1Njc4OTAxMjM0NTY=", "dGhlIHNhbXBsZSBub25jZQ== "})
        CHECK_FALSE(ws_is_key(bad));
}
