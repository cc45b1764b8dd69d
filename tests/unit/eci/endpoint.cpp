#include "eci/endpoint.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

namespace {

using namespace ecisbx;
using eci::config;

template <class F>
errc refused(F f, std::string* text = nullptr) {
    try {
        f();
    } catch (const error& e) {
        if (text) *text = e.what();
        return static_cast<errc>(e.code().value());
    }
    return errc{};
}

TEST_CASE("the endpoint of a region") {
    CHECK(eci::default_endpoint("cn-shanghai") == "eci.cn-shanghai.aliyuncs.com");
    CHECK(eci::default_endpoint("cn-shenzhen-finance-1") == "eci.cn-shenzhen-finance.aliyuncs.com");
    CHECK(eci::default_endpoint("cn-shanghai-finance-1") == "eci.cn-shanghai-finance.aliyuncs.com");
}

TEST_CASE("the endpoint of a region inside the vendor's network") {
    CHECK(eci::default_endpoint("cn-shanghai", true) == "eci-vpc.cn-shanghai.aliyuncs.com");
    CHECK(eci::default_endpoint("cn-shanghai-finance-1", true) ==
          "eci-vpc.cn-shanghai-finance.aliyuncs.com");
    CHECK(eci::endpoint_of(config().vpc_endpoint().region("us-east-1")).host ==
          "eci-vpc.us-east-1.aliyuncs.com");
}

TEST_CASE("every region has its own endpoint, and one that was set is never replaced") {
    auto host = [](const config& c) { return eci::endpoint_of(c).host; };
    config c;
    CHECK(host(c) == "eci.cn-shanghai.aliyuncs.com");
    c.region("cn-beijing");
    CHECK(host(c) == "eci.cn-beijing.aliyuncs.com");
    c.region("cn-shenzhen-finance-1").vpc_endpoint();
    CHECK(host(c) == "eci-vpc.cn-shenzhen-finance.aliyuncs.com");
    for (bool endpoint_first : {true, false}) {
        config set;
        if (!endpoint_first) set.region("us-west-1");
        set.endpoint("eci.example.com");
        if (endpoint_first) set.region("us-west-1").vpc_endpoint();
        CHECK(host(set) == "eci.example.com");
        CHECK(set.region() == "us-west-1");
    }
}

TEST_CASE("the endpoint as it is called") {
    auto where = eci::endpoint_of(config().region("us-east-1"));
    CHECK(where.authority() == "eci.us-east-1.aliyuncs.com");
    CHECK(where.tls);
    auto local = eci::endpoint_of(config().endpoint("http://127.0.0.1:8080"));
    CHECK(local.authority() == "127.0.0.1:8080");
    CHECK_FALSE(local.tls);
    auto plain = eci::endpoint_of(config().endpoint("http://example.com").allow_plain_http());
    CHECK(plain.port == 80);
    auto refuses = [](const char* text) {
        return refused([&] { eci::endpoint_of(config().endpoint(text)); }) ==
               errc::invalid_argument;
    };
    CHECK(refuses("http://example.com"));
    CHECK(refuses("https://example.com/path"));
    CHECK(refuses("ftp://example.com"));
    CHECK(refuses("a b"));
    auto bad_region = [](std::string id) {
        return refused([&] { eci::endpoint_of(config().region(id)); }) == errc::invalid_argument;
    };
    CHECK(bad_region(""));
    CHECK(bad_region("CN"));
    CHECK(bad_region("x.evil.com/"));
}

TEST_CASE("settings are checked before any I/O") {
    std::string text;
    CHECK(refused([] { eci::check_settings(config()); }, &text) == errc::unauthenticated);
    CHECK(text.find("ECI_SANDBOX_ACCESS_KEY_ID") != std::string::npos);
    auto with_key = [] { return config().access_key("id", "key"); };
    CHECK(refused([&] { eci::check_settings(with_key()); }) == errc{});
    CHECK(refused([] { eci::check_settings(config().access_key("id", "")); }) ==
          errc::unauthenticated);
    CHECK(refused([&] { eci::check_settings(with_key().timeout(std::chrono::milliseconds(0))); }) ==
          errc::invalid_argument);
    CHECK(refused([&] { eci::check_settings(with_key().max_connections(0)); }) ==
          errc::invalid_argument);
    CHECK(refused([&] { eci::check_settings(with_key().max_attempts(0)); }) ==
          errc::invalid_argument);
}

}  // namespace
