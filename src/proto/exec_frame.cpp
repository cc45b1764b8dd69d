// The client's side of the codec; the server's is in exec_frame_server.cpp.
#include "proto/exec_frame.hpp"

#include "core/ascii.hpp"
#include "core/base64.hpp"
#include "core/utf8.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <charconv>
#include <optional>
#include <utility>

namespace ecisbx::proto {
namespace {

namespace json = boost::json;

constexpr unsigned char half_close_byte = 0xFF;
constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t max_message = 4096;                 // of a failure's text that is kept
constexpr std::size_t max_json = 256 * 1024;              // a status record is a few hundred bytes

/// A status 0..255 in decimal digits, nothing else.
std::optional<int> parse_status(std::string_view text) {
    int value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, value);
    if (text.empty() || text[0] == '-' || ec != std::errc() || stop != end || value > 255)
        return std::nullopt;
    return value;
}

std::optional<json::value> parse_object(std::string_view text) {
    text = core::trimmed(text);
    if (text.empty() || text[0] != '{' || text.size() > max_json) return std::nullopt;
    boost::system::error_code ec;
    json::value value = json::parse(text, ec);
    if (ec || !value.is_object()) return std::nullopt;
    return value;
}

std::string_view string_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    const auto* text = value ? value->if_string() : nullptr;
    return text ? std::string_view(*text) : std::string_view();
}

exec_frame exit_with(int code) {
    exec_frame frame;
    frame.what = exec_frame::kind::exit;
    frame.code = code;
    return frame;
}

exec_frame failed(std::string_view text) {
    exec_frame frame;
    frame.what = exec_frame::kind::failure;
    frame.message = core::to_valid_utf8(core::trimmed(text.substr(0, max_message)));
    return frame;
}

exec_frame output(exec_frame::kind what, std::string_view bytes) {
    exec_frame frame;
    if (bytes.empty()) return frame;
    frame.what = what;
    frame.bytes = bytes;
    return frame;
}

/// The cause "ExitCode" of a Failure status.
std::optional<int> exit_cause(const json::object& status) {
    const auto* details = status.if_contains("details");
    const auto* object = details ? details->if_object() : nullptr;
    const auto* causes = object ? object->if_contains("causes") : nullptr;
    const auto* list = causes ? causes->if_array() : nullptr;
    if (!list) return std::nullopt;
    for (const auto& entry : *list) {
        const auto* cause = entry.if_object();
        if (cause && string_at(*cause, "reason") == "ExitCode")
            return parse_status(string_at(*cause, "message"));
    }
    return std::nullopt;
}

/// The integer at the very end: the text quotes the argv, so no other number can be trusted.
std::optional<int> trailing_status(std::string_view text) {
    if (text.find("exit code") == text.npos && text.find("exit status") == text.npos)
        return std::nullopt;
    text = core::trimmed(text);
    const auto before = text.find_last_not_of("0123456789");
    const bool delimited = before != text.npos &&
                           (text[before] == ':' || core::trimmed(text.substr(before, 1)).empty());
    if (!delimited) return std::nullopt;
    return parse_status(text.substr(before + 1));
}

}  // namespace

exec_client_decoder::exec_client_decoder(std::string_view subprotocol)
    : base64_(subprotocol.find("base64") != subprotocol.npos) {}

exec_frame exec_client_decoder::decode(bool text, std::string_view message) {
    if (message.empty()) return {};
    if (base64_ && message[0] >= '0' && message[0] <= '9') {
        auto bytes = core::base64_decode(message.substr(1));
        if (!bytes) {
            ++anomalies_;
            exec_frame bad;
            bad.doubt = "a message of the peer was not base64";
            return bad;
        }
        buffer_ = std::move(*bytes);
        return dispatch(static_cast<unsigned char>(message[0] - '0'), buffer_);
    }
    if (base64_) ++anomalies_;
    if (text) {
        auto frame = output(exec_frame::kind::out, message);
        if (message.find(replacement) != message.npos)
            frame.doubt = "the wire carries text: U+FFFD may stand for other bytes";
        return frame;
    }
    const auto first = static_cast<unsigned char>(message[0]);
    const bool is_channel = first <= unsigned(channel::resize) || first == half_close_byte;
    if (mode_ == mode::unknown) mode_ = is_channel ? mode::channels : mode::raw;
    if (mode_ == mode::raw) return output(exec_frame::kind::out, message);
    if (!is_channel) {
        ++anomalies_;
        auto frame = output(exec_frame::kind::out, message);
        frame.doubt = "a message of the peer had no channel byte";
        return frame;
    }
    return dispatch(first, message.substr(1));
}

exec_frame exec_client_decoder::dispatch(unsigned char on, std::string_view payload) {
    switch (on) {
        case unsigned(channel::in): ++anomalies_; [[fallthrough]];
        case unsigned(channel::out): return output(exec_frame::kind::out, payload);
        case unsigned(channel::err): return output(exec_frame::kind::err, payload);
        case unsigned(channel::status): return decode_status(payload);
        case unsigned(channel::resize): return decode_four(payload);
        case half_close_byte:
            if (!payload.empty()) {
                exec_frame frame;
                frame.what = exec_frame::kind::half_close;
                frame.closed = static_cast<std::uint8_t>(payload[0]);
                return frame;
            }
            [[fallthrough]];
        default: ++anomalies_; return {};
    }
}

exec_frame exec_client_decoder::decode_status(std::string_view payload) {
    if (core::trimmed(payload).empty()) return {};
    if (const auto record = parse_object(payload)) {
        const auto& status = record->get_object();
        const auto verdict = string_at(status, "status");
        if (verdict == "Success") return exit_with(0);
        if (verdict == "Failure") {
            // A failure that says 0 contradicts itself.
            const auto code = exit_cause(status);
            if (code && *code != 0) return exit_with(*code);
            const auto why = string_at(status, "message");
            return failed(why.empty() ? payload : why);
        }
    }
    if (const auto code = trailing_status(payload)) return exit_with(*code);
    return failed(payload);
}

/// Some clients take channel 4 for the exit status.
exec_frame exec_client_decoder::decode_four(std::string_view payload) {
    if (const auto code = parse_status(core::trimmed(payload))) return exit_with(*code);
    if (const auto record = parse_object(payload)) {
        for (const char* key : {"code", "exitCode", "status"}) {
            const auto* value = record->get_object().if_contains(key);
            if (!value) continue;
            if (const auto* number = value->if_int64(); number && *number >= 0 && *number <= 255)
                return exit_with(static_cast<int>(*number));
            if (const auto* digits = value->if_string())
                if (const auto code = parse_status(*digits)) return exit_with(*code);
        }
    }
    ++anomalies_;
    return {};
}

}  // namespace ecisbx::proto
