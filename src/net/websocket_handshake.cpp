#include "net/http_io.hpp"
#include "net/http_writer.hpp"
#include "net/websocket_impl.hpp"
#include "net/websocket_upgrade.hpp"
#include "proto/ws_handshake.hpp"

#include <utility>

namespace ecisbx::net {

namespace asio = boost::asio;
using core::deadline;

namespace {

constexpr http_limits answer_limits{32 * 1024, 16 * 1024};

// A refusal's body is only a help: one that is cut or too long does not hide the status.
asio::awaitable<http_response> read_answer(stream& on, read_buffer& buffer, deadline until) {
    http_reader reader(http_reader::kind::response, answer_limits);
    try {
        co_await read_response(on, reader, buffer, until, until);
    } catch (const error& e) {
        if (e.code() == errc::canceled || !reader.status_known()) throw;
    }
    co_return reader.take_response();
}

}  // namespace

asio::awaitable<websocket> websocket::connect(stream over, request what, websocket_options options,
                                              deadline until) {
    const std::string key = proto::ws_make_key();
    const std::string head = write_upgrade_request(what, key);
    co_await over.write(asio::buffer(head), until);
    read_buffer buffer;
    const http_response answer = co_await read_answer(over, buffer, until);
    check_upgrade_answer(answer, key, what);

    websocket session;
    session.impl_ = std::make_shared<impl>(std::move(over), proto::ws_role::client, options);
    session.impl_->subprotocol = answer.headers.joined("sec-websocket-protocol");
    session.impl_->in.append(buffer.text());
    co_return session;
}

asio::awaitable<websocket> websocket::accept(stream over, const http_request& head,
                                             std::string rest, std::string subprotocol,
                                             websocket_options options, deadline until) {
    std::string answer = "HTTP/1.1 101 Switching Protocols\r\n";
    append_field(answer, "Upgrade", "websocket");
    append_field(answer, "Connection", "Upgrade");
    append_field(answer, "Sec-WebSocket-Accept",
                 proto::ws_accept_for(head.headers.joined("sec-websocket-key")));
    if (!subprotocol.empty()) append_field(answer, "Sec-WebSocket-Protocol", subprotocol);
    answer += "\r\n";
    co_await over.write(asio::buffer(answer), until);

    websocket session;
    session.impl_ = std::make_shared<impl>(std::move(over), proto::ws_role::server, options);
    session.impl_->subprotocol = std::move(subprotocol);
    session.impl_->in.append(rest);
    co_return session;
}

}  // namespace ecisbx::net
