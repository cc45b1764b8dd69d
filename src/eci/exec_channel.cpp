#include "eci/exec_channel.hpp"

#include <ecisbx/error.hpp>

#include <utility>

namespace ecisbx::eci {
namespace {

namespace asio = boost::asio;
using detail::channel_event;

constexpr std::uint16_t normal_closure = 1000;
constexpr std::string_view half_closing = "v5.channel.k8s.io";

/// Servers end an exec with any of these; 1011 and the like tell of a failure.
bool is_proper_close(std::uint16_t code) {
    return code == 1000 || code == 1001 || code == 1005;
}

}  // namespace

websocket_channel::websocket_channel(net::websocket socket, std::string request_id)
    : socket_(std::move(socket)),
      decoder_(socket_.subprotocol()),
      request_id_(std::move(request_id)) {}

websocket_channel::~websocket_channel() {
    socket_.abort();
}

asio::awaitable<channel_event> websocket_channel::read(core::deadline until) {
    channel_event event;
    while (!ended_) {
        try {
            auto message = co_await socket_.read(until);
            if (message) {
                if (translate(decoder_.decode(message->text, message->payload), event))
                    co_return event;
            } else {
                auto code = socket_.close_code();
                end(is_proper_close(code), "close code " + std::to_string(code));
            }
        } catch (const error& e) {
            if (e.code() == errc::timeout || e.code() == errc::canceled) throw;
            end(false, e.info().message);
        }
    }
    event.what = channel_event::kind::end;
    event.clean = clean_;
    event.message = why_;
    co_return event;
}

/// False for what is none of the reader's business.
bool websocket_channel::translate(const proto::exec_frame& frame, channel_event& event) {
    using from = proto::exec_frame::kind;
    using to = channel_event::kind;
    event.bytes = frame.bytes;
    event.code = frame.code;
    event.message = frame.message;
    event.doubt = frame.doubt;
    switch (frame.what) {
        case from::out: event.what = to::out; return !frame.bytes.empty() || !frame.doubt.empty();
        case from::err: event.what = to::err; return !frame.bytes.empty();
        case from::exit: event.what = to::exit; return true;
        case from::failure: event.what = to::failure; return true;
        default: event.what = to::out; return !frame.doubt.empty();
    }
}

void websocket_channel::end(bool clean, std::string why) {
    ended_ = true;
    clean_ = clean;
    why_ = std::move(why);
}

asio::awaitable<void> websocket_channel::send(proto::channel on, std::string_view bytes,
                                              core::deadline until) {
    auto message = proto::encode_channel(socket_.subprotocol(), on, bytes);
    std::string_view payload = message.encoded ? std::string_view(message.payload) : bytes;
    co_await socket_.write(message.text, message.prefix, payload, until);
}

asio::awaitable<void> websocket_channel::write_stdin(std::string_view bytes, core::deadline until) {
    co_await send(proto::channel::in, bytes, until);
}

bool websocket_channel::can_half_close() const {
    return socket_.subprotocol() == half_closing;
}

asio::awaitable<void> websocket_channel::half_close(core::deadline until) {
    std::string message = proto::encode_half_close(proto::channel::in);
    co_await socket_.write(false, {}, message, until);
}

asio::awaitable<void> websocket_channel::resize(unsigned rows, unsigned columns,
                                                core::deadline until) {
    std::string size = proto::encode_resize(rows, columns);
    co_await send(proto::channel::resize, size, until);
}

asio::awaitable<void> websocket_channel::close(core::deadline until) {
    try {
        co_await socket_.close(normal_closure, until);
    } catch (const boost::system::system_error&) {
        // Hung up either way.
    }
    socket_.abort();
}

}  // namespace ecisbx::eci
