#include "net/tls.hpp"

#include "net/tls_session_cache.hpp"
#include "unit/net/harness.hpp"

#include <openssl/ssl.h>

#include <fstream>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;

struct handshake_result {
    error_info client, server;
    bool resumed = false;
};

asio::awaitable<void> capture(asio::awaitable<void> op, error_info* into) {
    auto outcome = co_await as_result(std::move(op));
    if (!outcome) *into = outcome.error();
}

// One connection: handshakes on both sides, one byte back so that tickets arrive, and the end.
asio::awaitable<void> serve_once(net::stream* on,
                                 std::shared_ptr<net::tls_server_context> context) {
    co_await on->handshake(std::move(context), soon());
    co_await on->write(asio::buffer("!", 1), soon());
    co_await on->shutdown(soon());
}

asio::awaitable<void> connect_once(net::stream* on,
                                   std::shared_ptr<net::tls_client_context> context,
                                   std::string host, std::uint16_t port, bool* resumed) {
    co_await on->handshake(std::move(context), std::move(host), soon(), port);
    *resumed = on->was_resumed();
    std::string got = co_await read_to_end(on);
    CHECK(got == "!");
}

handshake_result shake(std::shared_ptr<net::tls_client_context> client,
                       std::shared_ptr<net::tls_server_context> server, const std::string& host) {
    harness h;
    auto pair = connected_streams(h.ctx);
    handshake_result result;
    auto server_side = serve_once(&pair.server, std::move(server));
    auto client_side = connect_once(&pair.client, std::move(client), host, 443, &result.resumed);
    h.spawn(capture(std::move(server_side), &result.server));
    h.spawn(capture(std::move(client_side), &result.client));
    h.run();
    return result;
}

bool mentions(const error_info& info, const std::string& words) {
    return info.message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("tls: a good chain is accepted, by name, wildcard and address") {
    test_ca ca;
    auto server = ca.server(
        {.names = {"DNS:box.example", "DNS:*.wild.example", "IP:127.0.0.1", "IP:0:0:0:0:0:0:0:1"}});
    for (const char* host :
         {"box.example", "BOX.example", "box.example.", "a.wild.example", "127.0.0.1", "::1"}) {
        CAPTURE(host);
        auto result = shake(ca.client(), server, host);
        CHECK_MESSAGE(!result.client.code, result.client.to_string());
        CHECK_MESSAGE(!result.server.code, result.server.to_string());
    }
}

TEST_CASE("tls: a bad certificate is refused, and the message says why") {
    test_ca ca, other;
    struct bad {
        const char* host;
        certificate_wish wish;
        const char* words;
    };
    const bad cases[] = {
        {"localhost", {.valid_from = -7200, .valid_until = -3600}, "certificate has expired"},
        {"localhost", {.valid_from = 3600, .valid_until = 7200}, "not yet valid"},
        {"localhost", {.self_signed = true}, "self-signed certificate"},
        {"other.example",
         {.names = {"DNS:box.example", "IP:127.0.0.1"}},
         "hostname mismatch: expected other.example, the certificate is for box.example, "
         "127.0.0.1"},
        {"a.b.wild.example", {.names = {"DNS:*.wild.example"}}, "hostname mismatch"},
        {"127.0.0.2", {.names = {"DNS:localhost", "IP:127.0.0.1"}}, "IP address mismatch"},
        // A name that looks like an address is none.
        {"127.0.0.1", {.names = {"DNS:127.0.0.1"}}, "IP address mismatch"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.words);
        auto result = shake(ca.client(), ca.server(c.wish), c.host);
        CHECK(result.client.code == errc::tls);
        CHECK_MESSAGE(mentions(result.client, c.words), result.client.message);
        CHECK(mentions(result.client, std::string("the certificate of ") + c.host));
        CHECK(result.server.code);
    }
    auto result = shake(ca.client(), other.server({}), "localhost");
    CHECK(result.client.code == errc::tls);
    CHECK_MESSAGE(mentions(result.client, "unable to get local issuer"), result.client.message);
}

TEST_CASE("tls: without an extra file only the system's authorities count") {
    test_ca ca;
    auto result = shake(net::tls_client_context::make(""), ca.server({}), "localhost");
    CHECK(result.client.code == errc::tls);
}

TEST_CASE("tls: 50 connections resume, all but the first") {
    test_ca ca;
    for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        auto client = ca.client();
        auto server = ca.server({});
        SSL_CTX_set_max_proto_version(server->native(), version);
        int resumed = 0;
        for (int i = 0; i < 50; ++i) {
            auto result = shake(client, server, "localhost");
            REQUIRE_MESSAGE(!result.client.code, result.client.to_string());
            resumed += result.resumed;
        }
        CHECK(resumed == 49);
    }
}

TEST_CASE("tls: a burst of connections resumes from few tickets") {
    test_ca ca;
    auto client = ca.client();
    auto server = ca.server({});
    shake(client, server, "localhost");
    harness h;
    std::vector<stream_pair> pairs;
    std::unique_ptr<bool[]> resumed(new bool[50]());
    for (int i = 0; i < 50; ++i) pairs.push_back(connected_streams(h.ctx));
    for (std::size_t i = 0; i < 50; ++i) {
        h.spawn(serve_once(&pairs[i].server, server));
        h.spawn(connect_once(&pairs[i].client, client, "localhost", 443, &resumed[i]));
    }
    h.run();
    CHECK(std::count(resumed.get(), resumed.get() + 50, true) >= 48);
}

TEST_CASE("tls: a session is for its host and its context only") {
    test_ca ca;
    auto client = ca.client();
    auto server = ca.server({.names = {"DNS:a.example", "DNS:b.example"}});
    CHECK_FALSE(shake(client, server, "a.example").resumed);
    CHECK(shake(client, server, "a.example").resumed);
    CHECK_FALSE(shake(client, server, "b.example").resumed);
    CHECK_FALSE(shake(ca.client(), server, "a.example").resumed);
}

TEST_CASE("tls: a server that has forgotten its tickets costs a full handshake, no more") {
    test_ca ca;
    auto client = ca.client();
    CHECK_FALSE(shake(client, ca.server({}), "localhost").resumed);
    auto result = shake(client, ca.server({}), "localhost");
    CHECK_FALSE(result.client.code);
    CHECK_FALSE(result.resumed);
}

TEST_CASE("tls: a resumed session never replaces verification of another certificate") {
    test_ca ca;
    auto client = ca.client();
    CHECK_FALSE(shake(client, ca.server({}), "localhost").client.code);
    auto result = shake(client, ca.server({.self_signed = true}), "localhost");
    CHECK(result.client.code == errc::tls);
}

TEST_CASE("tls: protocols below 1.2 are not spoken") {
    test_ca ca;
    auto server = ca.server({});
    SSL_CTX_set_min_proto_version(server->native(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(server->native(), TLS1_1_VERSION);
    CHECK(shake(ca.client(), server, "localhost").client.code == errc::tls);
}

TEST_CASE("tls: a client that offers only other protocols is refused") {
    test_ca ca;
    auto client = ca.client();
    SSL_CTX_set_alpn_protos(client->native(), reinterpret_cast<const unsigned char*>("\x02h2"), 3);
    auto result = shake(client, ca.server({}), "localhost");
    CHECK(result.client.code == errc::tls);
    CHECK(mentions(result.client, "no application protocol"));
}

namespace {

asio::awaitable<void> answer_plainly(net::stream* on) {
    char chunk[100];
    co_await on->read_some(asio::buffer(chunk), soon());
    co_await on->write(asio::buffer("HTTP/1.1 400 Bad Request\r\n\r\n", 28), soon());
}

asio::awaitable<void> read_and_close(net::stream* on) {
    char chunk[10000];
    co_await on->read_some(asio::buffer(chunk), soon());
    on->close();
}

asio::awaitable<void> shake_briefly(net::stream* on,
                                    std::shared_ptr<net::tls_client_context> context) {
    co_await on->handshake(std::move(context), "localhost",
                           core::deadline::after(std::chrono::milliseconds(30)));
}

error_info shake_with(asio::awaitable<void> (*peer)(net::stream*), const test_ca& ca) {
    harness h;
    auto pair = connected_streams(h.ctx);
    error_info failure;
    h.spawn(peer(&pair.server));
    auto op = client_handshake(&pair.client, ca.client(), "localhost");
    h.spawn(capture(std::move(op), &failure));
    h.run();
    return failure;
}

}  // namespace

TEST_CASE("tls: peers that do not speak TLS, hang up or say nothing") {
    test_ca ca;
    auto plain = shake_with(answer_plainly, ca);
    CHECK(plain.code == errc::tls);
    CHECK_MESSAGE(mentions(plain, "does the peer speak TLS"), plain.message);
    auto closed = shake_with(read_and_close, ca);
    CHECK(closed.code == errc::connection);
    CHECK_MESSAGE(mentions(closed, "during the TLS handshake"), closed.message);

    harness h;
    auto pair = connected_streams(h.ctx);
    error_info silent;
    h.run(capture(shake_briefly(&pair.client, ca.client()), &silent));
    CHECK(silent.code == errc::timeout);
}

TEST_CASE("tls: bad files and keys are told at once and without their text") {
    test_ca ca;
    auto a = ca.issue({}), b = ca.issue({});
    auto refusal = [](auto make) {
        try {
            make();
        } catch (const error& e) {
            CHECK(e.code() == errc::tls);
            return e.info().message;
        }
        return std::string("accepted");
    };
    auto missing = refusal([] { net::tls_client_context::make("/nonexistent/ca.pem"); });
    CHECK_MESSAGE(missing.find("/nonexistent/ca.pem") != std::string::npos, missing);
    CHECK_MESSAGE(missing.find("No such file") != std::string::npos, missing);
    auto swapped = refusal([&] { net::tls_server_context::make(a.pem, b.key_pem); });
    CHECK_MESSAGE(swapped.find("private key") != std::string::npos, swapped);
    CHECK(refusal([&] { net::tls_server_context::make("nonsense", a.key_pem); }) != "accepted");
    auto bad_key = refusal([&] { net::tls_server_context::make(a.pem, "c2VjcmV0"); });
    CHECK(bad_key.find("c2VjcmV0") == std::string::npos);
    CHECK(refusal([&] { net::tls_server_context::make(a.pem, ""); }) != "accepted");
    std::string chain = a.pem + b.pem;
    CHECK_NOTHROW(net::tls_server_context::make(chain, a.key_pem));
}

}  // namespace ecisbx::test
