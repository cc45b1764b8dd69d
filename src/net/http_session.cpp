#include "net/http_session.hpp"

#include "core/time.hpp"
#include "net/http_io.hpp"
#include "net/http_text.hpp"
#include "net/http_writer.hpp"

#include <ecisbx/error.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace ecisbx::net {

namespace asio = boost::asio;
using core::deadline;

namespace {

constexpr std::size_t head_room = 2 * 1024;  // all that a connection between requests holds
constexpr std::size_t body_room = 16 * 1024;

http_response plain(int status, std::string_view why = {}) {
    http_response response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = std::to_string(status) + ' ' + std::string(reason_phrase(status));
    if (!why.empty()) response.body += ": " + std::string(why);
    response.body += '\n';
    return response;
}

// One connection. Its coroutines run inside `serve_connection`, which owns it.
class http_session {
public:
    http_session(std::shared_ptr<const http_service> service, asio::ip::tcp::socket socket)
        : service_(std::move(service)), on_(std::move(socket)) {}

    asio::awaitable<void> run();

private:
    asio::awaitable<bool> receive(http_reader& reader);
    asio::awaitable<void> receive_head(http_reader& reader);
    asio::awaitable<void> receive_body(http_reader& reader);
    asio::awaitable<void> refuse(int status, const char* why);
    asio::awaitable<bool> answer(http_reader& reader);
    asio::awaitable<http_reply> ask_handler(http_request request);
    asio::awaitable<bool> send(http_response response, response_style style);
    asio::awaitable<void> switch_over(upgrade to, http_request head);

    const http_server_options& options() const { return service_->options; }

    std::shared_ptr<const http_service> service_;
    stream on_;
    read_buffer buffer_;
    bool first_ = true;
};

asio::awaitable<void> http_session::run() {
    if (options().tls)
        co_await on_.handshake(options().tls, deadline::after(options().head_timeout));
    for (bool go_on = true; go_on; first_ = false) {
        http_reader reader(http_reader::kind::request, options().limits);
        go_on = co_await receive(reader);
        if (go_on) go_on = co_await answer(reader);
    }
}

// False: there is no (acceptable) request, and nothing more to do.
asio::awaitable<bool> http_session::receive(http_reader& reader) {
    bool too_slow = false;
    try {
        co_await receive_head(reader);
        if (!reader.refused()) co_await receive_body(reader);
    } catch (const error& e) {
        if (e.code() != errc::timeout) throw;
        too_slow = true;
    }
    if (!reader.begun() || reader.cut()) co_return false;
    if (too_slow) co_await refuse(408, "the request took too long");
    if (reader.refused()) co_await refuse(reader.refused(), reader.why());
    co_return reader.done() && !too_slow;
}

asio::awaitable<void> http_session::receive_head(http_reader& reader) {
    const auto limit = deadline::after(first_ ? options().head_timeout : options().idle_timeout);
    while (!reader.begun() && !reader.refused())
        co_await read_into(on_, reader, buffer_, head_room, limit);
    const auto until = first_ ? limit : deadline::after(options().head_timeout);
    while (!reader.head_done() && !reader.refused())
        co_await read_into(on_, reader, buffer_, head_room, until);
}

asio::awaitable<void> http_session::receive_body(http_reader& reader) {
    const auto until = deadline::after(options().body_timeout);
    if (reader.expects_continue() && !reader.done() && buffer_.empty()) {
        constexpr std::string_view go_ahead = "HTTP/1.1 100 Continue\r\n\r\n";
        co_await on_.write(asio::buffer(go_ahead), until);
    }
    while (!reader.done() && !reader.refused())
        co_await read_into(on_, reader, buffer_, body_room, until);
    if (buffer_.empty()) buffer_.release();
}

asio::awaitable<void> http_session::refuse(int status, const char* why) {
    response_style style;
    style.keep_alive = false;
    http_response response = plain(status, why);
    co_await send(std::move(response), style);
}

asio::awaitable<bool> http_session::answer(http_reader& reader) {
    response_style style;
    style.http_1_1 = reader.is_http_1_1();
    style.keep_alive = reader.keep_alive();
    http_request request = reader.take_request();
    request.peer = on_.peer();
    style.to_head = request.method == "HEAD";
    const bool may_switch = style.http_1_1 && websocket::is_upgrade(request);
    http_request head;  // only what a switch needs
    if (may_switch) head.headers = request.headers;

    http_reply reply = co_await ask_handler(std::move(request));
    if (auto* to = std::get_if<upgrade>(&reply)) {
        if (may_switch) {
            co_await switch_over(std::move(*to), std::move(head));
            co_return false;
        }
        reply = plain(400, "not a WebSocket upgrade");
    }
    http_response response = std::move(std::get<http_response>(reply));
    style.keep_alive = style.keep_alive && response.keep_alive && !service_->stopping;
    co_return co_await send(std::move(response), style);
}

asio::awaitable<http_reply> http_session::ask_handler(http_request request) {
    try {
        auto asked = service_->handle(std::move(request));
        co_return co_await std::move(asked);
    } catch (const std::exception&) {
        // Not told to the peer: the text may name what is not its business.
    }
    co_return plain(500);
}

// Whether another request may follow.
asio::awaitable<bool> http_session::send(http_response response, response_style style) {
    const auto until = deadline::after(options().write_timeout);
    if (!response.headers.has("date"))
        response.headers.add("Date", core::format_http_date(core::utc_now()));
    std::string head;
    try {
        head = write_response_head(response, style);
    } catch (const error&) {  // a handler's answer that is not well-formed
        response = plain(500);
        head = write_response_head(response, style);
    }
    if (style.to_head || !status_has_body(response.status)) response.body.clear();
    co_await write_message(on_, std::move(head), response.body, until);
    if (!style.keep_alive) co_await part(on_, until);
    co_return style.keep_alive;
}

asio::awaitable<void> http_session::switch_over(upgrade to, http_request head) {
    std::string rest(buffer_.text());
    buffer_ = read_buffer();
    websocket session =
        co_await websocket::accept(std::move(on_), head, std::move(rest), std::move(to.subprotocol),
                                   to.options, deadline::after(options().write_timeout));
    auto run = to.session(std::move(session));
    co_await std::move(run);
}

}  // namespace

asio::awaitable<void> serve_connection(std::shared_ptr<const http_service> service,
                                       asio::ip::tcp::socket socket) {
    http_session session(std::move(service), std::move(socket));
    co_await session.run();
}

asio::awaitable<void> refuse_connection(std::shared_ptr<const http_service> service,
                                        asio::ip::tcp::socket socket) {
    if (service->options.tls) co_return;
    stream on(std::move(socket));
    response_style style;
    style.keep_alive = false;
    http_response response = plain(503, "too many connections");
    response.headers.add("Retry-After", "1");
    const auto until = deadline::after(std::chrono::seconds(1));
    co_await write_message(on, write_response_head(response, style), response.body, until);
    co_await part(on, until);
}

}  // namespace ecisbx::net
