#include "core/url.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using ecisbx::errc;
using ecisbx::core::endpoint_url;
using ecisbx::core::is_loopback_host;
using ecisbx::core::parse_endpoint;

TEST_CASE("url: endpoints as people write them") {
    const std::pair<std::string, endpoint_url> table[] = {
        {"eci.cn-shanghai.aliyuncs.com", {true, "eci.cn-shanghai.aliyuncs.com", 443}},
        {"eci.cn-shanghai.aliyuncs.com/", {true, "eci.cn-shanghai.aliyuncs.com", 443}},
        {"Host:8443", {true, "host", 8443}},
        {"https://host", {true, "host", 443}},
        {"HTTPS://HOST:1", {true, "host", 1}},
        {"http://host", {false, "host", 80}},
        {"http://127.0.0.1:8080", {false, "127.0.0.1", 8080}},
        {"http://127.0.0.1:8080/", {false, "127.0.0.1", 8080}},
        {"http://[::1]:65535", {false, "::1", 65535}},
        {"[2001:DB8::1]", {true, "2001:db8::1", 443}},
        {"[::ffff:127.0.0.1]:5", {true, "::ffff:127.0.0.1", 5}},
        {"localhost", {true, "localhost", 443}},
        {"my_host-1.a", {true, "my_host-1.a", 443}},
        {"1host.2b", {true, "1host.2b", 443}},
        {"host:00080", {true, "host", 80}},
    };
    for (const auto& [text, expected] : table) {
        CAPTURE(text);
        auto url = parse_endpoint(text);
        CHECK(url.tls == expected.tls);
        CHECK(url.host == expected.host);
        CHECK(url.port == expected.port);
    }
}

TEST_CASE("url: what is refused, and that the message says why") {
    const std::pair<std::string, std::string> table[] = {
        {"", "no host"},
        {"/", "no host"},
        {"https://", "no host"},
        {"http:///", "no host"},
        {"ftp://host", "unknown scheme"},
        {"wss://host", "unknown scheme"},
        {"://host", "unknown scheme"},
        {"http ://host", "unknown scheme"},
        {"host/path", "a path"},
        {"host//", "a path"},
        {"http:host", "the port"},
        {"http:/host", "a path"},
        {"host?x=1", "a query"},
        {"host/?x", "a query"},
        {"host#f", "a fragment"},
        {"user:pa55@host", "a user name"},
        {"http://user@host", "a user name"},
        {"ho st", "white space"},
        {" host", "white space"},
        {"host ", "white space"},
        {"host\n", "white space"},
        {"host\t:80", "white space"},
        {std::string("ho\0st", 5), "white space"},
        {"host:", "the port"},
        {"host:0", "the port"},
        {"host:65536", "the port"},
        {"host:99999999999999999999", "the port"},
        {"host:-1", "the port"},
        {"host:+80", "the port"},
        {"host:8o", "the port"},
        {"[::1", "without its ]"},
        {"[::1]8080", "after the ]"},
        {"[::1]:", "the port"},
        {"[]", "no IPv6"},
        {"[127.0.0.1]", "no IPv6"},
        {"[fe80::1%25eth0]", "no IPv6"},
        {"[host]", "no IPv6"},
        {"::1", "without brackets"},
        {"2001:db8::1", "without brackets"},
        {"a:b:c", "without brackets"},
        {":80", "the host"},
        {"a..b", "the host"},
        {".a", "the host"},
        {"a.", "the host"},
        {"-a.b", "the host"},
        {"a-.b", "the host"},
        {"a*b", "the host"},
        {"a%20b", "the host"},
        {"h\xC3\xB6st", "the host"},
        {"127.1", "the host"},
        {"2130706433", "the host"},
        {"256.1.1.1", "the host"},
        {"0x7f.1", "the host"},
        {std::string(64, 'a'), "the host"},
        {std::string(50, 'a') + "." + std::string(50, 'a') + "." + std::string(50, 'a') + "." +
             std::string(50, 'a') + "." + std::string(50, 'a'),
         "the host"},
    };
    for (const auto& [text, why] : table) {
        CAPTURE(text);
        try {
            parse_endpoint(text, "ECI_SANDBOX_ENDPOINT");
            FAIL_CHECK("was accepted");
        } catch (const ecisbx::error& e) {
            CHECK(e.code() == errc::invalid_argument);
            std::string message = e.info().message;
            CHECK_MESSAGE(message.find(why) != message.npos, message);
            CHECK(message.starts_with("ECI_SANDBOX_ENDPOINT: "));
            CHECK(message.find("expected host") != message.npos);
            CHECK(message.find("pa55") == message.npos);
        }
    }
}

TEST_CASE("url: loopback hosts") {
    for (const char* host : {"localhost", "LocalHost", "127.0.0.1", "127.255.0.9", "::1", "[::1]",
                             "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "[::ffff:7f00:1]"}) {
        CAPTURE(host);
        CHECK(is_loopback_host(host));
    }
    for (const char* host : {"",
                             "[]",
                             "[",
                             "localhost.",
                             "a.localhost",
                             "localhost.evil.org",
                             "127.0.0.1.evil.org",
                             "128.0.0.1",
                             "0.0.0.0",
                             "::",
                             "::2",
                             "127.1",
                             "0177.0.0.1",
                             "2130706433",
                             "10.0.0.1",
                             "::ffff:10.0.0.1",
                             "1::1",
                             "::127.0.0.1",
                             "127.0.0.1:80",
                             "[127.0.0.1",
                             "evil.org"}) {
        CAPTURE(host);
        CHECK_FALSE(is_loopback_host(host));
    }
    CHECK_FALSE(is_loopback_host(std::string("127.0.0.1\0.evil.org", 19)));
    CHECK_FALSE(is_loopback_host(std::string("localhost\0", 10)));
}
