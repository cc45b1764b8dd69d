#include "net/stream.hpp"

#include "core/sha256.hpp"
#include "net/wait.hpp"
#include "unit/net/harness.hpp"

#include <boost/asio/post.hpp>

#include <csignal>
#include <random>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Both kinds of stream keep the same promises.
stream_pair make_pair_of(harness& h, bool tls, const test_ca& ca) {
    return tls ? connected_tls_streams(h, ca) : connected_streams(h.ctx);
}

std::string noise(std::size_t size, unsigned seed) {
    std::mt19937_64 random(seed);
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
        auto word = random();
        std::copy_n(reinterpret_cast<const char*>(&word), 8, bytes.data() + i);
    }
    return bytes;
}

asio::awaitable<void> expect_bytes(net::stream* from, std::string expected) {
    std::string got = co_await read_exactly(from, expected.size());
    CHECK(core::sha256_hex(got) == core::sha256_hex(expected));
}

asio::awaitable<void> expect_end(net::stream* from) {
    std::string rest = co_await read_to_end(from);
    CHECK(rest.empty());
}

asio::awaitable<void> end_stream(net::stream* on) {
    co_await on->shutdown(soon());
}

asio::awaitable<void> read_into(net::stream* from, core::deadline until) {
    char byte = 0;
    co_await from->read_some(asio::buffer(&byte, 1), until);
}

asio::awaitable<void> expect_error(asio::awaitable<void> op, errc expected, std::string words) {
    error_info info = co_await error_of(std::move(op));
    CHECK_MESSAGE(info.code == expected, info.to_string());
    CHECK_MESSAGE(info.message.find(words) != std::string::npos, info.to_string());
}

asio::awaitable<void> write_until(net::stream* to, std::string bytes, core::deadline until) {
    co_await to->write(asio::buffer(bytes), until);
}

}  // namespace

TEST_CASE("stream: bytes go both ways and the end is seen") {
    test_ca ca;
    for (bool tls : {false, true}) {
        CAPTURE(tls);
        harness h;
        auto pair = make_pair_of(h, tls, ca);
        CHECK(pair.client.is_tls() == tls);
        CHECK(pair.client.is_open());
        CHECK(pair.client.peer().starts_with("127.0.0.1:"));
        h.spawn(write_all(&pair.client, "ping"));
        h.spawn(expect_bytes(&pair.server, "ping"));
        h.run();
        h.spawn(end_stream(&pair.client));
        h.spawn(expect_end(&pair.server));
        h.run();
        // The other direction is still open.
        h.spawn(write_all(&pair.server, "pong"));
        h.spawn(expect_bytes(&pair.client, "pong"));
        h.run();
    }
}

TEST_CASE("stream: 50 MB both ways at once arrive as they were sent") {
    test_ca ca;
    for (bool tls : {false, true}) {
        CAPTURE(tls);
        harness h;
        auto pair = make_pair_of(h, tls, ca);
        std::string up = noise(50'000'000, 1), down = noise(50'000'000, 2);
        h.spawn(write_all(&pair.client, up));
        h.spawn(write_all(&pair.server, down));
        h.spawn(expect_bytes(&pair.server, up));
        h.spawn(expect_bytes(&pair.client, down));
        h.run();
    }
}

namespace {

asio::awaitable<void> write_bytewise(net::stream* to, std::string bytes) {
    for (char& c : bytes) co_await to->write(asio::buffer(&c, 1), soon());
}

asio::awaitable<void> read_bytewise(net::stream* from, std::string expected) {
    for (char wanted : expected) {
        char byte = 0;
        std::size_t got = co_await from->read_some(asio::buffer(&byte, 1), soon());
        REQUIRE(got == 1);
        REQUIRE(byte == wanted);
    }
}

}  // namespace

TEST_CASE("stream: one byte per record and one byte per read") {
    test_ca ca;
    for (bool tls : {false, true}) {
        CAPTURE(tls);
        harness h;
        auto pair = make_pair_of(h, tls, ca);
        std::string bytes = noise(5000, 3);
        h.spawn(write_bytewise(&pair.server, bytes));
        h.spawn(expect_bytes(&pair.client, bytes));
        h.run();
        h.spawn(write_all(&pair.server, bytes));
        h.spawn(read_bytewise(&pair.client, bytes));
        h.run();
    }
}

TEST_CASE("stream: a read that timed out loses nothing") {
    test_ca ca;
    for (bool tls : {false, true}) {
        CAPTURE(tls);
        harness h;
        auto pair = make_pair_of(h, tls, ca);
        for (int i = 0; i < 3; ++i) {
            auto brief = core::deadline::after(20ms);
            h.run(expect_error(read_into(&pair.client, brief), errc::timeout, "reading"));
            CHECK(brief.expired());
        }
        h.spawn(write_all(&pair.server, "late"));
        h.spawn(expect_bytes(&pair.client, "late"));
        h.run();
        // An endless sender does not get around the deadline either.
        h.run(write_all(&pair.server, "more"));
        auto past = core::deadline::after(0ms);
        h.run(expect_error(read_into(&pair.client, past), errc::timeout, "reading"));
        h.run(expect_bytes(&pair.client, "more"));
    }
}

TEST_CASE("stream: a write to a peer that does not read ends at its deadline") {
    test_ca ca;
    for (bool tls : {false, true}) {
        CAPTURE(tls);
        harness h;
        auto pair = make_pair_of(h, tls, ca);
        auto brief = core::deadline::after(50ms);
        h.run(expect_error(write_until(&pair.client, noise(64'000'000, 4), brief), errc::timeout,
                           "writing"));
        CHECK(brief.expired());
        pair.client.close();
    }
}

namespace {

asio::awaitable<void> time_out_then_drain(net::stream* timing_out, net::stream* drained,
                                          std::size_t size) {
    co_await expect_error(read_into(timing_out, core::deadline::after(30ms)), errc::timeout, "");
    std::string got = co_await read_exactly(drained, size);
    CHECK(got.size() == size);
    co_await expect_error(read_into(timing_out, core::deadline::after(1ms)), errc::timeout, "");
}

}  // namespace

TEST_CASE("stream: the deadline of one direction does not disturb the other") {
    test_ca ca;
    for (bool tls : {false, true}) {
        CAPTURE(tls);
        harness h;
        auto pair = make_pair_of(h, tls, ca);
        // The write can not end before the peer reads, which is after the read's timeout.
        h.spawn(write_all(&pair.client, noise(32'000'000, 5)));
        h.spawn(time_out_then_drain(&pair.client, &pair.server, 32'000'000));
        h.run();
    }
}

namespace {

asio::awaitable<void> close_when_read_waits(net::stream* on, bool* reading) {
    CHECK(*reading);  // spawned after the reader
    on->close();
    on->close();
    co_return;
}

asio::awaitable<void> read_and_tell(net::stream* from, bool* reading) {
    *reading = true;
    co_await expect_error(read_into(from, soon()), errc::canceled, "closed");
}

}  // namespace

TEST_CASE("stream: close ends what is under way, and what comes after") {
    test_ca ca;
    for (bool tls : {false, true}) {
        CAPTURE(tls);
        harness h;
        auto pair = make_pair_of(h, tls, ca);
        bool reading = false;
        h.spawn(read_and_tell(&pair.client, &reading));
        h.spawn(close_when_read_waits(&pair.client, &reading));
        h.run();
        CHECK_FALSE(pair.client.is_open());
        CHECK_FALSE(pair.client.is_idle_and_healthy());
        h.run(expect_error(read_into(&pair.client, soon()), errc::canceled, "closed"));
        h.run(expect_error(write_all(&pair.client, "x"), errc::canceled, "closed"));
        h.run(expect_error(end_stream(&pair.client), errc::canceled, "closed"));
        CHECK(pair.client.is_tls() == tls);
        CHECK_FALSE(pair.client.peer().empty());
    }
    net::stream none;
    CHECK_FALSE(none.is_open());
    CHECK_THROWS_AS((void)none.write(asio::buffer("x", 1), soon()), error);
    none.close();
    none.rest();
}

namespace {

asio::awaitable<void> write_until_refused(net::stream* to) {
    for (;;) co_await to->write(asio::buffer("bytes", 5), soon());
}

}  // namespace

TEST_CASE("stream: writing to a peer that is gone is an error and not a signal") {
    auto before = std::signal(SIGPIPE, SIG_DFL);  // would end this process
    test_ca ca;
    for (bool tls : {false, true}) {
        CAPTURE(tls);
        harness h;
        auto pair = make_pair_of(h, tls, ca);
        pair.server.close();
        h.run(expect_error(write_until_refused(&pair.client), errc::connection, ""));
    }
    bool untouched = std::signal(SIGPIPE, before) == SIG_DFL;
    CHECK(untouched);
}

TEST_CASE("stream: a TLS stream that ends without close_notify is truncated") {
    test_ca ca;
    harness h;
    auto pair = connected_tls_streams(h, ca);
    h.run(write_all(&pair.server, "part"));
    pair.server.close();
    h.run(expect_bytes(&pair.client, "part"));
    h.run(expect_error(read_into(&pair.client, soon()), errc::connection, "truncated"));
    h.run(expect_error(read_into(&pair.client, soon()), errc::connection, "truncated"));
}

TEST_CASE("stream: bytes that are no TLS record end the stream with a reason") {
    test_ca ca;
    harness h;
    auto sockets = connected_sockets(h.ctx);
    int raw = ::dup(sockets.server.native_handle());
    stream_pair pair{net::stream(std::move(sockets.client)),
                     net::stream(std::move(sockets.server))};
    h.spawn(server_handshake(&pair.server, ca.server({})));
    h.spawn(client_handshake(&pair.client, ca.client(), "localhost"));
    h.run();
    std::string junk = noise(100, 6);
    REQUIRE(::write(raw, junk.data(), junk.size()) == 100);
    ::close(raw);
    h.run(expect_error(read_into(&pair.client, soon()), errc::tls, "TLS"));
    h.run(expect_error(write_until(&pair.client, "x", soon()), errc::tls, "TLS"));
}

TEST_CASE("stream: an idle stream is healthy until the peer closes or speaks") {
    test_ca ca;
    for (bool tls : {false, true}) {
        CAPTURE(tls);
        harness h;
        auto pair = make_pair_of(h, tls, ca);
        // With TLS 1.3 the server's tickets are unread here, and are no data.
        CHECK(pair.client.is_idle_and_healthy());
        h.run(write_all(&pair.server, "x"));
        CHECK_FALSE(pair.client.is_idle_and_healthy());
        h.run(expect_bytes(&pair.client, "x"));
        CHECK(pair.client.is_idle_and_healthy());
        h.run(end_stream(&pair.server));
        CHECK_FALSE(pair.client.is_idle_and_healthy());
    }
}

namespace {

asio::awaitable<void> read_one_by_one(net::stream* from, std::size_t count, std::size_t* done) {
    for (*done = 0; *done < count; ++*done) co_await read_into(from, soon());
}

asio::awaitable<void> note_progress(const std::size_t* done, std::size_t* noted) {
    *noted = *done;
    co_return;
}

}  // namespace

TEST_CASE("stream: a reader that never has to wait lets others run") {
    test_ca ca;
    for (bool tls : {false, true}) {
        CAPTURE(tls);
        harness h;
        auto pair = make_pair_of(h, tls, ca);
        h.run(write_all(&pair.server, noise(10001, 7)));
        h.run(read_into(&pair.client, soon()));  // this one may have to wait
        std::size_t done = 0, noted = 0;
        h.spawn(read_one_by_one(&pair.client, 10000, &done));
        h.spawn(note_progress(&done, &noted));
        h.run();
        CHECK(done == 10000);
        CHECK(noted > 0);
        CHECK(noted < 100);
    }
}

TEST_CASE("stream: a stream at rest does not keep the io_context running") {
    harness h;
    auto pair = connected_streams(h.ctx);
    h.spawn(expect_bytes(&pair.client, "x"));  // waits with a deadline of 30 s
    h.spawn(write_all(&pair.server, "x"));
    h.run();
    pair.client.rest();
    auto begin = core::clock::now();
    h.ctx.restart();
    h.ctx.run();
    CHECK(core::clock::now() - begin < 10s);
    // And is as good as before.
    h.run(expect_error(read_into(&pair.client, core::deadline::after(10ms)), errc::timeout, ""));
}

TEST_CASE("stream: moving closes what was there") {
    harness h;
    auto first = connected_streams(h.ctx);
    auto second = connected_streams(h.ctx);
    first.client = std::move(second.client);
    CHECK_FALSE(first.server.is_idle_and_healthy());
    h.spawn(write_all(&first.client, "moved"));
    h.spawn(expect_bytes(&second.server, "moved"));
    h.run();
}

}  // namespace ecisbx::test
