#include "net/dial.hpp"

#include "unit/net/harness.hpp"
#include "unit/net/servers.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <filesystem>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct outcome {
    net::stream made;
    error_info failure;
};

asio::awaitable<void> dial_into(asio::any_io_executor executor, net::dialer how, net::origin where,
                                core::deadline until, outcome* into) {
    auto shared = std::make_shared<const net::dialer>(std::move(how));
    auto result = co_await as_result(net::dial(executor, shared, where, until));
    if (result)
        into->made = std::move(*result);
    else
        into->failure = result.error();
}

outcome dial(harness& h, const net::dialer& how, const net::origin& where) {
    outcome result;
    h.run(dial_into(h.ctx.get_executor(), how, where, soon(), &result));
    return result;
}

net::dialer trusting(const test_ca& ca) {
    net::dialer how;
    how.tls = ca.client();
    return how;
}

asio::awaitable<void> expect_echo(net::stream* on) {
    co_await on->write(asio::buffer("echo", 4), soon());
    std::string got = co_await read_exactly(on, 4);
    CHECK(got == "echo");
}

// A port that refuses: bound, so that nobody else gets it, and not listening.
struct refusing_port {
    explicit refusing_port(asio::io_context& ctx) : held(ctx) {
        held.open(asio::ip::tcp::v4());
        held.bind({asio::ip::address_v4::loopback(), 0});
    }
    std::uint16_t port() const { return held.local_endpoint().port(); }
    asio::ip::tcp::socket held;
};

int inheritable_descriptors() {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        int flags = ::fcntl(std::stoi(entry.path().filename().string()), F_GETFD);
        if (flags >= 0 && (flags & FD_CLOEXEC) == 0) ++count;
    }
    return count;
}

bool mentions(const error_info& info, const std::string& words) {
    return info.message.find(words) != std::string::npos;
}

asio::awaitable<void> say_nothing(net::stream on) {
    char byte = 0;
    co_await on.read_some(asio::buffer(&byte, 1), soon());
    co_await read_to_end(&on);
}

}  // namespace

TEST_CASE("origin: authority leaves out the default port and brackets IPv6") {
    using net::origin;
    CHECK(origin{"a.example", 443, true}.authority() == "a.example");
    CHECK(origin{"a.example", 80, true}.authority() == "a.example:80");
    CHECK(origin{"a.example", 80, false}.authority() == "a.example");
    CHECK(origin{"::1", 8080, false}.authority() == "[::1]:8080");
    CHECK(origin{"::1", 443, true}.authority() == "[::1]");
}

TEST_CASE("dial: plain and TLS, by address and by name") {
    test_ca ca;
    harness h;
    listener plain(h.ctx, echo(nullptr));
    listener secure(h.ctx, echo(ca.server({.names = {"DNS:localhost", "IP:127.0.0.1"}})));
    for (const char* host : {"127.0.0.1", "localhost"}) {
        for (bool tls : {false, true}) {
            CAPTURE(host);
            CAPTURE(tls);
            auto got = dial(h, trusting(ca), {host, (tls ? secure : plain).port(), tls});
            REQUIRE_MESSAGE(!got.failure.code, got.failure.to_string());
            CHECK(got.made.is_tls() == tls);
            h.run(expect_echo(&got.made));
        }
    }
}

TEST_CASE("dial: a family that refuses gives way to the other at once") {
    harness h;
    listener only_v4(h.ctx, echo(nullptr), "127.0.0.1");
    auto begin = core::clock::now();
    auto got = dial(h, {}, {"localhost", only_v4.port(), false});  // ::1 is tried first
    REQUIRE_MESSAGE(!got.failure.code, got.failure.to_string());
    CHECK(got.made.peer().starts_with("127.0.0.1:"));
    CHECK(core::clock::now() - begin < 5s);
    listener only_v6(h.ctx, echo(nullptr), "::1");
    got = dial(h, {}, {"localhost", only_v6.port(), false});
    REQUIRE_MESSAGE(!got.failure.code, got.failure.to_string());
    CHECK(got.made.peer().starts_with("[::1]:"));
}

TEST_CASE("dial: a refusal names every address that was tried") {
    harness h;
    refusing_port closed(h.ctx);
    auto port = std::to_string(closed.port());
    auto got = dial(h, {}, {"localhost", closed.port(), false});
    CHECK(got.failure.code == errc::connection);
    CHECK(mentions(got.failure, "connecting to localhost:" + port));
    CHECK(mentions(got.failure, "[::1]:" + port + ": Connection refused"));
    CHECK(mentions(got.failure, "127.0.0.1:" + port + ": Connection refused"));
    CHECK(got.failure.cause == boost::system::errc::connection_refused);
}

TEST_CASE("dial: plain TCP leaves this machine only when allowed") {
    harness h;
    for (const char* host : {"192.0.2.1", "plain.example", "2001:db8::1", "localhost.example"}) {
        CAPTURE(host);
        auto got = dial(h, {}, {host, 80, false});
        CHECK(got.failure.code == errc::invalid_argument);
        CHECK(mentions(got.failure, "plain connections"));
    }
    net::dialer allowed;
    allowed.allow_plain = true;
    auto got = dial(h, allowed, {"host.invalid", 80, false});
    CHECK(got.failure.code == errc::resolve);
}

TEST_CASE("dial: what is no host is refused before any I/O") {
    test_ca ca;
    harness h;
    for (const char* host : {"", "a b", "a\r\nb", "user@host", "a/b", "[::1]", "a:1"}) {
        CAPTURE(host);
        CHECK(dial(h, trusting(ca), {host, 443, true}).failure.code == errc::invalid_argument);
    }
    CHECK(dial(h, trusting(ca), {"127.0.0.1", 0, true}).failure.code == errc::invalid_argument);
    CHECK(dial(h, {}, {"127.0.0.1", 443, true}).failure.code == errc::invalid_argument);
}

TEST_CASE("dial: a name that does not exist") {
    test_ca ca;
    harness h;
    auto got = dial(h, trusting(ca), {"host.invalid", 443, true});
    CHECK(got.failure.code == errc::resolve);
    CHECK(mentions(got.failure, "connecting to host.invalid:443"));
}

TEST_CASE("dial: the connect timeout covers the TLS handshake, and says where it was") {
    test_ca ca;
    harness h;
    listener silent(h.ctx, say_nothing);
    auto how = trusting(ca);
    how.connect_timeout = 50ms;
    auto got = dial(h, how, {"127.0.0.1", silent.port(), true});
    CHECK(got.failure.code == errc::timeout);
    CHECK_MESSAGE(mentions(got.failure, "TLS handshake"), got.failure.message);
}

TEST_CASE("dial: a peer that does not take connections costs the connect timeout") {
    harness h;
    // A full backlog: the kernel drops what comes next, as a dead host would.
    asio::ip::tcp::acceptor full(h.ctx, {asio::ip::address_v4::loopback(), 0});
    ::listen(full.native_handle(), 0);
    std::vector<asio::ip::tcp::socket> fill;
    for (int i = 0; i < 4; ++i) {
        fill.emplace_back(h.ctx).async_connect(full.local_endpoint(), [](auto) {});
        h.ctx.restart();
        h.ctx.poll();
    }
    net::dialer how;
    how.connect_timeout = 50ms;
    auto got = dial(h, how, {"127.0.0.1", full.local_endpoint().port(), false});
    CHECK(got.failure.code == errc::timeout);
    CHECK_MESSAGE(mentions(got.failure, "while connecting"), got.failure.message);
    for (auto& socket : fill) socket.close();
}

TEST_CASE("dial: sockets are not inherited by child programs") {
    harness h;
    // Nobody accepts: the kernel completes the connection, and ours is the only new descriptor.
    asio::ip::tcp::acceptor listening(h.ctx, {asio::ip::address_v4::loopback(), 0});
    auto before = inheritable_descriptors();
    auto got = dial(h, {}, {"127.0.0.1", listening.local_endpoint().port(), false});
    REQUIRE(got.made.is_open());
    CHECK(inheritable_descriptors() == before);
}

TEST_CASE("dial: no descriptors left is an error of its own") {
    harness h;
    listener plain(h.ctx, echo(nullptr));
    rlimit usual{};
    ::getrlimit(RLIMIT_NOFILE, &usual);
    rlimit none = usual;
    none.rlim_cur = 3;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    auto got = dial(h, {}, {"127.0.0.1", plain.port(), false});
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0);
    CHECK(got.failure.code == errc::no_descriptors);
    CHECK(mentions(got.failure, "RLIMIT_NOFILE"));
}

TEST_CASE("dial: a wrong certificate is told with the host") {
    test_ca ca;
    harness h;
    listener wrong(h.ctx, echo(ca.server({.names = {"DNS:other.example"}})));
    auto got = dial(h, trusting(ca), {"localhost", wrong.port(), true});
    CHECK(got.failure.code == errc::tls);
    CHECK(mentions(got.failure, "hostname mismatch: expected localhost"));
}

}  // namespace ecisbx::test
