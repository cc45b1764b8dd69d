#include "net/http_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace ecisbx::net;

TEST_CASE("http_text: comparisons without case are of ASCII only") {
    CHECK(iequals("Content-Length", "cONTENT-lENGTH"));
    CHECK_FALSE(iequals("a", "ab"));
    CHECK_FALSE(iequals("[", "{"));
    CHECK_FALSE(iequals("\xc4", "\xe4"));
}

TEST_CASE("http_text: items of a list") {
    CHECK(list_has("keep-alive, Upgrade", "upgrade"));
    CHECK(list_has(" ,\tclose ,", "close"));
    CHECK_FALSE(list_has("closed, not-close", "close"));
    CHECK_FALSE(list_has("", "close"));
}

TEST_CASE("http_text: every byte as token, value and target") {
    const std::string token = "!#$%&'*+-.^_`|~";
    for (int i = 0; i < 256; ++i) {
        const auto c = static_cast<char>(i);
        const bool alnum =
            (i >= '0' && i <= '9') || (i >= 'A' && i <= 'Z') || (i >= 'a' && i <= 'z');
        CAPTURE(i);
        CHECK(is_token({&c, 1}) == (alnum || (i != 0 && token.find(c) != std::string::npos)));
        CHECK(is_field_value({&c, 1}) == (i == '\t' || (i >= 32 && i != 127)));
        CHECK(is_target({&c, 1}) == (i > 32 && i < 127));
    }
    CHECK_FALSE(is_token(""));
    CHECK_FALSE(is_target(""));
    CHECK(is_field_value(""));
}

TEST_CASE("http_text: reasons") {
    CHECK(reason_phrase(200) == "OK");
    CHECK(reason_phrase(505) == "HTTP Version Not Supported");
    CHECK(reason_phrase(299) == "Unknown");
}
