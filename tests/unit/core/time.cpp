#include "core/time.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>

using namespace ecisbx::core;
using std::chrono::seconds;

namespace {
utc_time at(std::int64_t unix_seconds) {
    return utc_time(seconds(unix_seconds));
}
}  // namespace

TEST_CASE("time: both forms, there and back") {
    struct row {
        std::int64_t unix_seconds;
        const char *rfc3339, *http;
    };
    for (auto [unix_seconds, rfc3339, http] :
         {row{0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"},
          row{-1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT"},
          row{784111777, "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT"},
          row{951782400, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT"},
          row{1767323045, "2026-01-02T03:04:05Z", "Fri, 02 Jan 2026 03:04:05 GMT"},
          row{4102444799, "2099-12-31T23:59:59Z", "Thu, 31 Dec 2099 23:59:59 GMT"},
          row{253402300799, "9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"},
          row{-62167219200, "0000-01-01T00:00:00Z", "Sat, 01 Jan 0000 00:00:00 GMT"}}) {
        CAPTURE(rfc3339);
        CHECK(format_rfc3339(at(unix_seconds)) == rfc3339);
        CHECK(parse_rfc3339(rfc3339) == at(unix_seconds));
        CHECK(format_http_date(at(unix_seconds)) == http);
        CHECK(parse_http_date(http) == at(unix_seconds));
    }
}

TEST_CASE("time: a step of a prime number of seconds through 200 years") {
    for (std::int64_t s = -3'000'000'000; s < 4'000'000'000; s += 7'368'787) {
        REQUIRE(parse_rfc3339(format_rfc3339(at(s))) == at(s));
        REQUIRE(parse_http_date(format_http_date(at(s))) == at(s));
    }
}

TEST_CASE("time: far off times move to the nearest year that fits") {
    CHECK(format_rfc3339(utc_time::max()) == "9999-12-31T23:59:59Z");
    CHECK(format_rfc3339(utc_time::min()) == "0000-01-01T00:00:00Z");
    CHECK(format_http_date(utc_time::max()) == "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST_CASE("time: now") {
    auto now = utc_now();
    CHECK(now > at(1'700'000'000));
    CHECK(std::chrono::abs(std::chrono::system_clock::now() - now) < seconds(5));
}

TEST_CASE("time: RFC 3339 is strict") {
    for (const char* bad : {"",
                            "2026-01-02",
                            "2026-01-02T03:04:05",
                            "2026-01-02T03:04:05z",
                            "2026-01-02t03:04:05Z",
                            "2026-01-02 03:04:05Z",
                            "2026-01-02T03:04:05+00:00",
                            "2026-01-02T03:04:05.0Z",
                            "2026-01-02T03:04:05Z ",
                            " 2026-01-02T03:04:05Z",
                            "2026-1-02T03:04:05Z",
                            "2026-13-02T03:04:05Z",
                            "2026-00-02T03:04:05Z",
                            "2026-02-29T03:04:05Z",
                            "2100-02-29T03:04:05Z",
                            "2026-04-31T03:04:05Z",
                            "2026-01-00T03:04:05Z",
                            "2026-01-02T24:00:00Z",
                            "2026-01-02T03:60:05Z",
                            "2026-01-02T03:04:60Z",
                            "-026-01-02T03:04:05Z",
                            "2026-01-02T0x:04:05Z",
                            "2026-01-02T+3:04:05Z",
                            "20260-01-02T03:04:05Z",
                            "2026/01/02T03:04:05Z",
                            "2026-01-02T03:04:0"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_rfc3339(bad));
    }
}

TEST_CASE("time: only IMF-fixdate is a date of HTTP") {
    for (const char* bad :
         {"", "Sun, 06 Nov 1994 08:49:37", "Sunday, 06-Nov-94 08:49:37 GMT",
          "Sun Nov  6 08:49:37 1994", "Mon, 06 Nov 1994 08:49:37 GMT",
          "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
          "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
          "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 24:00:00 GMT",
          "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
          "Sun, 06 Xyz 1994 08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT", "Sun"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_http_date(bad));
    }
    CHECK(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT") ==
          parse_rfc3339("2017-01-01T00:00:00Z"));
}
