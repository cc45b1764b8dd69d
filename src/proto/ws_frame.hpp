// WebSocket framing (RFC 6455) without I/O: bytes in, messages and control frames out, and back.
#ifndef ECISBX_PROTO_WS_FRAME_HPP
#define ECISBX_PROTO_WS_FRAME_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::proto {

enum class ws_opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
};

/// Close codes of RFC 6455 section 7.4.1.
namespace ws_close {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t no_status = 1005;  ///< never sent: a close frame without a code
inline constexpr std::uint16_t abnormal = 1006;   ///< never sent: no close frame at all
inline constexpr std::uint16_t invalid_data = 1007;
inline constexpr std::uint16_t policy = 1008;
inline constexpr std::uint16_t too_big = 1009;
inline constexpr std::uint16_t internal_error = 1011;

/// Whether a close frame may carry it.
bool is_sendable(std::uint16_t code) noexcept;
}  // namespace ws_close

inline constexpr std::size_t ws_max_control_payload = 125;
inline constexpr std::size_t ws_max_header = 14;

/// Bytes of a frame header, its first `size` are used.
struct ws_header {
    char bytes[ws_max_header];
    std::size_t size;
    operator std::string_view() const { return {bytes, size}; }
};

/// The header of one frame with a payload of `length` bytes. A key: the sender is a client and
/// must `ws_mask` the payload with it.
ws_header ws_encode_header(ws_opcode opcode, bool fin, std::uint64_t length,
                           std::optional<std::uint32_t> key);

/// XORs payload bytes with a key, in place; `offset` is the place of the first of them in the
/// payload. Doing it twice restores them.
void ws_mask(std::span<char> bytes, std::uint32_t key, std::size_t offset = 0) noexcept;

/// A whole frame; for control frames and short messages.
std::string ws_encode_frame(ws_opcode opcode, std::string_view payload,
                            std::optional<std::uint32_t> key, bool fin = true);

/// Payload of a close frame; empty for `no_status`.
std::string ws_encode_close(std::uint16_t code);

enum class ws_role { client, server };

/// What `ws_decoder::next` found. `consumed` bytes belong to it; views into them are valid until
/// they move, `payload` of a fragmented message until the next call.
struct ws_step {
    enum class kind { more, fragment, message, ping, pong, close, violation };
    kind what = kind::more;
    std::size_t consumed = 0;
    std::size_t missing = 0;    ///< more: at least so many bytes
    std::string_view payload;   ///< message, ping, pong; close: its reason
    bool text = false;          ///< message
    std::uint16_t code = 0;     ///< close: the peer's code; violation: the one to answer with
    const char* violated = "";  ///< violation: which rule
};

/// One direction of a connection. The caller keeps unread bytes in a buffer of its own and shows
/// them from the start of a frame on; a frame that is not whole yet is only looked at, so that its
/// payload is delivered without a copy. Fragments are joined here. After a close or a violation
/// `next` must not be called again.
class ws_decoder {
public:
    /// `receiver`: whose eyes this looks through. A server takes masked frames only, a client
    /// unmasked ones only. `max_message`: of a whole message; checked before it has come.
    ws_decoder(ws_role receiver, std::size_t max_message)
        : receiver_(receiver), max_message_(max_message) {}

    /// Unmasks in place what it delivers.
    ws_step next(std::span<char> unread);

    /// The memory of the last message, if it came in fragments: its payload lives as long as this.
    std::vector<char> take_joined();

private:
    struct header;
    const char* check_start(std::span<const char> unread) const;
    ws_step deliver(const header& head, std::span<char> payload);
    ws_step deliver_data(const header& head, std::string_view payload);

    ws_role receiver_;
    bool in_message_ = false;    ///< fragments of a message came, not its last
    bool text_ = false;          ///< kind of the message under way
    bool joined_given_ = false;  ///< `joined_` was delivered and can go
    std::size_t max_message_;
    std::vector<char> joined_;  // not a string: its bytes stay where they are when it is moved
};

}  // namespace ecisbx::proto

#endif
