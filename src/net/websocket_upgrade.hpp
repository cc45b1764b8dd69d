// What the two sides of a WebSocket opening handshake say, without I/O.
#ifndef ECISBX_NET_WEBSOCKET_UPGRADE_HPP
#define ECISBX_NET_WEBSOCKET_UPGRADE_HPP

#include "net/http.hpp"
#include "net/websocket.hpp"

#include <string>

namespace ecisbx::net {

/// Head of the client's request. `key`: from `proto::ws_make_key`.
std::string write_upgrade_request(const websocket::request& what, const std::string& key);

/// Throws, as `websocket::connect`, unless the answer agrees to exactly what was asked. The text of
/// a refusal is quoted, unless it repeats a part of the target, which is secret.
void check_upgrade_answer(const http_response& answer, const std::string& key,
                          const websocket::request& what);

}  // namespace ecisbx::net

#endif
