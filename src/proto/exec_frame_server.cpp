// The server's side of the codec, and the encoders.
#include "core/base64.hpp"
#include "core/utf8.hpp"
#include "proto/exec_frame.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <initializer_list>

namespace ecisbx::proto {
namespace {

namespace json = boost::json;

constexpr char half_close_byte = '\xFF';
constexpr std::size_t max_resize = 256;  // two small numbers

bool has_base64(std::string_view subprotocol) {
    return subprotocol.find("base64") != subprotocol.npos;
}

/// Rows or columns, by the first of `names` that is there; 0 when it is no size of a terminal.
unsigned size_at(const json::object& object, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        const auto* value = object.if_contains(name);
        if (!value) continue;
        const auto* number = value->if_int64();
        return number && *number > 0 && *number <= 0xFFFF ? static_cast<unsigned>(*number) : 0;
    }
    return 0;
}

exec_frame decode_resize(std::string_view payload) {
    exec_frame frame;
    if (payload.size() > max_resize) return frame;
    boost::system::error_code ec;
    const json::value value = json::parse(payload, ec);
    const auto* object = ec ? nullptr : value.if_object();
    if (!object) return frame;
    frame.rows = size_at(*object, {"Height", "height"});
    frame.columns = size_at(*object, {"Width", "width"});
    if (frame.rows != 0 && frame.columns != 0) frame.what = exec_frame::kind::resize;
    return frame;
}

exec_frame decode_half_close(std::string_view payload) {
    exec_frame frame;
    if (payload.size() != 1) return frame;
    frame.what = exec_frame::kind::half_close;
    frame.closed = static_cast<std::uint8_t>(payload[0]);
    return frame;
}

}  // namespace

exec_server_decoder::exec_server_decoder(std::string_view subprotocol)
    : base64_(has_base64(subprotocol)), half_closes_(subprotocol.starts_with("v5.")) {}

exec_frame exec_server_decoder::decode(bool, std::string_view message) {
    exec_frame frame;
    if (message.empty()) return frame;
    char on = message[0];
    auto payload = message.substr(1);
    if (base64_) {
        auto bytes = core::base64_decode(payload);
        if (!bytes) return frame;
        buffer_ = std::move(*bytes);
        payload = buffer_;
        on = static_cast<char>(on - '0');
    } else if (on == half_close_byte) {
        return half_closes_ ? decode_half_close(payload) : frame;
    }
    if (on == char(channel::resize)) return decode_resize(payload);
    if (on == char(channel::in) && !payload.empty()) {
        frame.what = exec_frame::kind::in;
        frame.bytes = payload;
    }
    return frame;
}

exec_message encode_channel(std::string_view subprotocol, channel on, std::string_view bytes) {
    exec_message message;
    message.text = message.encoded = has_base64(subprotocol);
    message.prefix = static_cast<char>((message.text ? '0' : 0) + static_cast<int>(on));
    if (message.encoded) message.payload = core::base64_encode(bytes);
    return message;
}

std::string encode_half_close(channel which) {
    return {half_close_byte, static_cast<char>(which)};
}

std::string encode_resize(unsigned rows, unsigned columns) {
    return "{\"Width\":" + std::to_string(columns) + ",\"Height\":" + std::to_string(rows) + '}';
}

std::string status_json(int exit_code) {
    json::object status{{"metadata", json::object()}};
    if (exit_code == 0) {
        status["status"] = "Success";
        return json::serialize(status);
    }
    const auto code = std::to_string(exit_code);
    json::object cause{{"reason", "ExitCode"}, {"message", code}};
    status["status"] = "Failure";
    status["message"] = "command terminated with non-zero exit code: exit code " + code;
    status["reason"] = "NonZeroExitCode";
    status["details"] = json::object{{"causes", json::array{std::move(cause)}}};
    return json::serialize(status);
}

std::string failure_json(std::string_view message) {
    json::object status{{"metadata", json::object()}, {"status", "Failure"}};
    status["message"] = "error executing command in container: " + core::to_valid_utf8(message);
    status["reason"] = "InternalError";
    status["code"] = 500;
    return json::serialize(status);
}

std::string status_text(const std::string& command_text, int exit_code) {
    if (exit_code == 0) return {};
    return "command terminated with non-zero exit code: error executing command [" + command_text +
           "], exit code " + std::to_string(exit_code);
}

}  // namespace ecisbx::proto
