// How one exec's channel speaks: bytes to messages and back, by the server's `wire` setting and
// what the client offered. No socket.
#ifndef ECISBX_SERVER_API_ECI_EXEC_WIRE_HPP
#define ECISBX_SERVER_API_ECI_EXEC_WIRE_HPP

#include "core/utf8.hpp"
#include "proto/exec_frame.hpp"

#include <ecisbx/server/server.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::server::api::eci {

/// kubelet: the first offered subprotocol that is known, else plain: channel bytes, and text on
///   channel 3 when the command failed.
/// v4, v5: that one's frames and status record in any case; named in the handshake when offered.
/// silent: channel bytes, but nothing on channel 3.
/// raw: bytes of stdout and stderr as they are. text: the same as text messages.
/// stdin and resize are read by channel bytes in every mode, as all known clients send them.
class exec_wire {
public:
    exec_wire(server::wire mode, const std::vector<std::string>& offered);

    /// For the handshake's answer; empty: none.
    const std::string& subprotocol() const { return answered_; }

    /// The empty message that the kubelet opens with.
    std::optional<proto::exec_message> greeting() const;
    /// A piece of stdout or stderr. Nothing when all of it is held back: `text` holds characters
    /// that a piece has cut.
    std::optional<proto::exec_message> output(proto::channel on, std::string_view bytes);
    /// What `output` still holds of a stream that has ended.
    std::optional<proto::exec_message> end_of(proto::channel on);
    std::optional<proto::exec_message> exit_status(const std::vector<std::string>& argv, int code);
    std::optional<proto::exec_message> failure(std::string_view message);

    proto::exec_frame decode(bool text, std::string_view message) {
        return decoder_.decode(text, message);
    }

private:
    bool has_status() const;
    bool has_json_status() const;

    server::wire mode_;
    std::string answered_;
    std::string spoken_;
    proto::exec_server_decoder decoder_;
    core::utf8_decoder out_text_, err_text_;
};

/// The names in a Sec-WebSocket-Protocol header.
std::vector<std::string> split_subprotocols(std::string_view header);

}  // namespace ecisbx::server::api::eci

#endif
