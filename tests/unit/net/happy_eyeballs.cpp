#include "net/happy_eyeballs.hpp"

#include <doctest/doctest.h>

#include <string>

namespace ecisbx::test {
namespace {

namespace ip = boost::asio::ip;
using namespace std::chrono_literals;
using net::happy_eyeballs;

std::vector<ip::address> addresses(const std::vector<std::string>& texts) {
    std::vector<ip::address> list;
    for (const auto& text : texts) list.push_back(ip::make_address(text));
    return list;
}

const core::clock::time_point t0{1000s};

}  // namespace

TEST_CASE("interleave: families alternate, beginning with the first address's") {
    using list = std::vector<std::string>;
    auto check = [](const list& in, const list& out) {
        CHECK(net::interleave_families(addresses(in)) == addresses(out));
    };
    check({}, {});
    check({"::1"}, {"::1"});
    check({"::1", "::2", "::3", "1.1.1.1"}, {"::1", "1.1.1.1", "::2", "::3"});
    check({"1.1.1.1", "1.1.1.2", "::1", "::2"}, {"1.1.1.1", "::1", "1.1.1.2", "::2"});
    check({"1.1.1.1", "1.1.1.2"}, {"1.1.1.1", "1.1.1.2"});
}

TEST_CASE("happy eyeballs: one at once, the next after each pause") {
    happy_eyeballs order(3);
    CHECK(order.start_next(t0) == 0u);
    CHECK_FALSE(order.start_next(t0));
    CHECK(order.next_due() == core::deadline(t0 + 250ms));
    CHECK_FALSE(order.start_next(t0 + 249ms));
    CHECK(order.start_next(t0 + 260ms) == 1u);
    CHECK(order.next_due() == core::deadline(t0 + 510ms));
    CHECK(order.start_next(t0 + 1s) == 2u);
    CHECK(order.next_due().is_never());
    CHECK_FALSE(order.start_next(t0 + 9s));
    CHECK_FALSE(order.is_exhausted());
}

TEST_CASE("happy eyeballs: a failure brings the next forward") {
    happy_eyeballs order(2, 100ms);
    CHECK(order.start_next(t0) == 0u);
    order.failed();
    CHECK_FALSE(order.is_exhausted());
    CHECK(order.start_next(t0 + 1ms) == 1u);
    CHECK_FALSE(order.is_exhausted());
    order.failed();
    CHECK(order.is_exhausted());
    CHECK(order.next_due().is_never());
}

TEST_CASE("happy eyeballs: nothing to try is exhausted") {
    happy_eyeballs order(0);
    CHECK(order.is_exhausted());
    CHECK_FALSE(order.start_next(t0));
}

}  // namespace ecisbx::test
