// What the WebSocket tests share: sessions against each other, and against a scripted raw peer.
#ifndef ECISBX_TESTS_UNIT_NET_WS_HARNESS_HPP
#define ECISBX_TESTS_UNIT_NET_WS_HARNESS_HPP

#include "net/websocket.hpp"
#include "proto/ws_frame.hpp"
#include "proto/ws_handshake.hpp"
#include "unit/net/harness.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace ecisbx::test {

inline net::websocket::request ws_request() {
    net::websocket::request what;
    what.authority = "localhost";
    what.target = "/exec?token=very-secret-token";
    return what;
}

inline boost::asio::awaitable<void> ws_connect(net::websocket* into, net::stream over,
                                               net::websocket::request what,
                                               net::websocket_options options) {
    *into = co_await net::websocket::connect(std::move(over), std::move(what), options, soon());
}

inline boost::asio::awaitable<std::string> read_head(net::stream* from) {
    std::string head;
    char c = 0;
    while (head.find("\r\n\r\n") == std::string::npos) {
        std::size_t got = co_await from->read_some(boost::asio::buffer(&c, 1), soon());
        REQUIRE(got == 1);
        head += c;
    }
    co_return head;
}

inline std::string field_of(const std::string& head, const std::string& name) {
    const auto at = head.find("\r\n" + name + ": ");
    REQUIRE(at != std::string::npos);
    const auto start = at + name.size() + 4;
    return head.substr(start, head.find("\r\n", start) - start);
}

inline std::string switching(const std::string& key, const std::string& more = "") {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           proto::ws_accept_for(key) + "\r\n" + more + "\r\n";
}

inline boost::asio::awaitable<void> answer_upgrade(net::stream* on, std::string behind) {
    const std::string head = co_await read_head(on);
    const std::string answer = switching(field_of(head, "Sec-WebSocket-Key")) + behind;
    co_await on->write(boost::asio::buffer(answer), soon());
}

/// A client session whose server is a bare stream.
struct ws_client {
    explicit ws_client(harness& h, net::websocket_options options = {}, std::string behind = "")
        : raw() {
        auto pair = connected_streams(h.ctx);
        raw = std::move(pair.server);
        auto what = ws_request();
        h.spawn(ws_connect(&session, std::move(pair.client), std::move(what), options));
        h.spawn(answer_upgrade(&raw, std::move(behind)));
        h.run();
    }
    net::websocket session;
    net::stream raw;
};

inline boost::asio::awaitable<void> ws_accept(net::websocket* into, net::stream over,
                                              net::websocket_options options) {
    std::string head = co_await read_head(&over);
    net::http_request request;
    request.headers.add("Sec-WebSocket-Key", field_of(head, "Sec-WebSocket-Key"));
    *into = co_await net::websocket::accept(std::move(over), request, "", "", options, soon());
}

/// Two sessions with each other.
struct ws_pair {
    ws_pair(harness& h, stream_pair pair, net::websocket_options options = {}) {
        auto what = ws_request();
        h.spawn(ws_connect(&client, std::move(pair.client), std::move(what), options));
        h.spawn(ws_accept(&server, std::move(pair.server), options));
        h.run();
    }
    net::websocket client, server;
};

struct ws_seen {
    bool text = false;
    std::string payload;
};

inline boost::asio::awaitable<std::optional<ws_seen>> next_message(net::websocket* from) {
    const auto message = co_await from->read(soon());
    if (!message) co_return std::nullopt;
    ws_seen seen;
    seen.text = message->text;
    seen.payload = message->payload;
    co_return seen;
}

/// One frame of the session under test, as its raw peer sees it.
struct ws_raw_frame {
    proto::ws_step::kind what{};
    std::string payload;
    std::uint16_t code = 0;
};

inline boost::asio::awaitable<ws_raw_frame> read_frame(net::stream* from, proto::ws_role receiver) {
    proto::ws_decoder decoder(receiver, 1 << 20);
    std::string bytes;
    for (;;) {
        const proto::ws_step step = decoder.next(bytes);
        if (step.what != proto::ws_step::kind::more) {
            ws_raw_frame frame;
            frame.what = step.what;
            frame.payload = step.payload;
            frame.code = step.code;
            co_return frame;
        }
        // Never more than the frame: what follows is for the next call.
        bytes += co_await read_exactly(from, step.missing);
    }
}

}  // namespace ecisbx::test

#endif
