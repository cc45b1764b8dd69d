// One concrete byte stream: TCP, or TLS over it, chosen at run time. TLS runs straight on the
// socket (no BIO pair), so an idle stream holds no buffers; see docs/decisions.
#ifndef ECISBX_NET_STREAM_HPP
#define ECISBX_NET_STREAM_HPP

#include "core/deadline.hpp"
#include "core/observation.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ecisbx::net {

class tls_client_context;
class tls_server_context;

/// Move-only. At most one read and one write (or handshake) may be under way at a time; both may
/// be awaited from different coroutines of the same thread. Failures throw `ecisbx::error`:
/// `timeout` at the deadline, `canceled`, `connection`, `tls`.
/// A cancelled or timed-out read loses no byte and may be repeated; after a cancelled or timed-out
/// write the stream is only good for `close`.
class stream {
public:
    stream() = default;                                    ///< not open
    explicit stream(boost::asio::ip::tcp::socket socket);  ///< sets no_delay and non-blocking
    stream(stream&&) noexcept;
    stream& operator=(stream&&) noexcept;
    ~stream();

    /// Client handshake with SNI, verification of chain and host name, and session resumption.
    /// `port`: of the origin, which tells sessions of one host apart; 0: the socket's.
    boost::asio::awaitable<void> handshake(std::shared_ptr<tls_client_context> context,
                                           std::string host, core::deadline until,
                                           std::uint16_t port = 0);
    /// Server handshake.
    boost::asio::awaitable<void> handshake(std::shared_ptr<tls_server_context> context,
                                           core::deadline until);

    /// Precondition: `into` is not empty.
    /// At least one byte, or 0 at a clean end (FIN; with TLS a close_notify before it). A TLS
    /// stream that ends without close_notify throws `connection` with "truncated" in the message.
    boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer into,
                                                  core::deadline until);
    /// The two halves of `read_some`, and below of `write`, for who waits for long or often and
    /// wants to hold no coroutine frame and no buffer here meanwhile. As `read_some`, but nothing
    /// when the caller should `wait_to_read` first: because there is nothing to read, or because it
    /// has read so much in a row that others must have their turn.
    std::optional<std::size_t> try_read(boost::asio::mutable_buffer into, core::deadline until,
                                        const boost::asio::cancellation_state& caller);
    /// Returns when `try_read` is worth another try, which also tells a deadline that has passed,
    /// a cancellation and a close: this does not throw for them. The stream must outlive the wait.
    boost::asio::awaitable<void> wait_to_read(core::deadline until);
    /// All of it.
    boost::asio::awaitable<void> write(boost::asio::const_buffer bytes, core::deadline until);
    /// The number of bytes written, at least one; nothing when it is time to `wait_to_write`. Then
    /// the same bytes have to be offered again. Precondition: `bytes` is not empty.
    std::optional<std::size_t> try_write(boost::asio::const_buffer bytes, core::deadline until,
                                         const boost::asio::cancellation_state& caller);
    boost::asio::awaitable<void> wait_to_write(core::deadline until);

    /// Sends close_notify (TLS) and FIN; does not wait for the peer's.
    boost::asio::awaitable<void> shutdown(core::deadline until);
    /// Closes the socket; reads and writes under way end with `canceled`. Idempotent.
    void close() noexcept;
    /// Its bytes and its end are told to `who` from now on.
    void watch(core::observation who, events::connection_kind kind);
    /// To call before a stream is left idle: its deadline timer, which is kept armed from one read
    /// to the next, would else keep the io_context running until the last deadline.
    void rest() noexcept;

    bool is_open() const noexcept;
    bool is_tls() const noexcept;
    bool was_resumed() const noexcept;  ///< the TLS session was a resumed one
    /// False when the peer has closed or sent something: an idle pooled connection must be quiet.
    bool is_idle_and_healthy() noexcept;
    boost::asio::any_io_executor get_executor();
    std::string peer() const;  ///< `address:port`, for logs

private:
    struct impl;
    const std::shared_ptr<impl>& opened() const;
    std::shared_ptr<impl> impl_;
};

}  // namespace ecisbx::net

#endif
