#include "proto/ws_close.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>

namespace ws_close = ecisbx::proto::ws_close;

TEST_CASE("ws_close: names of codes and of ranges") {
    CHECK(ws_close::name(1000) == "normal");
    CHECK(ws_close::name(1001) == "going away");
    CHECK(ws_close::name(1006) == "no close frame");
    CHECK(ws_close::name(1011) == "internal error");
    CHECK(ws_close::name(0) == "invalid code");
    CHECK(ws_close::name(999) == "invalid code");
    CHECK(ws_close::name(1004) == "unassigned code");
    CHECK(ws_close::name(2999) == "unassigned code");
    CHECK(ws_close::name(3000) == "library code");
    CHECK(ws_close::name(3999) == "library code");
    CHECK(ws_close::name(4000) == "private code");
    CHECK(ws_close::name(4999) == "private code");
    CHECK(ws_close::name(5000) == "invalid code");
    CHECK(ws_close::name(65535) == "invalid code");
}

TEST_CASE("ws_close: only 1000 and a bare close frame are clean ends") {
    for (std::uint32_t code = 0; code <= 0xFFFF; ++code)
        REQUIRE(ws_close::is_clean(std::uint16_t(code)) == (code == 1000 || code == 1005));
}

TEST_CASE("ws_close: which codes may be sent") {
    const std::set<unsigned> not_sent = {1004, 1005, 1006};
    for (unsigned code = 0; code <= 0xFFFF; ++code) {
        const bool assigned = code >= 1000 && code <= 1014 && !not_sent.contains(code);
        const bool range = code >= 3000 && code <= 4999;
        CAPTURE(code);
        REQUIRE(ws_close::is_sendable(std::uint16_t(code)) == (assigned || range));
    }
}
