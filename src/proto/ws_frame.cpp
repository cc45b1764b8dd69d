#include "proto/ws_frame.hpp"

#include "core/utf8.hpp"

#include <bit>
#include <cstring>
#include <utility>

namespace ecisbx::proto {
namespace {

constexpr unsigned char fin_bit = 0x80, reserved_bits = 0x70, opcode_bits = 0x0f, mask_bit = 0x80,
                        length_bits = 0x7f, length_16 = 126, length_64 = 127;

unsigned char byte_at(std::span<const char> bytes, std::size_t i) {
    return static_cast<unsigned char>(bytes[i]);
}

std::uint64_t big_endian(std::span<const char> bytes) {
    std::uint64_t value = 0;
    for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

bool is_control(ws_opcode opcode) {
    return opcode >= ws_opcode::close;
}

ws_step violation(std::uint16_t code, const char* rule) {
    ws_step step;
    step.what = ws_step::kind::violation;
    step.code = code;
    step.violated = rule;
    return step;
}

ws_step more(std::size_t missing) {
    ws_step step;
    step.missing = missing;
    return step;
}

ws_step deliver_close(std::string_view payload) {
    ws_step step;
    step.what = ws_step::kind::close;
    step.code = ws_close::no_status;
    if (payload.empty()) return step;
    if (payload.size() == 1)
        return violation(ws_close::protocol_error, "a close frame with half a code");
    step.code = static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
    step.payload = payload.substr(2);
    if (!ws_close::is_sendable(step.code))
        return violation(ws_close::protocol_error, "a close code that must not be sent");
    if (!core::is_valid_utf8(step.payload))
        return violation(ws_close::invalid_data, "a close reason that is not UTF-8");
    return step;
}

}  // namespace

bool ws_close::is_sendable(std::uint16_t code) noexcept {
    if (code >= 3000) return code <= 4999;
    return code >= 1000 && code <= 1014 && code != 1004 && code != no_status && code != abnormal;
}

ws_header ws_encode_header(ws_opcode opcode, bool fin, std::uint64_t length,
                           std::optional<std::uint32_t> key) {
    ws_header head{};
    auto put = [&head](std::uint64_t value, std::size_t width) {
        while (width-- > 0)
            head.bytes[head.size++] = static_cast<char>(value >> (8 * width) & 0xff);
    };
    put(static_cast<std::uint64_t>(opcode) | (fin ? fin_bit : 0u), 1);
    const std::uint64_t mask = key ? mask_bit : 0u;
    if (length < length_16) {
        put(mask | length, 1);
    } else if (length <= 0xffff) {
        put(mask | length_16, 1);
        put(length, 2);
    } else {
        put(mask | length_64, 1);
        put(length, 8);
    }
    if (key) put(*key, 4);
    return head;
}

void ws_mask(std::span<char> bytes, std::uint32_t key, std::size_t offset) noexcept {
    // The key's first byte on the wire is its highest; rotated so that it meets byte `offset`.
    key = std::rotl(key, static_cast<int>(8 * (offset % 4)));
    char pattern[8];
    for (unsigned i = 0; i < 8; ++i) pattern[i] = static_cast<char>(key >> (24 - 8 * (i % 4)));
    std::uint64_t wide = 0;
    std::memcpy(&wide, pattern, sizeof wide);
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, sizeof word);
        word ^= wide;
        std::memcpy(bytes.data() + i, &word, sizeof word);
    }
    for (; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ pattern[i % 8]);
}

std::string ws_encode_frame(ws_opcode opcode, std::string_view payload,
                            std::optional<std::uint32_t> key, bool fin) {
    std::string frame(std::string_view(ws_encode_header(opcode, fin, payload.size(), key)));
    const auto start = frame.size();
    frame += payload;
    if (key) ws_mask(std::span(frame).subspan(start), *key);
    return frame;
}

std::string ws_encode_close(std::uint16_t code) {
    if (code == ws_close::no_status) return {};
    return {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
}

struct ws_decoder::header {
    bool fin = false;
    ws_opcode opcode = ws_opcode::continuation;
    std::size_t size = 0;  ///< of the header itself
    std::uint64_t length = 0;
    std::optional<std::uint32_t> key;
};

// The rules that the first two bytes can break, checked before the rest of the frame has come.
const char* ws_decoder::check_start(std::span<const char> unread) const {
    const auto first = byte_at(unread, 0);
    if (first & reserved_bits) return "reserved bits are set";
    const auto opcode = static_cast<ws_opcode>(first & opcode_bits);
    const bool fin = first & fin_bit;
    switch (opcode) {
        case ws_opcode::continuation:
            if (!in_message_) return "a continuation of no message";
            break;
        case ws_opcode::text:
        case ws_opcode::binary:
            if (in_message_) return "a new message inside a fragmented one";
            break;
        case ws_opcode::close:
        case ws_opcode::ping:
        case ws_opcode::pong:
            if (!fin) return "a fragmented control frame";
            break;
        default: return "a reserved opcode";
    }
    if (unread.size() < 2) return nullptr;
    const auto second = byte_at(unread, 1);
    if (static_cast<bool>(second & mask_bit) != (receiver_ == ws_role::server))
        return receiver_ == ws_role::server ? "an unmasked frame of a client"
                                            : "a masked frame of a server";
    if (is_control(opcode) && (second & length_bits) > ws_max_control_payload)
        return "a control frame longer than 125 bytes";
    return nullptr;
}

std::vector<char> ws_decoder::take_joined() {
    if (!std::exchange(joined_given_, false)) return {};
    return std::exchange(joined_, {});
}

ws_step ws_decoder::next(std::span<char> unread) {
    take_joined();
    if (unread.empty()) return more(2);
    if (const char* broken = check_start(unread))
        return violation(ws_close::protocol_error, broken);
    if (unread.size() < 2) return more(1);

    header head;
    head.fin = byte_at(unread, 0) & fin_bit;
    head.opcode = static_cast<ws_opcode>(byte_at(unread, 0) & opcode_bits);
    const unsigned short_length = byte_at(unread, 1) & length_bits;
    const std::size_t extra = short_length == length_16 ? 2 : short_length == length_64 ? 8 : 0;
    const bool masked = byte_at(unread, 1) & mask_bit;
    head.size = 2 + extra + (masked ? 4 : 0);
    if (unread.size() < 2 + extra) return more(head.size - unread.size());

    head.length = extra ? big_endian(unread.subspan(2, extra)) : short_length;
    if ((extra == 2 && head.length < length_16) || (extra == 8 && head.length <= 0xffff))
        return violation(ws_close::protocol_error, "a length that is not in its shortest form");
    if (head.length >> 63) return violation(ws_close::protocol_error, "a length above 2^63");
    if (!is_control(head.opcode) && head.length > max_message_ - joined_.size())
        return violation(ws_close::too_big, "a message above the size limit");
    // Compared without adding: the length is the peer's.
    if (unread.size() < head.size || unread.size() - head.size < head.length)
        return more(head.size + static_cast<std::size_t>(head.length) - unread.size());
    if (masked) head.key = static_cast<std::uint32_t>(big_endian(unread.subspan(2 + extra, 4)));
    return deliver(head, unread.subspan(head.size, static_cast<std::size_t>(head.length)));
}

ws_step ws_decoder::deliver(const header& head, std::span<char> payload) {
    if (head.key) ws_mask(payload, *head.key);
    const std::string_view bytes(payload.data(), payload.size());
    ws_step step;
    switch (head.opcode) {
        case ws_opcode::close: step = deliver_close(bytes); break;
        case ws_opcode::ping: step.what = ws_step::kind::ping; break;
        case ws_opcode::pong: step.what = ws_step::kind::pong; break;
        default: step = deliver_data(head, bytes);
    }
    if (step.what == ws_step::kind::ping || step.what == ws_step::kind::pong) step.payload = bytes;
    step.consumed = head.size + payload.size();
    return step;
}

ws_step ws_decoder::deliver_data(const header& head, std::string_view payload) {
    ws_step step;
    if (head.opcode != ws_opcode::continuation) text_ = head.opcode == ws_opcode::text;
    if (!head.fin) {
        in_message_ = true;
        joined_.insert(joined_.end(), payload.begin(), payload.end());
        step.what = ws_step::kind::fragment;
        return step;
    }
    step.what = ws_step::kind::message;
    step.text = text_;
    step.payload = payload;
    if (in_message_) {
        joined_.insert(joined_.end(), payload.begin(), payload.end());
        step.payload = {joined_.data(), joined_.size()};
        in_message_ = false;
        joined_given_ = true;
    }
    if (text_ && !core::is_valid_utf8(step.payload))
        return violation(ws_close::invalid_data, "a text message that is not UTF-8");
    return step;
}

}  // namespace ecisbx::proto
