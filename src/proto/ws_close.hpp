// WebSocket close codes: their names, and which of them end an exec as it should end. The codes
// themselves, and which may be sent, stand with the frames.
#ifndef ECISBX_PROTO_WS_CLOSE_HPP
#define ECISBX_PROTO_WS_CLOSE_HPP

#include "proto/ws_frame.hpp"

#include <cstdint>
#include <string_view>

namespace ecisbx::proto::ws_close {

/// A short name such as "going away"; by range where a code has none of its own ("library code",
/// "private code", "unassigned code", "invalid code").
std::string_view name(std::uint16_t code) noexcept;

/// Whether the peer ended the conversation because it was over: `normal`, or a close frame without
/// a code. Everything else is a cut or a complaint. Says nothing of the command's success.
bool is_clean(std::uint16_t code) noexcept;

}  // namespace ecisbx::proto::ws_close

#endif
