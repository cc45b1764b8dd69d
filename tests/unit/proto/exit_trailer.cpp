#include "proto/exit_trailer.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using ecisbx::proto::exit_trailer;
using ecisbx::proto::exit_trailer_text;
using ecisbx::proto::ready_mark_text;

namespace {

const std::string nonce = "0123456789abcdef0123456789abcdef";

struct seen {
    std::string out;
    std::optional<int> status;
    unsigned trailers = 0;
    bool ready = false;
    bool operator==(const seen&) const = default;
};

seen run(const std::vector<std::string>& pieces) {
    exit_trailer filter(nonce);
    seen result;
    for (const auto& piece : pieces) filter.feed(piece, result.out);
    filter.finish(result.out);
    result.status = filter.status();
    result.trailers = filter.trailers();
    result.ready = filter.ready_seen();
    return result;
}

/// The same result however the text is cut in two or three, or byte by byte.
seen run_cut(const std::string& text) {
    const auto whole = run({text});
    std::vector<std::string> bytes;
    for (char c : text) bytes.emplace_back(1, c);
    REQUIRE(run(bytes) == whole);
    for (std::size_t i = 0; i <= text.size(); ++i) {
        CAPTURE(i);
        REQUIRE(run({text.substr(0, i), text.substr(i)}) == whole);
        for (std::size_t j = i; j <= text.size(); j += 7)
            REQUIRE(run({text.substr(0, i), text.substr(i, j - i), text.substr(j)}) == whole);
    }
    return whole;
}

}  // namespace

TEST_CASE("exit_trailer: its text") {
    CHECK(exit_trailer_text("ab", 7) ==
          "\x1e"
          "ab:7\x1e");
    CHECK(ready_mark_text("ab") ==
          "\x1e"
          "ab:r\x1e");
}

TEST_CASE("exit_trailer: every status, cut everywhere") {
    for (int status = 0; status <= 255; ++status) {
        const auto got = run({"out\n" + exit_trailer_text(nonce, status)});
        CAPTURE(status);
        REQUIRE(got == seen{"out\n", status, 1, false});
    }
    CHECK(run_cut("hello" + exit_trailer_text(nonce, 137)) == seen{"hello", 137, 1, false});
    CHECK(run_cut(exit_trailer_text(nonce, 0)) == seen{"", 0, 1, false});
}

TEST_CASE("exit_trailer: bytes after it are output") {
    CHECK(run_cut("a" + exit_trailer_text(nonce, 3) + "late\n") == seen{"alate\n", 3, 1, false});
}

TEST_CASE("exit_trailer: several, the last one counts") {
    const auto text = exit_trailer_text(nonce, 1) + "x" + exit_trailer_text(nonce, 2) +
                      exit_trailer_text(nonce, 42);
    CHECK(run_cut(text) == seen{"x", 42, 3, false});
}

TEST_CASE("exit_trailer: ready mark") {
    CHECK(run_cut("~" + ready_mark_text(nonce) + "$ ") == seen{"~$ ", std::nullopt, 0, true});
    CHECK(run_cut(ready_mark_text(nonce) + exit_trailer_text(nonce, 5)) == seen{"", 5, 1, true});
}

TEST_CASE("exit_trailer: what only looks like one is output") {
    const std::string f = "\x1e";
    for (const std::string& text : {
             f,
             f + f,
             f + nonce,
             f + nonce + ":",
             f + nonce + ":1",
             f + nonce + ":12",
             f + nonce + ":123",
             f + nonce + ":256" + f,
             f + nonce + ":999",
             f + nonce + ":" + f,
             f + nonce + ":1234" + f,
             f + nonce + ":-1" + f,
             f + nonce + ":1r" + f,
             f + nonce + ":r",
             f + nonce + ":rr" + f,
             f + nonce + ":r1" + f,
             f + nonce + ":7\n",
             f + nonce + " :7" + f,
             nonce + ":7" + f,
             f + "1" + nonce.substr(1) + ":7" + f,
             f + nonce.substr(0, 31) + ":7" + f,
             f + nonce + ":7" + std::string(1, '\0') + f,
         }) {
        CAPTURE(text);
        CHECK(run_cut(text) == seen{text, std::nullopt, 0, false});
        CHECK(run_cut(text + "tail") == seen{text + "tail", std::nullopt, 0, false});
    }
}

TEST_CASE("exit_trailer: a false start runs into a true one") {
    const std::string f = "\x1e";
    const auto real = exit_trailer_text(nonce, 9);
    for (std::size_t cut = 1; cut < real.size() - 1; ++cut) {
        CAPTURE(cut);
        CHECK(run_cut(real.substr(0, cut) + real) == seen{real.substr(0, cut), 9, 1, false});
    }
    // One fence can not end one trailer and begin the next.
    CHECK(run_cut(real + nonce + ":8" + f) == seen{nonce + ":8" + f, 9, 1, false});
    CHECK(run_cut(f + nonce + ":256" + real) == seen{f + nonce + ":256", 9, 1, false});
}

TEST_CASE("exit_trailer: one within another, as merged streams may have them") {
    const auto outer = exit_trailer_text(nonce, 17), inner = exit_trailer_text(nonce, 17);
    // Torn within its digits it is taken for a shorter one: there is only one trailer then.
    for (std::size_t at = 1; at < outer.find('1', nonce.size() + 1) + 1; ++at) {
        CAPTURE(at);
        const auto got = run_cut("before" + outer.substr(0, at) + inner + outer.substr(at) + "x");
        CHECK(got.out == "beforex");
        CHECK(got.status == 17);
        CHECK(got.trailers == 2);
    }
    // Where other bytes are between there is one trailer, and every byte of the rest is output.
    const auto torn = outer.substr(0, 5) + "x" + inner + outer.substr(5);
    const auto got = run_cut(torn);
    CHECK(got.out == outer.substr(0, 5) + "x" + outer.substr(5));
    CHECK(got.trailers == 1);
}

TEST_CASE("exit_trailer: what can not become a trailer is not held back") {
    exit_trailer filter(nonce);
    std::string out;
    filter.feed("prompt$ ", out);
    CHECK(out == "prompt$ ");
    filter.feed("\x1e", out);
    CHECK(out == "prompt$ ");
    filter.feed("x", out);
    CHECK(out == "prompt$ \x1ex");
    filter.feed("\x1e" + nonce + ":300", out);
    CHECK(out == "prompt$ \x1ex\x1e" + nonce + ":300");
}

TEST_CASE("exit_trailer: nor is it, with what may become one behind it") {
    exit_trailer filter(nonce);
    std::string out;
    const auto mark = '\x1e' + nonce + ':';
    filter.feed(mark + "256" + mark, out);
    CHECK(out == mark + "256");
    filter.feed("7\x1e", out);
    CHECK(out == mark + "256");
    CHECK(filter.status() == 7);
}

TEST_CASE("exit_trailer: random streams against the whole text") {
    std::mt19937 random(20240607);
    const std::string f = "\x1e";
    const std::vector<std::string> parts = {f,
                                            nonce,
                                            ":",
                                            "1",
                                            "25",
                                            "r",
                                            "x",
                                            "\n",
                                            std::string(1, '\0'),
                                            "\xff\xfe",
                                            exit_trailer_text(nonce, 77),
                                            ready_mark_text(nonce),
                                            f + nonce + ":",
                                            f + nonce + ":2"};
    auto below = [&random](std::size_t n) { return random() % n; };
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (auto n = below(14); n > 0; --n) text += parts[below(parts.size())];
        std::vector<std::string> pieces;
        for (std::size_t at = 0; at < text.size();) {
            const auto length = 1 + below(20);
            pieces.push_back(text.substr(at, length));
            at += length;
        }
        REQUIRE(run(pieces) == run({text}));
    }
}
