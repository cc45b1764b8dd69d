// Every operation of dialling and of a stream is cancelled after 0, 1, 2, ... steps of its
// io_context, until it gets to its end uncancelled. After each, nothing may be left.
#include "net/dial.hpp"

#include "net/resolve.hpp"
#include "net/wait.hpp"
#include "unit/net/harness.hpp"
#include "unit/net/servers.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr int max_steps = 2000;

// What an operation needs around it. Destroyed before the context.
struct scene {
    virtual ~scene() = default;
    virtual asio::awaitable<void> operation() = 0;
    /// Lets go of servers, so that the context can run out of work.
    virtual void end() {}
    virtual void check_after_cancel(asio::io_context&) {}
};

// True when the operation came to its end before it was cancelled.
template <class Scene>
bool cancel_after(int steps, const test_ca& ca) {
    auto give_up = std::chrono::steady_clock::now() + 30s;
    asio::io_context ctx{1};
    Scene around(ctx, ca);
    cancellable op;
    op.start(ctx, around.operation());
    for (int i = 0; i < steps && !op.ended; ++i) ctx.run_one_until(give_up);
    bool was_ended = op.ended;
    op.cancel();
    while (!op.ended && ctx.run_one_until(give_up) > 0) continue;
    CHECK(op.ended);
    bool good = !op.failure.code || op.failure.code == errc::canceled;
    CHECK_MESSAGE(good, op.failure.to_string());
    around.check_after_cancel(ctx);
    around.end();
    ctx.restart();
    ctx.run_until(give_up);
    CHECK(ctx.stopped());  // nothing goes on behind the caller's back
    return was_ended;
}

template <class Scene>
int sweep() {
    test_ca ca;
    for (int steps = 0; steps < max_steps; ++steps) {
        CAPTURE(steps);
        auto before = open_descriptors();
        bool ended = cancel_after<Scene>(steps, ca);
        CHECK(open_descriptors() == before);
        if (ended) return steps;
    }
    FAIL("never came to an end");
    return 0;
}

asio::awaitable<void> dial_and_echo(asio::any_io_executor executor,
                                    std::shared_ptr<const net::dialer> how, net::origin where) {
    net::stream made = co_await net::dial(executor, how, where, soon());
    co_await made.write(asio::buffer("echo", 4), soon());
    std::string got = co_await read_exactly(&made, 4);
    CHECK(got == "echo");
    co_await made.shutdown(soon());
}

struct proxied_dial : scene {
    proxied_dial(asio::io_context& c, const test_ca& ca)
        : ctx(c), secure(std::in_place, c, echo(ca.server({.names = {"DNS:box.example"}}))) {
        proxying.emplace(c, proxy(std::make_shared<proxy_script>(), secure->port()));
        how->tls = ca.client();
        how->proxy.host = "127.0.0.1";
        how->proxy.port = proxying->port();
    }
    asio::awaitable<void> operation() override {
        return dial_and_echo(ctx.get_executor(), how, {"box.example", 443, true});
    }
    void end() override {
        secure.reset();
        proxying.reset();
    }
    asio::io_context& ctx;
    std::optional<listener> secure, proxying;
    std::shared_ptr<net::dialer> how = std::make_shared<net::dialer>();
};

struct direct_dial : scene {
    direct_dial(asio::io_context& c, const test_ca&) : ctx(c), plain(std::in_place, c, echo({})) {}
    asio::awaitable<void> operation() override {
        // ::1 refuses first.
        return dial_and_echo(ctx.get_executor(), std::make_shared<net::dialer>(),
                             {"localhost", plain->port(), false});
    }
    void end() override { plain.reset(); }
    asio::io_context& ctx;
    std::optional<listener> plain;
};

struct failing_resolve : scene {
    failing_resolve(asio::io_context& c, const test_ca&) : ctx(c) {}
    asio::awaitable<void> operation() override { return expect_no_host(ctx.get_executor()); }
    static asio::awaitable<void> expect_no_host(asio::any_io_executor executor) {
        auto outcome = co_await as_result(net::resolve(executor, "host.invalid", soon()));
        REQUIRE_FALSE(outcome.has_value());
        if (outcome.error().code != errc::resolve) throw error(outcome.error());
    }
    asio::io_context& ctx;
};

const std::string& story() {
    static const std::string text = [] {
        std::string t;
        for (int i = 0; i < 40000; ++i) t += std::to_string(i) + ' ';
        return t;
    }();
    return text;
}

asio::awaitable<void> handshake_and_tell(net::stream* on,
                                         std::shared_ptr<net::tls_server_context> context) {
    try {
        if (context) co_await on->handshake(context, soon());
        for (std::size_t at = 0; at < story().size(); at += 5000) {
            auto piece = std::string_view(story()).substr(at, 5000);
            co_await on->write(asio::buffer(piece), soon());
            co_await net::sleep_for(0ms, soon());
        }
        co_await on->shutdown(soon());
    } catch (const boost::system::system_error&) {
        on->close();  // the client was cancelled
    }
}

asio::awaitable<void> listen_into(net::stream* on, std::string* heard) {
    char chunk[7000];
    for (;;) {
        std::size_t got = co_await on->read_some(asio::buffer(chunk), soon());
        if (got == 0) co_return;
        heard->append(chunk, got);
    }
}

// Reading is cancelled and taken up again: every byte is there, once.
template <bool tls>
struct interrupted_read : scene {
    interrupted_read(asio::io_context& c, const test_ca& ca) : pair(connected_streams(c)) {
        std::shared_ptr<net::tls_server_context> server;
        if (tls) {
            const certificate_wish usual;
            server = ca.server(usual);
            asio::co_spawn(c, client_handshake(&pair.client, ca.client(), "localhost"),
                           [this](std::exception_ptr e) { ready = !e; });
        }
        asio::co_spawn(c, handshake_and_tell(&pair.server, server), [](std::exception_ptr) {});
        while (tls && !ready) c.run_one();
    }
    asio::awaitable<void> operation() override { return listen_into(&pair.client, &heard); }
    void check_after_cancel(asio::io_context& ctx) override {
        cancellable rest;
        rest.start(ctx, listen_into(&pair.client, &heard));
        while (!rest.ended) ctx.run_one();
        CHECK_FALSE(rest.failure.code);
        bool whole = heard == story();
        CHECK(whole);
    }
    void end() override {
        pair.client.close();
        pair.server.close();
    }
    stream_pair pair;
    bool ready = false;
    std::string heard;
};

// The client does the whole of handshake, write and shutdown; the stream is closed after.
struct interrupted_write : scene {
    interrupted_write(asio::io_context& c, const test_ca& ca)
        : pair(connected_streams(c)), client(ca.client()) {
        asio::co_spawn(c, take_all(&pair.server, ca.server({})), [](std::exception_ptr) {});
    }
    static asio::awaitable<void> take_all(net::stream* on,
                                          std::shared_ptr<net::tls_server_context> context) {
        try {
            co_await on->handshake(context, soon());
            co_await read_to_end(on);
        } catch (const boost::system::system_error&) {
            on->close();
        }
    }
    static asio::awaitable<void> give_all(net::stream* on,
                                          std::shared_ptr<net::tls_client_context> context) {
        co_await on->handshake(context, "localhost", soon());
        for (int i = 0; i < 20; ++i) co_await on->write(asio::buffer(story()), soon());
        co_await on->shutdown(soon());
    }
    asio::awaitable<void> operation() override { return give_all(&pair.client, client); }
    void end() override { pair.client.close(); }
    stream_pair pair;
    std::shared_ptr<net::tls_client_context> client;
};

}  // namespace

TEST_CASE("cancellation: dial through a proxy with TLS, at every step") {
    CHECK(sweep<proxied_dial>() > 10);
}

TEST_CASE("cancellation: dial with Happy Eyeballs, at every step") {
    CHECK(sweep<direct_dial>() > 5);
}

TEST_CASE("cancellation: resolve, at every step") {
    CHECK(sweep<failing_resolve>() > 1);
}

TEST_CASE("cancellation: reading loses no byte, at every step") {
    CHECK(sweep<interrupted_read<false>>() > 10);
    CHECK(sweep<interrupted_read<true>>() > 10);
}

TEST_CASE("cancellation: handshake, write and shutdown, at every step") {
    CHECK(sweep<interrupted_write>() > 10);
}

}  // namespace ecisbx::test
