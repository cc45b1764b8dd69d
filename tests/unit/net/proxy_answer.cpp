#include "net/proxy_answer.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace ecisbx;

namespace {

const std::string good = "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n";

/// In pieces of `step` bytes; the condition of the refusal, or nothing when the tunnel is there.
errc verdict(const std::string& text, std::size_t step, bool had_credentials = false) {
    net::proxy_answer answer(had_credentials);
    try {
        for (std::size_t at = 0; at < text.size(); at += step) {
            CHECK_FALSE(answer.done());
            answer.feed(std::string_view(text).substr(at, step));
        }
    } catch (const error& e) {
        return static_cast<errc>(e.code().value());
    }
    CHECK(answer.done());
    return {};
}

}  // namespace

TEST_CASE("proxy answer: the verdict does not depend on the pieces") {
    for (std::size_t step : {1U, 2U, 3U, 7U, 10'000U, 100'000U}) {
        CAPTURE(step);
        CHECK(verdict(good, step) == errc{});
        CHECK(verdict("HTTP/1.0 299\r\n\r\n", step) == errc{});
        CHECK(verdict("HTTP/1.1 407 x\r\n\r\n", step) == errc::unauthenticated);
        CHECK(verdict("HTTP/1.1 407 x\r\n\r\n", step, true) == errc::unauthenticated);
        CHECK(verdict("HTTP/1.1 199 x\r\n\r\n", step) == errc::connection);
        CHECK(verdict("HTTP/1.1 300 x\r\n\r\n", step) == errc::connection);
        CHECK(verdict("SSH-2.0-x\r\n\r\n", step) == errc::protocol);
        CHECK(verdict(std::string(17'000, 'x'), step) == errc::too_large);
        CHECK(verdict("HTTP/1.1 200 " + std::string(17'000, 'x') + "\r\n\r\n", step) ==
              errc::too_large);
    }
}

TEST_CASE("proxy answer: bytes behind it are refused") {
    net::proxy_answer answer(false);
    CHECK_THROWS_AS(answer.feed(good + "H"), error);
    CHECK_FALSE(answer.done());
}
