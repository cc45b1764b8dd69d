// A WebSocket session (RFC 6455) over a stream, either side.
#ifndef ECISBX_NET_WEBSOCKET_HPP
#define ECISBX_NET_WEBSOCKET_HPP

#include "net/http.hpp"
#include "net/stream.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::net {

struct websocket_options {
    std::size_t max_message = 4 * 1024 * 1024;  ///< whole message, fragments joined
    /// Silence after which a ping is sent, at random up to a quarter earlier (so that sessions
    /// opened together do not ping together); after twice as much the peer is taken for gone. Zero:
    /// no pings, never gone. Only time spent in `read` counts, and not while the ping itself has to
    /// wait because the peer does not take our data (a write's deadline decides then).
    core::deadline::duration idle = std::chrono::seconds(30);
};

struct websocket_message {
    bool text = false;
    std::string_view payload;  ///< valid until the next read
};

/// Move-only. One coroutine may read while others write: writes are queued one behind the other.
/// Pings of the peer are answered, and own pings sent, while `read` is awaited: who processes a
/// message for long should keep a read pending, or the other side takes this one for gone.
/// Of many pings only the latest is answered. An idle session holds a buffer of 128 bytes, one that
/// was pinged none. Dropping the handle aborts the session, but lets the answer to a close frame be
/// sent.
class websocket {
public:
    struct request {
        std::string authority;  ///< Host header
        std::string target;     ///< path and query; secret
        std::vector<std::string> subprotocols;
        http_headers headers;
    };

    websocket() = default;
    websocket(websocket&&) noexcept;
    websocket& operator=(websocket&&) noexcept;
    ~websocket();

    /// Client handshake. An answer other than 101 throws: `protocol`, or by status `forbidden`
    /// (401, 403), `not_found` (404, 410), `unavailable` (5xx), with `http_status` set; redirects
    /// are not followed. A subprotocol that was not offered throws `protocol`.
    static boost::asio::awaitable<websocket> connect(stream over, request what,
                                                     websocket_options options,
                                                     core::deadline until);

    /// Server side: answers the upgrade `head` with 101 and this subprotocol (empty: none).
    /// Precondition: `is_upgrade(head)`. `rest`: bytes that were read behind the head.
    static boost::asio::awaitable<websocket> accept(stream over, const http_request& head,
                                                    std::string rest, std::string subprotocol,
                                                    websocket_options options,
                                                    core::deadline until);
    static bool is_upgrade(const http_request& head);

    /// The next message; nothing when the peer closed cleanly (see `close_code`). Cancelling or
    /// timing out loses nothing: it may be called again.
    /// Throws `connection` (cut, or silent for too long), `protocol`, `too_large`, `timeout`,
    /// `canceled`.
    boost::asio::awaitable<std::optional<websocket_message>> read(core::deadline until);

    /// Sends one message: `prefix` (a channel byte, say) and `payload` in one frame; both must live
    /// until it returns. Cancelled or timed out before its turn came it has done nothing; later,
    /// the frame is cut and every further write throws `connection`.
    boost::asio::awaitable<void> write(bool text, std::string_view prefix, std::string_view payload,
                                       core::deadline until);

    /// Sends a close frame, waits for the peer's until `until`, closes the stream. Never throws
    /// for a peer that does not answer.
    boost::asio::awaitable<void> close(std::uint16_t code, core::deadline until);
    /// Closes the stream without a handshake; reads under way end with `canceled`. Idempotent.
    void abort() noexcept;

    const std::string& subprotocol() const noexcept;
    /// The peer's close code: 1005 for a close frame without one, 1006 for none at all.
    std::uint16_t close_code() const noexcept;
    bool is_open() const noexcept;

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace ecisbx::net

#endif
