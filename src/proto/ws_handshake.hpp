// The keys of a WebSocket opening handshake.
#ifndef ECISBX_PROTO_WS_HANDSHAKE_HPP
#define ECISBX_PROTO_WS_HANDSHAKE_HPP

#include <string>
#include <string_view>

namespace ecisbx::proto {

/// A new `Sec-WebSocket-Key`.
std::string ws_make_key();

/// Base64 of 16 bytes.
bool ws_is_key(std::string_view key);

/// The `Sec-WebSocket-Accept` that answers a key.
std::string ws_accept_for(std::string_view key);

}  // namespace ecisbx::proto

#endif
