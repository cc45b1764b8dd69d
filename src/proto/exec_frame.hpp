// The exec channel's frames in every variant that a peer may speak, both directions.
#ifndef ECISBX_PROTO_EXEC_FRAME_HPP
#define ECISBX_PROTO_EXEC_FRAME_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace ecisbx::proto {

enum class channel : std::uint8_t { in = 0, out = 1, err = 2, status = 3, resize = 4 };

/// One decoded message. `bytes` points into the message, or into the decoder (base64), where it is
/// valid until the next one. An empty `in`, `out` or `err` is `none`.
struct exec_frame {
    enum class kind { none, in, out, err, exit, failure, resize, half_close };
    kind what = kind::none;
    std::string_view bytes;  ///< in, out, err
    int code = 0;            ///< exit: 0..255
    std::string message;     ///< failure; well-formed text, at most 4 KiB of the peer's
    unsigned rows = 0, columns = 0;
    std::uint8_t closed = 0;  ///< half_close: which channel
    /// Why bytes of the output may be wrong or missing from here on; empty: they are right.
    std::string_view doubt;
};

/// Subprotocols that both sides know, best first.
inline constexpr std::string_view exec_subprotocols[] = {"v5.channel.k8s.io", "v4.channel.k8s.io",
                                                         "v4.base64.channel.k8s.io",
                                                         "base64.channel.k8s.io", "channel.k8s.io"};

/// Client side: decodes what a server sends, by the defensive rule that fits every variant (mode
/// settled by the first message where no subprotocol was agreed). Any bytes are acceptable.
class exec_client_decoder {
public:
    explicit exec_client_decoder(std::string_view subprotocol);
    exec_frame decode(bool text, std::string_view message);
    /// Messages that no peer should send, taken as harmless.
    std::uint64_t anomalies() const { return anomalies_; }

private:
    enum class mode { unknown, channels, raw };
    exec_frame dispatch(unsigned char on, std::string_view payload);
    exec_frame decode_status(std::string_view payload);
    exec_frame decode_four(std::string_view payload);
    bool base64_;
    mode mode_ = mode::unknown;
    std::uint64_t anomalies_ = 0;
    std::string buffer_;
};

/// Server side: decodes stdin, resize and, with v5, half-close. Malformed ones are `none`.
class exec_server_decoder {
public:
    explicit exec_server_decoder(std::string_view subprotocol);
    exec_frame decode(bool text, std::string_view message);

private:
    bool base64_;
    bool half_closes_;
    std::string buffer_;
};

/// A message to send: `text`, and prefix and payload that make up the message.
struct exec_message {
    bool text = false;
    std::string prefix;
    std::string payload;  ///< only when it had to be encoded; else send the bytes given
    bool encoded = false;
};

/// Wraps `bytes` for channel `on` under `subprotocol` (base64 variants become text).
exec_message encode_channel(std::string_view subprotocol, channel on, std::string_view bytes);
/// v5's half-close of a channel.
std::string encode_half_close(channel which);
/// JSON of a resize message.
std::string encode_resize(unsigned rows, unsigned columns);

/// The status record of v4 and v5: JSON for an exit code, or for a failure to run.
std::string status_json(int exit_code);
std::string failure_json(std::string_view message);
/// The kubelet's text on channel 3 without a subprotocol; empty for success.
std::string status_text(const std::string& command_text, int exit_code);

}  // namespace ecisbx::proto

#endif
