// The client's decoder. The server's and the encoders: exec_frame_server.cpp.
#include "proto/exec_frame.hpp"

#include <doctest/doctest.h>

#include "core/base64.hpp"
#include "core/utf8.hpp"
#include "unit/proto/decoded_frame.hpp"

#include <random>
#include <string>
#include <vector>

using namespace ecisbx::proto;
using ecisbx::tests::decode;
using ecisbx::tests::decoded_frame;
using kind = exec_frame::kind;

namespace {

const std::vector<std::string> plain = {"", "channel.k8s.io", "v4.channel.k8s.io",
                                        "v5.channel.k8s.io"};
const std::vector<std::string> encoded = {"base64.channel.k8s.io", "v4.base64.channel.k8s.io"};

std::string on(int channel, const std::string& payload) {
    return static_cast<char>(channel) + payload;
}

decoded_frame client(const std::string& message, const std::string& subprotocol = "") {
    exec_client_decoder decoder(subprotocol);
    return decode(decoder, false, message);
}

decoded_frame status(const std::string& payload) {
    return client(on(3, payload));
}

}  // namespace

TEST_CASE("exec_frame: channels of a server without a subprotocol, v4 and v5") {
    for (const auto& subprotocol : plain) {
        CAPTURE(subprotocol);
        exec_client_decoder decoder(subprotocol);
        CHECK(decode(decoder, false, "\x01").what == kind::none);  // the greeting
        auto frame = decode(decoder, false, "\x01hello");
        CHECK(frame.what == kind::out);
        CHECK(frame.bytes == "hello");
        frame = decode(decoder, false, on(2, std::string("\0\xff", 2)));
        CHECK(frame.what == kind::err);
        CHECK(frame.bytes == std::string("\0\xff", 2));
        CHECK(decode(decoder, false, "").what == kind::none);
        CHECK(decode(decoder, false, "\x02").what == kind::none);
        CHECK(decode(decoder, false, "\x03").what == kind::none);
        CHECK(decode(decoder, false, "\x03 \n").what == kind::none);
        CHECK(decoder.anomalies() == 0);
    }
}

TEST_CASE("exec_frame: a character split between messages stays the bytes that came") {
    exec_client_decoder decoder("");
    std::string all;
    for (const char* piece : {"\x01\xe2\x82", "\x01\xac", "\x01\xf0", "\x01\x9f\x98\x80"})
        all += decode(decoder, false, piece).bytes;
    CHECK(all == "\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST_CASE("exec_frame: base64 of a server") {
    for (const auto& subprotocol : encoded) {
        CAPTURE(subprotocol);
        for (bool text : {true, false}) {
            exec_client_decoder decoder(subprotocol);
            CHECK(decode(decoder, text, "1").what == kind::none);
            auto frame = decode(decoder, text, "1aGVsbG8=");
            CHECK(frame.what == kind::out);
            CHECK(frame.bytes == "hello");
            frame = decode(decoder, text, "2AP8=");
            CHECK(frame.what == kind::err);
            CHECK(frame.bytes == std::string("\0\xff", 2));
            frame = decode(decoder, text, "3" + ecisbx::core::base64_encode(status_json(7)));
            CHECK(frame.what == kind::exit);
            CHECK(frame.code == 7);
            CHECK(decoder.anomalies() == 0);
            for (const char* broken : {"1aGVsbG8", "1a", "1====", "1aGVs bG8=", "1\xff"}) {
                CAPTURE(broken);
                const auto before = decoder.anomalies();
                const auto bad = decode(decoder, text, broken);
                CHECK(bad.what == kind::none);
                CHECK(bad.doubt == "a message of the peer was not base64");
                CHECK(decoder.anomalies() == before + 1);
            }
            CHECK(decode(decoder, text, "7aGVsbG8=").what == kind::none);
            CHECK(decoder.anomalies() == 6);
        }
    }
}

TEST_CASE("exec_frame: doubt is told where bytes may be wrong, and only there") {
    exec_client_decoder text("");
    CHECK(decode(text, true, "aé😀").doubt.empty());
    CHECK_FALSE(decode(text, true, "a\uFFFD").doubt.empty());
    exec_client_decoder raw("");
    CHECK(decode(raw, false, "a\uFFFD").doubt.empty());
    CHECK(decode(raw, false, "\x01 whatever").doubt.empty());
    exec_client_decoder channels("");
    CHECK(decode(channels, false, "\x01").doubt.empty());
    CHECK(decode(channels, false, "\x01\xff\uFFFD").doubt.empty());
    const auto lost = decode(channels, false, "no channel");
    CHECK(lost.bytes == "no channel");
    CHECK_FALSE(lost.doubt.empty());
    CHECK(decode(channels, false, "\x02right again").doubt.empty());
}

TEST_CASE("exec_frame: base64 was agreed, something else comes") {
    exec_client_decoder decoder("v4.base64.channel.k8s.io");
    auto frame = decode(decoder, true, "plain text");
    CHECK(frame.what == kind::out);
    CHECK(frame.bytes == "plain text");
    frame = decode(decoder, false, "\x02oops");
    CHECK(frame.what == kind::err);
    CHECK(frame.bytes == "oops");
    CHECK(decoder.anomalies() == 2);
}

TEST_CASE("exec_frame: text messages have no channel") {
    exec_client_decoder decoder("");
    for (const char* text : {"hello", "\x01hello", "3", "\x03{}"}) {
        auto frame = decode(decoder, true, text);
        CHECK(frame.what == kind::out);
        CHECK(frame.bytes == text);
    }
    CHECK(decode(decoder, true, "").what == kind::none);
    // They do not settle the mode of binary messages.
    CHECK(decoder
              .decode(false,
                      "\x02"
                      "err")
              .what == kind::err);
    CHECK(decoder.anomalies() == 0);
}

TEST_CASE("exec_frame: raw when the first byte is no channel") {
    exec_client_decoder decoder("");
    for (const char* message : {"hello", "\x01hello", "\x03{}", "\xff"}) {
        auto frame = decode(decoder, false, message);
        CHECK(frame.what == kind::out);
        CHECK(frame.bytes == message);
    }
    CHECK(decoder.anomalies() == 0);
    CHECK(decode(decoder, false, "").what == kind::none);
}

TEST_CASE("exec_frame: every first byte settles the mode as it should") {
    for (int first = 0; first < 256; ++first) {
        CAPTURE(first);
        exec_client_decoder decoder("");
        decode(decoder, false, on(first, ""));
        const auto frame = decode(decoder, false, "\x02x");
        const bool channels = first <= 4 || first == 255;
        CHECK(frame.what == (channels ? kind::err : kind::out));
        CHECK(frame.bytes == (channels ? "x" : "\x02x"));
    }
}

TEST_CASE("exec_frame: stray messages among channels are output, and counted") {
    exec_client_decoder decoder("v4.channel.k8s.io");
    decode(decoder, false, "\x01");
    auto frame = decode(decoder, false, "stray");
    CHECK(frame.what == kind::out);
    CHECK(frame.bytes == "stray");
    CHECK(decoder.anomalies() == 1);
    frame = decode(decoder, false, on(0, "on stdin"));
    CHECK(frame.what == kind::out);
    CHECK(frame.bytes == "on stdin");
    CHECK(decoder.anomalies() == 2);
    frame = decode(decoder, false, "\xff\x01");
    CHECK(frame.what == kind::half_close);
    CHECK(frame.closed == 1);
    CHECK(decoder.anomalies() == 2);
    CHECK(decode(decoder, false, "\xff").what == kind::none);
    CHECK(decoder.anomalies() == 3);
}

TEST_CASE("exec_frame: exit from JSON") {
    CHECK(status(R"({"metadata":{},"status":"Success"})").what == kind::exit);
    CHECK(status(R"({"metadata":{},"status":"Success"})").code == 0);
    for (int code = 0; code < 256; ++code) {
        const auto frame = status(status_json(code));
        REQUIRE(frame.what == kind::exit);
        REQUIRE(frame.code == code);
    }
    const auto frame = status(
        "\n{\"status\":\"Failure\",\"details\":{\"causes\":[{\"reason\":\"Other\",\"message\":"
        "\"9\"},"
        "{\"reason\":\"ExitCode\",\"message\":\"3\"}]}} ");
    CHECK(frame.what == kind::exit);
    CHECK(frame.code == 3);
}

TEST_CASE("exec_frame: JSON that proves no exit is a failure") {
    auto frame = status(failure_json("no such container"));
    CHECK(frame.what == kind::failure);
    CHECK(frame.message == "error executing command in container: no such container");
    for (
        const char* json : {
            R"({"status":"Failure","message":"m","details":{"causes":[{"reason":"ExitCode","message":"0"}]}})",
            R"({"status":"Failure","message":"m","details":{"causes":[{"reason":"ExitCode","message":"256"}]}})",
            R"({"status":"Failure","message":"m","details":{"causes":[{"reason":"ExitCode","message":"-1"}]}})",
            R"({"status":"Failure","message":"m","details":{"causes":[{"reason":"ExitCode","message":"3x"}]}})",
            R"({"status":"Failure","message":"m","details":{"causes":[{"reason":"ExitCode","message":""}]}})",
            R"({"status":"Failure","message":"m","details":{"causes":[{"reason":"ExitCode","message":3}]}})",
            R"({"status":"Failure","message":"m","details":{"causes":[1,[],null]}})",
            R"({"status":"Failure","message":"m","details":{"causes":{}}})",
            R"({"status":"Failure","message":"m","details":[]})",
            R"({"status":"Failure","message":"m"})",
        }) {
        CAPTURE(json);
        frame = status(json);
        CHECK(frame.what == kind::failure);
        CHECK(frame.message == "m");
    }
    for (const char* text : {R"({"status":"Failure"})", R"({"status":"Failure","message":5})",
                             R"({"status":"Odd","message":"m"})", R"({"status":0})", "{}", "{",
                             "[]", "null", "0", "\"Success\""}) {
        CAPTURE(text);
        frame = status(text);
        CHECK(frame.what == kind::failure);
        CHECK(frame.message == text);
    }
}

TEST_CASE("exec_frame: exit from text") {
    const auto text = status_text("sh -c exit 3", 3);
    CHECK(text ==
          "command terminated with non-zero exit code: error executing command [sh -c exit 3], "
          "exit code 3");
    auto expect = [](const std::string& payload, int code) {
        CAPTURE(payload);
        const auto frame = status(payload);
        CHECK(frame.what == kind::exit);
        CHECK(frame.code == code);
    };
    for (int code = 1; code < 256; ++code) expect(status_text("x", code), code);
    expect("command terminated with non-zero exit code: Error executing in Docker Container: 1", 1);
    expect("command terminated with exit status 137\r\n", 137);
    expect("exit code:2", 2);
    // Numbers that only the argv says do not count.
    expect("error executing command [echo exit code 9], exit code 4", 4);
    CHECK(status_text("true", 0) == "");
}

TEST_CASE("exec_frame: text that proves no exit is a failure") {
    for (const char* text : {
             "container not found",
             "error 3",
             "code 3",
             "exit code",
             "exit code:",
             "exit code x",
             "exit code 256",
             "exit code 99999999999999999999",
             "exit code -1",
             "exit code abc123",
             "exec failed, exit code 3 [in argv]",
             "[exit code 3]",
             "3",
         }) {
        CAPTURE(text);
        const auto frame = status(text);
        CHECK(frame.what == kind::failure);
        CHECK(frame.message == text);
    }
}

TEST_CASE("exec_frame: a failure's text is bounded and well-formed") {
    auto frame = status(std::string(100000, 'x'));
    CHECK(frame.what == kind::failure);
    CHECK(frame.message == std::string(4096, 'x'));
    frame = status("bad \xff\xfe bytes");
    CHECK(ecisbx::core::is_valid_utf8(frame.message));
    frame = status(R"({"status":"Failure","message":")" + std::string(50000, 'y') + "\"}");
    CHECK(frame.message == std::string(4096, 'y'));
    frame = status("{" + std::string(10'000'000, ' ') + "exit code 5");
    CHECK(frame.what == kind::exit);
    CHECK(status(std::string(1'000'000, '[')).what == kind::failure);
    CHECK(status("{\"a\":" + std::string(100'000, '[')).what == kind::failure);
}

TEST_CASE("exec_frame: channel 4 as some clients read it") {
    auto expect = [](const std::string& payload, int code) {
        CAPTURE(payload);
        const auto frame = client(on(4, payload));
        CHECK(frame.what == kind::exit);
        CHECK(frame.code == code);
    };
    expect("0", 0);
    expect(" 3\n", 3);
    expect(R"({"code":5})", 5);
    expect(R"({"exitCode":"6"})", 6);
    expect(R"({"status":7})", 7);
    expect(R"({"code":"x","exitCode":8})", 8);
    for (const char* other : {"", "x", "-1", "256", "3 4", "{}", "[1]", R"({"code":-1})",
                              R"({"code":256})", R"({"status":"Success"})", R"({"Width":1})"}) {
        CAPTURE(other);
        exec_client_decoder decoder("");
        CHECK(decode(decoder, false, on(4, other)).what == kind::none);
        CHECK(decoder.anomalies() == 1);
    }
}

TEST_CASE("exec_frame: any bytes are acceptable") {
    std::mt19937 random(3);
    const std::string seeds[] = {status_json(3),      failure_json("x"), status_text("a", 2),
                                 encode_resize(1, 2), "1aGVsbG8=",       "\xff\x01"};
    auto all = plain;
    all.insert(all.end(), encoded.begin(), encoded.end());
    for (const auto& subprotocol : all) {
        exec_client_decoder decoder(subprotocol);
        exec_server_decoder server(subprotocol);
        for (int round = 0; round < 4000; ++round) {
            std::string message = on(int(random() % 7), seeds[random() % std::size(seeds)]);
            if (subprotocol.find("base64") != std::string::npos && random() % 2)
                message = std::to_string(random() % 6) +
                          ecisbx::core::base64_encode(seeds[random() % std::size(seeds)]);
            for (auto n = random() % 4; n > 0; --n)
                message[random() % message.size()] = static_cast<char>(random() % 256);
            message.resize(random() % (message.size() + 1));
            const auto frame = decode(decoder, random() % 2, message);
            if (frame.what == kind::exit) REQUIRE((frame.code >= 0 && frame.code <= 255));
            if (frame.what == kind::out || frame.what == kind::err) REQUIRE(!frame.bytes.empty());
            if (frame.what == kind::failure) REQUIRE(ecisbx::core::is_valid_utf8(frame.message));
            const auto got = decode(server, random() % 2, message);
            REQUIRE(got.what != kind::out);
            REQUIRE(got.what != kind::exit);
        }
    }
}
