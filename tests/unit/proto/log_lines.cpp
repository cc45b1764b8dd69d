#include "proto/log_lines.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace ecisbx;
using proto::parse_log_time;
using proto::split_log;

namespace {

std::string second_of(std::string_view text) {
    auto at = parse_log_time(text);
    return at ? core::format_rfc3339(*at) : "none";
}

}  // namespace

TEST_CASE("log_lines: times with any fraction and zone become the UTC second") {
    CHECK(second_of("2026-01-02T03:04:05Z") == "2026-01-02T03:04:05Z");
    CHECK(second_of("2026-01-02T03:04:05.1Z") == "2026-01-02T03:04:05Z");
    CHECK(second_of("2026-01-02T03:04:05.999999999Z") == "2026-01-02T03:04:05Z");
    CHECK(second_of("2026-01-02T03:04:05.5+08:00") == "2026-01-01T19:04:05Z");
    CHECK(second_of("2026-01-02T03:04:05-03:30") == "2026-01-02T06:34:05Z");
}

TEST_CASE("log_lines: what is no time is none") {
    for (auto text :
         {"", "Z", "2026-01-02T03:04:05", "2026-01-02T03:04:05.", "2026-01-02T03:04:05.Z",
          "2026-01-02T03:04:05.12", "2026-13-02T03:04:05Z", "2026-01-02 03:04:05Z",
          "2026-01-02T03:04:05+0800", "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+08:60",
          "2026-01-02T03:04:05+a8:00", "2026-01-02T03:04:05ZZ", "error: no such container"}) {
        CAPTURE(text);
        CHECK(second_of(text) == "none");
    }
    CHECK(second_of("2026-01-02T03:04:05." + std::string(100, '1') + "Z") == "none");
}

TEST_CASE("log_lines: a text is cut at line feeds only") {
    auto lines = split_log("2026-01-02T03:04:05.1Z one\r\n2026-01-02T03:04:06Z \n\nfour");
    REQUIRE(lines.whole.size() == 3);
    CHECK(lines.whole[0].raw == "2026-01-02T03:04:05.1Z one\r");
    CHECK(lines.whole[0].raw.substr(lines.whole[0].prefix) == "one\r");
    CHECK(lines.whole[1].raw.substr(lines.whole[1].prefix) == "");
    CHECK(lines.whole[2].prefix == 0);
    CHECK(!lines.whole[2].second);
    REQUIRE(lines.open);
    CHECK(lines.open->raw == "four");
    CHECK(split_log("").whole.empty());
    CHECK(!split_log("").open);
    CHECK(!split_log("a\n").open);
}

TEST_CASE("log_lines: a line that is only a time") {
    auto whole = split_log("2026-01-02T03:04:05Z\n").whole;
    REQUIRE(whole.size() == 1);
    CHECK(whole[0].second);
    CHECK(whole[0].prefix == whole[0].raw.size());
    // Its rest may be on its way: `...05Z` could become no time at all.
    auto open = split_log("2026-01-02T03:04:05Z").open;
    REQUIRE(open);
    CHECK(!open->second);
    CHECK(split_log("2026-01-02T03:04:05Z ").open->prefix == 21);
}
