#include "proto/ws_frame.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace ecisbx::proto;
using kind = ws_step::kind;

constexpr std::uint32_t test_key = 0x01a2f3c4;

std::string_view view(const ws_header& head) {
    return head;
}

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (int v : values) text.push_back(static_cast<char>(v));
    return text;
}

// What one frame, given whole, means to a receiver.
struct outcome {
    kind what;
    std::string payload;
    bool text;
    std::uint16_t code;
    std::size_t consumed, missing;
};

outcome look(ws_decoder& decoder, std::string frame) {
    const ws_step step = decoder.next(frame);
    return {step.what,   std::string(step.payload), step.text, step.code, step.consumed,
            step.missing};
}

outcome look_once(ws_role receiver, std::string frame, std::size_t max_message = 1000) {
    ws_decoder decoder(receiver, max_message);
    return look(decoder, std::move(frame));
}

void check_violation(std::string frame, std::uint16_t code, ws_role receiver = ws_role::client) {
    const outcome seen = look_once(receiver, std::move(frame));
    CHECK(seen.what == kind::violation);
    CHECK(seen.code == code);
}

}  // namespace

TEST_CASE("ws_frame: the examples of RFC 6455 section 5.7") {
    CHECK(ws_encode_frame(ws_opcode::text, "Hello", {}) ==
          bytes({0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}));
    CHECK(ws_encode_frame(ws_opcode::text, "Hello", 0x37fa213d) ==
          bytes({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));
    CHECK(ws_encode_frame(ws_opcode::text, "Hel", {}, false) == bytes({0x01, 0x03, 'H', 'e', 'l'}));
    CHECK(ws_encode_frame(ws_opcode::continuation, "lo", {}) == bytes({0x80, 0x02, 'l', 'o'}));
    CHECK(ws_encode_frame(ws_opcode::ping, "Hello", {}).substr(0, 2) == bytes({0x89, 0x05}));
    CHECK(view(ws_encode_header(ws_opcode::binary, true, 256, {})) ==
          bytes({0x82, 0x7e, 0x01, 0x00}));
    CHECK(view(ws_encode_header(ws_opcode::binary, true, 65536, {})) ==
          bytes({0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST_CASE("ws_frame: every form of length goes both ways") {
    for (std::size_t length : {0u, 1u, 125u, 126u, 127u, 65535u, 65536u, 100000u}) {
        CAPTURE(length);
        const std::string payload(length, 'x');
        for (const auto& key : {std::optional<std::uint32_t>(), std::optional(test_key)}) {
            const auto frame = ws_encode_frame(ws_opcode::binary, payload, key);
            const auto receiver = key ? ws_role::server : ws_role::client;
            const outcome seen = look_once(receiver, frame, 100000);
            CHECK(seen.what == kind::message);
            CHECK(seen.payload == payload);
            CHECK_FALSE(seen.text);
            CHECK(seen.consumed == frame.size());
        }
    }
}

TEST_CASE("ws_frame: masking by pieces equals masking byte by byte") {
    std::string plain;
    for (int i = 0; i < 77; ++i) plain.push_back(static_cast<char>(i * 37));
    const unsigned char key[4] = {0x01, 0xa2, 0xf3, 0xc4};
    std::string expected = plain;
    for (std::size_t i = 0; i < expected.size(); ++i)
        expected[i] = static_cast<char>(expected[i] ^ static_cast<char>(key[i % 4]));
    for (std::size_t cut = 0; cut <= plain.size(); ++cut) {
        std::string masked = plain;
        ws_mask(std::span(masked).first(cut), test_key, 0);
        ws_mask(std::span(masked).subspan(cut), test_key, cut);
        REQUIRE(masked == expected);
    }
}

TEST_CASE(
    "ws_frame: a frame is awaited byte by byte, and the number of missing bytes is a promise") {
    for (std::size_t length : {3u, 200u, 70000u}) {
        const auto frame = ws_encode_frame(ws_opcode::text, std::string(length, 'y'), test_key);
        ws_decoder decoder(ws_role::server, 100000);
        for (std::size_t have = 0; have < frame.size(); have += have < 300 ? 1 : 997) {
            std::string part = frame.substr(0, have);
            const ws_step step = decoder.next(part);
            REQUIRE(step.what == kind::more);
            REQUIRE(step.missing > 0);
            REQUIRE(have + step.missing <= frame.size());
            REQUIRE(part == frame.substr(0, have));  // looked at, not unmasked
        }
        CHECK(look(decoder, frame).what == kind::message);
    }
}

TEST_CASE("ws_frame: payload is a view into the caller's bytes") {
    std::string frame = ws_encode_frame(ws_opcode::binary, "in place", test_key);
    ws_decoder decoder(ws_role::server, 100);
    const ws_step step = decoder.next(frame);
    CHECK(step.payload.data() == frame.data() + 6);
    CHECK(step.payload == "in place");
}

TEST_CASE("ws_frame: fragments are joined, with control frames between them") {
    ws_decoder decoder(ws_role::client, 100);
    CHECK(look(decoder, ws_encode_frame(ws_opcode::text, "on", {}, false)).what == kind::fragment);
    const outcome ping = look(decoder, ws_encode_frame(ws_opcode::ping, "are you there", {}));
    CHECK(ping.what == kind::ping);
    CHECK(ping.payload == "are you there");
    CHECK(look(decoder, ws_encode_frame(ws_opcode::continuation, "", {}, false)).what ==
          kind::fragment);
    const outcome whole = look(decoder, ws_encode_frame(ws_opcode::continuation, "e", {}));
    CHECK(whole.what == kind::message);
    CHECK(whole.payload == "one");
    CHECK(whole.text);
    const outcome next = look(decoder, ws_encode_frame(ws_opcode::binary, "two", {}));
    CHECK(next.payload == "two");
    CHECK_FALSE(next.text);
}

TEST_CASE("ws_frame: taken memory keeps a joined message alive") {
    ws_decoder decoder(ws_role::client, 100);
    look(decoder, ws_encode_frame(ws_opcode::text, "a", {}, false));
    std::string last = ws_encode_frame(ws_opcode::continuation, "b", {});
    const ws_step step = decoder.next(last);
    const auto kept = decoder.take_joined();
    look(decoder, ws_encode_frame(ws_opcode::text, "other", {}));
    CHECK(step.payload == "ab");
    CHECK(kept.size() == 2);
    CHECK(decoder.take_joined().empty());
}

TEST_CASE("ws_frame: reserved bits and opcodes are refused from the first byte on") {
    for (int first = 0; first < 256; ++first) {
        const int opcode = first & 0x0f;
        const bool fin = first & 0x80;
        const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
        const bool allowed = !(first & 0x70) && known && opcode != 0 && (fin || opcode < 8);
        CAPTURE(first);
        const outcome seen = look_once(ws_role::client, bytes({first}));
        CHECK(seen.what == (allowed ? kind::more : kind::violation));
        if (!allowed) CHECK(seen.code == ws_close::protocol_error);
    }
}

TEST_CASE("ws_frame: masks are for clients and only for them") {
    check_violation(bytes({0x82, 0x00}), ws_close::protocol_error, ws_role::server);
    check_violation(bytes({0x82, 0x80}), ws_close::protocol_error, ws_role::client);
}

TEST_CASE("ws_frame: control frames are short") {
    const std::string longest(125, 'p');
    CHECK(look_once(ws_role::client, ws_encode_frame(ws_opcode::pong, longest, {})).payload ==
          longest);
    for (int opcode : {0x88, 0x89, 0x8a})
        for (int length : {126, 127})
            check_violation(bytes({opcode, length}), ws_close::protocol_error);
}

TEST_CASE("ws_frame: lengths are in their shortest form and below 2 to the 63") {
    check_violation(bytes({0x82, 126, 0, 125}), ws_close::protocol_error);
    check_violation(bytes({0x82, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff}), ws_close::protocol_error);
    check_violation(bytes({0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}), ws_close::protocol_error);
}

TEST_CASE("ws_frame: a message above the limit is refused by its header") {
    CHECK(look_once(ws_role::client, bytes({0x82, 126, 3, 232})).what == kind::more);  // 1000
    check_violation(bytes({0x82, 126, 3, 233}), ws_close::too_big);
    check_violation(bytes({0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255}), ws_close::too_big);

    ws_decoder decoder(ws_role::client, 10);
    look(decoder, ws_encode_frame(ws_opcode::text, "123456", {}, false));
    CHECK(look(decoder, ws_encode_frame(ws_opcode::ping, "not counted", {})).what == kind::ping);
    const outcome seen =
        look(decoder, ws_encode_frame(ws_opcode::continuation, "78901", {}, false));
    CHECK(seen.what == kind::violation);
    CHECK(seen.code == ws_close::too_big);
}

TEST_CASE("ws_frame: continuations follow a start, and only they do") {
    check_violation(bytes({0x80, 0x00}), ws_close::protocol_error);
    ws_decoder decoder(ws_role::client, 10);
    look(decoder, ws_encode_frame(ws_opcode::text, "1", {}, false));
    CHECK(look(decoder, ws_encode_frame(ws_opcode::text, "2", {})).code ==
          ws_close::protocol_error);
}

TEST_CASE("ws_frame: text is UTF-8, judged as a whole") {
    ws_decoder decoder(ws_role::client, 10);
    look(decoder, ws_encode_frame(ws_opcode::text, "\xc3", {}, false));
    CHECK(look(decoder, ws_encode_frame(ws_opcode::continuation, "\xa9", {})).payload == "\u00e9");
    check_violation(ws_encode_frame(ws_opcode::text, "\xc3", {}), ws_close::invalid_data);
    CHECK(look_once(ws_role::client, ws_encode_frame(ws_opcode::binary, "\xc3", {})).what ==
          kind::message);
}

TEST_CASE("ws_frame: close frames") {
    const outcome bare = look_once(ws_role::client, ws_encode_frame(ws_opcode::close, "", {}));
    CHECK(bare.what == kind::close);
    CHECK(bare.code == ws_close::no_status);

    const auto with_reason = ws_encode_close(1001) + "bye";
    const outcome said =
        look_once(ws_role::client, ws_encode_frame(ws_opcode::close, with_reason, {}));
    CHECK(said.what == kind::close);
    CHECK(said.code == 1001);
    CHECK(said.payload == "bye");

    CHECK(ws_encode_close(ws_close::no_status).empty());
    check_violation(ws_encode_frame(ws_opcode::close, "x", {}), ws_close::protocol_error);
    check_violation(ws_encode_frame(ws_opcode::close, ws_encode_close(1000) + "\xff", {}),
                    ws_close::invalid_data);
    for (int code : {0, 999, 1004, 1006, 1015, 1016, 2999, 5000, 65535})
        check_violation(ws_encode_frame(ws_opcode::close, ws_encode_close(std::uint16_t(code)), {}),
                        ws_close::protocol_error);
}
