// What tests with sockets share: an io_context with an end, connected pairs, error capture.
#ifndef ECISBX_TESTS_UNIT_NET_HARNESS_HPP
#define ECISBX_TESTS_UNIT_NET_HARNESS_HPP

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include "net/stream.hpp"
#include "unit/net/test_pki.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>

namespace ecisbx::test {

/// Runs coroutines to their end; a test that hangs fails instead.
class harness {
public:
    boost::asio::io_context ctx{1};

    void spawn(boost::asio::awaitable<void> op) {
        ++running_;
        boost::asio::co_spawn(ctx, std::move(op), [this](std::exception_ptr failure) {
            --running_;
            if (failure && !failure_) failure_ = failure;
        });
    }
    /// Returns when all have ended; throws what the first one threw.
    void run(std::chrono::seconds limit = std::chrono::seconds(60)) {
        auto give_up = std::chrono::steady_clock::now() + limit;
        ctx.restart();
        while (running_ > 0 && !failure_ && ctx.run_one_until(give_up) > 0) continue;
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        REQUIRE(running_ == 0);
    }
    void run(boost::asio::awaitable<void> op) {
        spawn(std::move(op));
        run();
    }

private:
    std::exception_ptr failure_;
    int running_ = 0;
};

/// An operation that can be cancelled, and how it ended.
struct cancellable {
    boost::asio::cancellation_signal signal;
    bool ended = false;
    error_info failure;

    void start(boost::asio::io_context& ctx, boost::asio::awaitable<void> op) {
        auto on_end = [this](std::exception_ptr e) {
            ended = true;
            if (e) failure = error_info_from(e);
        };
        boost::asio::co_spawn(ctx, std::move(op),
                              boost::asio::bind_cancellation_slot(signal.slot(), on_end));
    }
    void cancel() { signal.emit(boost::asio::cancellation_type::terminal); }
};

struct socket_pair {
    boost::asio::ip::tcp::socket client, server;
};

inline socket_pair connected_sockets(boost::asio::io_context& ctx) {
    using boost::asio::ip::tcp;
    tcp::acceptor acceptor(ctx, {boost::asio::ip::address_v4::loopback(), 0});
    tcp::socket client(ctx);
    client.connect(acceptor.local_endpoint());
    return {std::move(client), acceptor.accept()};
}

struct stream_pair {
    net::stream client, server;
};

inline stream_pair connected_streams(boost::asio::io_context& ctx) {
    socket_pair sockets = connected_sockets(ctx);
    return {net::stream(std::move(sockets.client)), net::stream(std::move(sockets.server))};
}

inline core::deadline soon() {
    return core::deadline::after(std::chrono::seconds(30));
}

inline boost::asio::awaitable<void> server_handshake(
    net::stream* on, std::shared_ptr<net::tls_server_context> context) {
    co_await on->handshake(std::move(context), soon());
}

inline boost::asio::awaitable<void> client_handshake(
    net::stream* on, std::shared_ptr<net::tls_client_context> context, std::string host) {
    co_await on->handshake(std::move(context), std::move(host), soon());
}

inline stream_pair connected_tls_streams(harness& h, const test_ca& ca) {
    stream_pair made = connected_streams(h.ctx);
    h.spawn(server_handshake(&made.server, ca.server({})));
    h.spawn(client_handshake(&made.client, ca.client(), "localhost"));
    h.run();
    return made;
}

/// The error of an operation, however it is cut short.
inline boost::asio::awaitable<error_info> error_of(boost::asio::awaitable<void> op) {
    auto outcome = co_await as_result(std::move(op));
    REQUIRE_FALSE(outcome.has_value());
    co_return outcome.error();
}

inline boost::asio::awaitable<std::string> read_exactly(net::stream* from, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        auto rest = boost::asio::buffer(bytes) + have;
        std::size_t got = co_await from->read_some(rest, soon());
        REQUIRE(got > 0);
        have += got;
    }
    co_return bytes;
}

inline boost::asio::awaitable<std::string> read_to_end(net::stream* from) {
    std::string bytes;
    char chunk[4096];
    for (;;) {
        std::size_t got = co_await from->read_some(boost::asio::buffer(chunk), soon());
        if (got == 0) co_return bytes;
        bytes.append(chunk, got);
    }
}

inline boost::asio::awaitable<void> write_all(net::stream* to, std::string bytes) {
    co_await to->write(boost::asio::buffer(bytes), soon());
}

inline std::size_t open_descriptors() {
    std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace ecisbx::test

#endif
