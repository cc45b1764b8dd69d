// WebSocket framing: what a peer may send, to either side, whole and in pieces.
#include "fuzz/fuzz.hpp"

#include "core/utf8.hpp"
#include "proto/ws_close.hpp"
#include "proto/ws_frame.hpp"
#include "proto/ws_handshake.hpp"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

using namespace ecisbx;
using fuzz::check;
using kind = proto::ws_step::kind;

namespace {

constexpr std::size_t most = 300;

struct seen {
    std::vector<std::string> steps;
    bool over = false;
};

// Shows the unread bytes as a session does, at the very end of an allocation.
void decode(proto::ws_decoder& decoder, std::string& unread, seen& into) {
    while (!into.over) {
        const auto exact = std::make_unique<char[]>(unread.size());
        std::memcpy(exact.get(), unread.data(), unread.size());
        const auto step = decoder.next({exact.get(), unread.size()});
        if (step.what == kind::more) {
            check(step.missing > 0 && step.missing <= most + proto::ws_max_header);
            return;
        }
        std::string text(1, static_cast<char>('0' + static_cast<int>(step.what)));
        text += step.text ? 't' : 'b';
        text += std::to_string(step.code) + ':' + step.violated + ':' + std::string(step.payload);
        into.steps.push_back(std::move(text));
        if (step.what == kind::violation || step.what == kind::close) {
            check(step.what == kind::close || proto::ws_close::is_sendable(step.code));
            check(step.what == kind::violation || step.code == proto::ws_close::no_status ||
                  proto::ws_close::is_sendable(step.code));
            check(!proto::ws_close::name(step.code).empty());
            into.over = true;
            return;
        }
        check(step.consumed >= 2 && step.consumed <= unread.size());
        if (step.what == kind::message) {
            check(step.payload.size() <= most);
            check(!step.text || core::is_valid_utf8(step.payload));
        } else {
            check(step.payload.size() <= proto::ws_max_control_payload);
        }
        unread.erase(0, step.consumed);
    }
}

void read_anything(fuzz::input in) {
    const auto role = in.flag() ? proto::ws_role::server : proto::ws_role::client;
    const auto seed = in.word();
    const auto bytes = in.rest();
    proto::ws_decoder whole(role, most), pieces(role, most);
    seen expected, got;
    std::string unread(bytes);
    decode(whole, unread, expected);
    std::string held;
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) {
        held += piece;
        decode(pieces, held, got);
    });
    check(expected.steps == got.steps && expected.over == got.over);
}

// Frames that are well-formed but for what the fuzzer wants: deeper states than random bytes reach.
void read_frames(fuzz::input in) {
    const bool masked = in.flag();
    const auto seed = in.word();
    std::string wire;
    while (!in.empty()) {
        constexpr proto::ws_opcode opcodes[] = {
            proto::ws_opcode::continuation, proto::ws_opcode::text, proto::ws_opcode::binary,
            proto::ws_opcode::close,        proto::ws_opcode::ping, proto::ws_opcode::pong};
        const auto opcode = opcodes[in.below(6)];
        std::optional<std::uint32_t> key;
        if (masked) key = in.word();
        const bool fin = in.below(3) != 0;
        wire += proto::ws_encode_frame(opcode, in.bytes(in.below(130)), key, fin);
    }
    const auto role = masked ? proto::ws_role::server : proto::ws_role::client;
    proto::ws_decoder whole(role, most), pieces(role, most);
    seen expected, got;
    std::string unread = wire, held;
    decode(whole, unread, expected);
    fuzz::in_pieces(wire, seed, [&](std::string_view piece) {
        held += piece;
        decode(pieces, held, got);
    });
    check(expected.steps == got.steps && (expected.over || unread.empty()));
}

// A message in fragments, with pings between them, comes out as it went in.
void round_trip(fuzz::input in) {
    const bool masked = in.flag();
    std::string wire, message;
    bool first = true, last = false;
    while (!last) {
        last = in.empty() || in.below(4) == 0;
        std::optional<std::uint32_t> key;
        if (masked) key = in.word();
        const auto room = most - message.size();
        const auto part = in.bytes(std::min<std::size_t>(in.byte(), room));
        wire += proto::ws_encode_frame(
            first ? proto::ws_opcode::binary : proto::ws_opcode::continuation, part, key, last);
        if (in.flag()) wire += proto::ws_encode_frame(proto::ws_opcode::ping, "p", key);
        message += part;
        first = false;
    }
    proto::ws_decoder decoder(masked ? proto::ws_role::server : proto::ws_role::client, most);
    seen got;
    decode(decoder, wire, got);
    const auto found =
        std::find(got.steps.begin(), got.steps.end(),
                  std::to_string(static_cast<int>(kind::message)) + "b0::" + message);
    check(found != got.steps.end() && wire.empty());
}

void masks_and_keys(fuzz::input in) {
    const auto key = in.word();
    const std::size_t cut = in.byte();
    const std::string bytes(in.rest());
    std::string whole = bytes, parts = bytes;
    proto::ws_mask(whole, key);
    const auto at = std::min(cut, parts.size());
    proto::ws_mask(std::span(parts).first(at), key);
    proto::ws_mask(std::span(parts).subspan(at), key, at);
    check(whole == parts);
    proto::ws_mask(whole, key);
    check(whole == bytes);
    if (proto::ws_is_key(bytes)) check(bytes.size() == 24);
    check(proto::ws_accept_for(bytes).size() == 28);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(4)) {
        case 0: read_anything(in); break;
        case 1: read_frames(in); break;
        case 2: round_trip(in); break;
        default: masks_and_keys(in); break;
    }
    return 0;
}
