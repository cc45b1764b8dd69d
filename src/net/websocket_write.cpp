#include "net/wait.hpp"
#include "net/websocket_impl.hpp"

#include "core/random.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace ecisbx::net {

namespace asio = boost::asio;
using core::deadline;

namespace {

constexpr std::size_t piece_size = 64 * 1024;
constexpr std::size_t kept_piece = 4 * 1024;  // a larger one goes with its message

// Keys must be unpredictable (RFC 6455 section 10.3). Drawn in batches: one costs a few
// nanoseconds, and a connection holds no generator of its own.
std::uint32_t fresh_key() {
    thread_local std::string batch;
    thread_local std::size_t used = 0;
    std::uint32_t key = 0;
    if (batch.size() - used < sizeof key) {
        batch = core::random_bytes(4096);
        used = 0;
    }
    std::memcpy(&key, batch.data() + used, sizeof key);
    used += sizeof key;
    return key;
}

// Appends bytes of the sequence prefix, payload from `offset` on, at most `room`.
void append_part(std::string& piece, std::string_view prefix, std::string_view payload,
                 std::size_t offset, std::size_t room) {
    if (offset < prefix.size()) {
        const auto part = prefix.substr(offset, room);
        piece += part;
        room -= part.size();
        offset += part.size();
    }
    if (room > 0) piece += payload.substr(offset - prefix.size(), room);
}

}  // namespace

class websocket::impl::turn {
public:
    explicit turn(impl& of) : of_(of) { of.writing = true; }
    ~turn() {
        // Handed over while `writing` stays set, so that nobody comes in between.
        if (!of_.turns.wake_one()) of_.writing = false;
    }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;

private:
    impl& of_;
};

void websocket::impl::check_writable() const {
    check_readable();
    if (parting || close_received) throw error(errc::connection, "the WebSocket is closing");
}

asio::awaitable<void> websocket::impl::write(self_ptr self, bool text, std::string_view prefix,
                                             std::string_view payload, deadline until) {
    const auto caller = co_await asio::this_coro::cancellation_state;
    self->check_writable();
    if (self->writing) co_await self->turns.wait(until);
    const turn mine(*self);
    self->check_writable();
    const auto opcode = text ? proto::ws_opcode::text : proto::ws_opcode::binary;
    std::exception_ptr failed;
    try {
        co_await self->write_frame(opcode, prefix, payload, until);
    } catch (...) {
        failed = std::current_exception();
    }
    if (failed) self->fail_write(std::move(failed), caller);
}

// The stream was closed because the peer is gone: say that, not "canceled".
void websocket::impl::fail_write(std::exception_ptr failed,
                                 const asio::cancellation_state& caller) const {
    if (caller.cancelled() == asio::cancellation_type::none) {
        if (failure) throw error(*failure);
        if (close_received) throw error(errc::connection, "the peer closed the WebSocket");
    }
    std::rethrow_exception(std::move(failed));
}

asio::awaitable<void> websocket::impl::write_frame(proto::ws_opcode opcode, std::string_view prefix,
                                                   std::string_view payload, deadline until) {
    if (write_broken)
        throw error(errc::connection, "an earlier write to the WebSocket was cut short");
    if (until.expired()) throw error(errc::timeout, "the deadline passed before a write");
    const auto caller = co_await asio::this_coro::cancellation_state;
    throw_if_cancelled(caller);
    std::optional<std::uint32_t> key;
    if (role == proto::ws_role::client) key = fresh_key();
    const std::size_t total = prefix.size() + payload.size();
    out = std::string_view(proto::ws_encode_header(opcode, true, total, key));
    write_broken = true;
    for (std::size_t offset = 0;;) {
        auto piece = next_piece(prefix, payload, offset, key);
        while (piece.size() > 0) {
            if (const auto sent = over.try_write(piece, until, caller))
                piece += *sent;
            else
                co_await over.wait_to_write(until);
        }
        if (offset == total) break;
        out.clear();
    }
    write_broken = false;
    if (out.capacity() > kept_piece) std::string().swap(out);
}

// `out` holds the header, or nothing more.
asio::const_buffer websocket::impl::next_piece(std::string_view prefix, std::string_view payload,
                                               std::size_t& offset,
                                               std::optional<std::uint32_t> key) {
    if (!key && offset > prefix.size()) {  // the rest needs no copy
        const auto rest = payload.substr(offset - prefix.size());
        offset += rest.size();
        return asio::buffer(rest);
    }
    const auto start = out.size();
    append_part(out, prefix, payload, offset, piece_size);
    if (key) proto::ws_mask(std::span(out).subspan(start), *key, offset);
    offset += out.size() - start;
    return asio::buffer(out);
}

// Pings and pongs are written by a coroutine of their own: a read that answers a ping must neither
// wait for a peer that does not take our data, nor be cancelled in the middle of a frame.
void websocket::impl::send_controls() {
    if (control_writer_runs || close_sent || aborted) return;
    control_writer_runs = true;
    asio::co_spawn(over.get_executor(), control_writer(shared_from_this()), asio::detached);
}

asio::awaitable<void> websocket::impl::control_writer(self_ptr self) {
    try {
        co_await self->write_controls();
    } catch (const boost::system::system_error&) {
        // The connection is broken or closed; whoever reads or writes next learns of it.
    }
    self->control_writer_runs = false;
}

asio::awaitable<void> websocket::impl::write_controls() {
    if (writing) co_await turns.wait(deadline::never());
    const turn mine(*this);
    while (!close_sent && (pong_due || ping_due)) {
        if (std::exchange(pong_due, false)) {
            const std::string answer = std::exchange(pong, {});
            co_await write_frame(proto::ws_opcode::pong, {}, answer, deadline::never());
        } else {
            co_await write_frame(proto::ws_opcode::ping, {}, {}, deadline::never());
            ping_due = false;
        }
    }
}

asio::awaitable<void> websocket::impl::write_close(std::uint16_t code, deadline until) {
    if (writing) co_await turns.wait(until);
    const turn mine(*this);
    if (close_sent) co_return;
    const std::string payload = proto::ws_encode_close(code);
    close_sent = true;
    co_await write_frame(proto::ws_opcode::close, {}, payload, until);
}

}  // namespace ecisbx::net
