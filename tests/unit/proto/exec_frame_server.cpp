#include "proto/exec_frame.hpp"

#include <doctest/doctest.h>

#include "core/base64.hpp"
#include "unit/proto/decoded_frame.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <vector>

using namespace ecisbx::proto;
using ecisbx::tests::decode;
using kind = exec_frame::kind;

namespace {

const std::vector<std::string> plain = {"", "channel.k8s.io", "v4.channel.k8s.io",
                                        "v5.channel.k8s.io"};
const std::vector<std::string> encoded = {"base64.channel.k8s.io", "v4.base64.channel.k8s.io"};

std::string on(int channel, const std::string& payload) {
    return static_cast<char>(channel) + payload;
}

}  // namespace

TEST_CASE("exec_frame: what a client sends") {
    for (const auto& subprotocol : plain) {
        const auto message = encode_channel(subprotocol, channel::in, "typed");
        CHECK_FALSE(message.text);
        CHECK_FALSE(message.encoded);
        CHECK(message.prefix == std::string(1, '\0'));
        exec_server_decoder decoder(subprotocol);
        const auto frame = decode(decoder, false, message.prefix + "typed");
        CHECK(frame.what == kind::in);
        CHECK(frame.bytes == "typed");
    }
    for (const auto& subprotocol : encoded) {
        const std::string bytes("\0\xff typed", 8);
        const auto message = encode_channel(subprotocol, channel::in, bytes);
        CHECK(message.text);
        CHECK(message.encoded);
        CHECK(message.prefix == "0");
        exec_server_decoder decoder(subprotocol);
        const auto frame = decode(decoder, true, message.prefix + message.payload);
        CHECK(frame.what == kind::in);
        CHECK(frame.bytes == bytes);
    }
}

TEST_CASE("exec_frame: what a server sends comes out at the client") {
    const std::string bytes("\x00\x01\xfe\xff\n", 5);
    auto all = plain;
    all.insert(all.end(), encoded.begin(), encoded.end());
    for (const auto& subprotocol : all) {
        CAPTURE(subprotocol);
        exec_client_decoder decoder(subprotocol);
        for (auto which : {channel::out, channel::err}) {
            const auto message = encode_channel(subprotocol, which, bytes);
            const auto payload = message.encoded ? message.payload : bytes;
            const auto frame = decode(decoder, message.text, message.prefix + payload);
            CHECK(frame.what == (which == channel::out ? kind::out : kind::err));
            CHECK(frame.bytes == bytes);
        }
        CHECK(decoder.anomalies() == 0);
    }
}

TEST_CASE("exec_frame: resize") {
    CHECK(encode_resize(40, 120) == R"({"Width":120,"Height":40})");
    exec_server_decoder decoder("");
    auto frame = decode(decoder, false, on(4, encode_resize(40, 120)));
    CHECK(frame.what == kind::resize);
    CHECK(frame.rows == 40);
    CHECK(frame.columns == 120);
    frame = decode(decoder, true, on(4, R"( {"height": 65535, "width": 1} )"));
    CHECK(frame.what == kind::resize);
    CHECK(frame.rows == 65535);
    CHECK(frame.columns == 1);
    exec_server_decoder base64("base64.channel.k8s.io");
    frame = decode(base64, true, "4" + ecisbx::core::base64_encode(encode_resize(2, 3)));
    CHECK(frame.what == kind::resize);
    CHECK(frame.rows == 2);
    for (const std::string& bad :
         {std::string(), std::string("{}"), std::string("x"), std::string(R"({"Width":1})"),
          std::string(R"({"Width":0,"Height":1})"), std::string(R"({"Width":-1,"Height":1})"),
          std::string(R"({"Width":65536,"Height":1})"), std::string(R"({"Width":1.5,"Height":1})"),
          std::string(R"({"Width":"1","Height":1})"), std::string("[1,2]"),
          std::string(1'000'000, '['), R"({"Width":1,"Height":1})" + std::string(300, ' ')}) {
        CAPTURE(bad.substr(0, 60));
        CHECK(decode(decoder, false, on(4, bad)).what == kind::none);
    }
}

TEST_CASE("exec_frame: half-close belongs to v5") {
    CHECK(encode_half_close(channel::in) == std::string("\xff\0", 2));
    const auto message = encode_half_close(channel::in);
    exec_server_decoder v5("v5.channel.k8s.io");
    const auto frame = decode(v5, false, message);
    CHECK(frame.what == kind::half_close);
    CHECK(frame.closed == 0);
    CHECK(decode(v5, false, "\xff").what == kind::none);
    CHECK(decode(v5, false, "\xff\x01\x02").what == kind::none);
    for (const char* other : {"", "channel.k8s.io", "v4.channel.k8s.io"}) {
        exec_server_decoder decoder(other);
        CHECK(decode(decoder, false, message).what == kind::none);
    }
}

TEST_CASE("exec_frame: a server ignores what clients do not send") {
    exec_server_decoder decoder("v4.channel.k8s.io");
    for (const char* message : {"", "\x01out",
                                "\x02"
                                "err",
                                "\x03{}", "\x05x", "0typed", "x"})
        CHECK(decode(decoder, false, message).what == kind::none);
    CHECK(decode(decoder, false, std::string(1, '\0')).what == kind::none);
    exec_server_decoder base64("v4.base64.channel.k8s.io");
    for (const char* message : {"0", "0x", "0a===", "1aGVsbG8=", "xaGVsbG8=", "/aGVsbG8="})
        CHECK(decode(base64, true, message).what == kind::none);
}

TEST_CASE("exec_frame: status records are what kubelet writes") {
    CHECK(status_json(0) == R"({"metadata":{},"status":"Success"})");
    const auto failure = boost::json::parse(status_json(3));
    CHECK(failure.at("status").as_string() == "Failure");
    CHECK(failure.at("reason").as_string() == "NonZeroExitCode");
    CHECK(failure.at("metadata").as_object().empty());
    CHECK(failure.at("details") ==
          boost::json::parse(R"({"causes":[{"reason":"ExitCode","message":"3"}]})"));
    const auto internal = boost::json::parse(failure_json("bad \xff byte"));
    CHECK(internal.at("status").as_string() == "Failure");
    CHECK(internal.at("reason").as_string() == "InternalError");
}

TEST_CASE("exec_frame server: a resize message of at most 256 bytes is read") {
    exec_server_decoder decoder("v5.channel.k8s.io");
    const std::string size = "{\"Width\":80,\"Height\":24}";
    const auto fits = "\x04" + size + std::string(256 - size.size(), ' ');
    CHECK(decoder.decode(false, fits).what == exec_frame::kind::resize);
    CHECK(decoder.decode(false, fits + ' ').what == exec_frame::kind::none);
}
