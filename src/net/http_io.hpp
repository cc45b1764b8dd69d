// The reading loops that client, server and WebSocket handshakes share.
#ifndef ECISBX_NET_HTTP_IO_HPP
#define ECISBX_NET_HTTP_IO_HPP

#include "net/http_reader.hpp"
#include "net/read_buffer.hpp"
#include "net/stream.hpp"

#include <string>

namespace ecisbx::net {

/// Feeds the reader what the buffer holds or, if that is nothing, what one read of `room` brings.
boost::asio::awaitable<void> read_into(stream& on, http_reader& reader, read_buffer& buffer,
                                       std::size_t room, core::deadline until);

/// Reads a whole answer; the bytes behind it stay in the buffer. Throws as `http_exchange`.
boost::asio::awaitable<void> read_response(stream& on, http_reader& reader, read_buffer& buffer,
                                           core::deadline first_byte, core::deadline until);

/// A small body in one piece with its head.
boost::asio::awaitable<void> write_message(stream& on, std::string head, const std::string& body,
                                           core::deadline until);

/// Ends our direction, then reads and drops what the peer still sends, until it ends or a second
/// has passed: to close with bytes unread would reset the connection and could destroy what we
/// sent last on its way. Throws what the stream throws.
boost::asio::awaitable<void> part(stream& on, core::deadline until);

}  // namespace ecisbx::net

#endif
