#include "net/proxy.hpp"

#include "unit/net/harness.hpp"
#include "unit/net/servers.hpp"

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using net::proxy_settings;

bool is_proxied(const std::string& no_proxy, const std::string& host, std::uint16_t port = 443) {
    return proxy_settings::parse("http://proxy.example:3128", no_proxy).applies_to(host, port);
}

struct outcome {
    net::stream made;
    error_info failure;
};

asio::awaitable<void> dial_into(asio::any_io_executor executor,
                                std::shared_ptr<const net::dialer> how, net::origin where,
                                outcome* into) {
    auto result = co_await as_result(net::dial(executor, how, where, soon()));
    if (result)
        into->made = std::move(*result);
    else
        into->failure = result.error();
}

asio::awaitable<void> expect_echo(net::stream* on) {
    co_await on->write(asio::buffer("echo", 4), soon());
    std::string got = co_await read_exactly(on, 4);
    CHECK(got == "echo");
}

// A TLS server for box.example that is reached through a proxy only.
struct world {
    test_ca ca;
    harness h;
    std::shared_ptr<proxy_script> script = std::make_shared<proxy_script>();
    listener secure{h.ctx, echo(ca.server({.names = {"DNS:box.example"}}))};
    listener proxying{h.ctx, proxy(script, secure.port())};

    outcome dial(const std::string& user_info = "",
                 net::origin where = {"box.example", 443, true}) {
        net::dialer how;
        how.tls = ca.client();
        how.connect_timeout = 5s;
        how.proxy = proxy_settings::parse(
            "http://" + user_info + "127.0.0.1:" + std::to_string(proxying.port()), "");
        outcome result;
        auto shared = std::make_shared<const net::dialer>(std::move(how));
        h.run(dial_into(h.ctx.get_executor(), shared, where, &result));
        return result;
    }
};

}  // namespace

TEST_CASE("proxy: URLs as people write them") {
    auto full = proxy_settings::parse("http://us%65r:p%40ss%3a@Proxy.example:3128/", "");
    CHECK(full.host == "proxy.example");
    CHECK(full.port == 3128);
    CHECK(full.authorization.reveal() == "Basic dXNlcjpwQHNzOg==");  // user:p@ss:
    auto plain = proxy_settings::parse("http://10.0.0.1", "");
    CHECK(plain.host == "10.0.0.1");
    CHECK(plain.port == 80);
    CHECK(plain.authorization.empty());
    CHECK(proxy_settings::parse("HTTP://[::1]:8080", "").host == "::1");
    CHECK(proxy_settings::parse("proxy.example:3128", "").port == 3128);
    CHECK(proxy_settings::parse("http://user@proxy.example", "").authorization.reveal() ==
          "Basic dXNlcjo=");
    CHECK(proxy_settings::parse("", "*").host.empty());
    CHECK_FALSE(proxy_settings::parse("", "").applies_to("a.example", 443));
}

TEST_CASE("proxy: bad URLs are refused without repeating them") {
    for (const char* url :
         {"https://hunter2@proxy", "socks5://hunter2:1", "http://u:hunter2@", "http://hunter2:x",
          "http://u:hunter2%zz@proxy", "http://a%3ab:hunter2@proxy", "http://hunter2/path",
          "http://hunter2:99999", "http://hunter2?q", "http://hunter2 b"}) {
        CAPTURE(url);
        try {
            proxy_settings::parse(url, "");
            FAIL_CHECK("accepted");
        } catch (const error& e) {
            CHECK(e.code() == errc::invalid_argument);
            CHECK(std::string(e.what()).find("hunter2") == std::string::npos);
        }
    }
}

TEST_CASE("proxy: NO_PROXY") {
    CHECK(is_proxied("", "a.example"));
    // Loopback is never proxied.
    for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "::1"})
        CHECK_FALSE(is_proxied("", host));
    CHECK_FALSE(is_proxied("*", "a.example"));
    // A name stands for itself and what is below it.
    CHECK_FALSE(is_proxied("example", "example"));
    CHECK_FALSE(is_proxied("x, a.example ,y", "A.Example"));
    CHECK_FALSE(is_proxied("A.EXAMPLE", "b.a.example"));
    CHECK_FALSE(is_proxied("a.example", "a.example."));
    CHECK(is_proxied("a.example", "ba.example"));
    CHECK(is_proxied("b.a.example", "a.example"));
    // A suffix stands for what is below it only.
    for (const char* suffix : {".example", "*.example"}) {
        CHECK_FALSE(is_proxied(suffix, "a.example"));
        CHECK_FALSE(is_proxied(suffix, "b.a.example"));
        CHECK(is_proxied(suffix, "example"));
        CHECK(is_proxied(suffix, "anexample"));
    }
    CHECK(is_proxied(".", "a.example"));
    // Ports.
    CHECK_FALSE(is_proxied("a.example:443", "a.example", 443));
    CHECK(is_proxied("a.example:443", "a.example", 8443));
    CHECK_FALSE(is_proxied("*:443", "a.example", 443));
    CHECK(is_proxied("*:443", "a.example", 80));
    // Addresses and networks.
    CHECK_FALSE(is_proxied("192.0.2.1", "192.0.2.1"));
    CHECK(is_proxied("192.0.2.1", "192.0.2.11"));
    CHECK_FALSE(is_proxied("192.0.2.1:443", "192.0.2.1"));
    CHECK_FALSE(is_proxied("192.0.2.0/24", "192.0.2.99"));
    CHECK_FALSE(is_proxied("192.0.2.7/24", "192.0.2.99"));
    CHECK(is_proxied("192.0.2.0/24", "192.0.3.1"));
    CHECK(is_proxied("192.0.2.0/99", "192.0.2.1"));
    CHECK_FALSE(is_proxied("0.0.0.0/0", "8.8.8.8"));
    CHECK_FALSE(is_proxied("2001:db8::/32", "2001:db8:1::5"));
    CHECK(is_proxied("2001:db8::/32", "2001:db9::5"));
    CHECK_FALSE(is_proxied("2001:DB8::1", "2001:db8:0::1"));
    CHECK_FALSE(is_proxied("[2001:db8::1]:443", "2001:db8::1", 443));
    CHECK(is_proxied("[2001:db8::1]:443", "2001:db8::1", 80));
    CHECK(is_proxied("192.0.2.0/24", "a.example"));
    // Nonsense matches nothing and breaks nothing.
    for (const char* odd : {"[", "[]", "]:", ":", "/", "//8", ",,,", "[::1", "a:b:c/d"})
        CHECK(is_proxied(odd, "a.example"));
}

TEST_CASE("proxy: a tunnel with TLS inside") {
    world w;
    auto got = w.dial();
    REQUIRE_MESSAGE(!got.failure.code, got.failure.to_string());
    CHECK(got.made.is_tls());
    CHECK(w.script->last_request ==
          "CONNECT box.example:443 HTTP/1.1\r\nHost: box.example:443\r\n\r\n");
    w.h.run(expect_echo(&got.made));
    got = w.dial("", {"2001:db8::1", 8443, true});
    CHECK(w.script->last_request.starts_with("CONNECT [2001:db8::1]:8443 HTTP/1.1\r\n"));
    CHECK(got.failure.code == errc::tls);  // the certificate is of box.example
}

TEST_CASE("proxy: user and password right, wrong and missing") {
    world w;
    w.script->authorization = "Basic dXNlcjpodW50ZXIy";  // user:hunter2
    CHECK_FALSE(w.dial("user:hunter2@").failure.code);
    auto wrong = w.dial("user:hunter3@");
    CHECK(wrong.failure.code == errc::unauthenticated);
    CHECK(wrong.failure.http_status == 407);
    CHECK(wrong.failure.message.find("did not accept") != std::string::npos);
    CHECK(wrong.failure.to_string().find("hunter") == std::string::npos);
    auto missing = w.dial();
    CHECK(missing.failure.code == errc::unauthenticated);
    CHECK(missing.failure.message.find("wants a user") != std::string::npos);
}

TEST_CASE("proxy: answers that are no tunnel") {
    struct bad {
        std::string answer;
        errc expected;
        int status;
        bool endless = false;
    };
    const bad cases[] = {
        {"HTTP/1.1 403 Forbidden\r\n\r\n", errc::connection, 403},
        {"HTTP/1.0 502\r\n\r\n", errc::connection, 502},
        {"HTTP/1.1 100 Continue\r\n\r\n", errc::connection, 100},
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", errc::protocol, 0},
        {"HTTP/2 200 OK\r\n\r\n", errc::protocol, 0},
        {"HTTP/1.1 2000 OK\r\n\r\n", errc::protocol, 0},
        {std::string("\0\0\0\0\r\n\r\n", 8), errc::protocol, 0},
        {"HTTP/1.1 200 OK\r\n\r\nmore", errc::protocol, 0},
        {"HTTP/1.1 200 OK\r\nX: y\r\n", errc::connection, 0},  // ends within the head
        {"X: endless\r\n", errc::too_large, 0, true},
        {"\r\n\r\n", errc::protocol, 0},
    };
    for (const auto& c : cases) {
        CAPTURE(c.answer);
        world w;
        w.script->answer = c.answer;
        w.script->endless = c.endless;
        auto got = w.dial();
        CHECK_MESSAGE(got.failure.code == c.expected, got.failure.to_string());
        CHECK(got.failure.http_status == c.status);
    }
}

TEST_CASE("proxy: one that refuses or says nothing") {
    test_ca ca;
    harness h;
    net::dialer how;
    how.tls = ca.client();
    how.proxy = proxy_settings::parse("http://host.invalid:1", "");
    outcome got;
    auto shared = std::make_shared<const net::dialer>(how);
    h.run(dial_into(h.ctx.get_executor(), shared, {"box.example", 443, true}, &got));
    CHECK(got.failure.code == errc::resolve);
    asio::ip::tcp::acceptor silent(h.ctx, {asio::ip::address_v4::loopback(), 0});
    how.connect_timeout = 50ms;
    how.proxy.host = "127.0.0.1";
    how.proxy.port = silent.local_endpoint().port();
    shared = std::make_shared<const net::dialer>(how);
    h.run(dial_into(h.ctx.get_executor(), shared, {"box.example", 443, true}, &got));
    CHECK(got.failure.code == errc::timeout);
    CHECK_MESSAGE(got.failure.message.find("waiting for the proxy") != std::string::npos,
                  got.failure.message);
}

}  // namespace ecisbx::test
