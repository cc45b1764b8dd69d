// Random frames, random cuts, random damage: what comes out is what went in, or a violation.
#include "proto/ws_frame.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace ecisbx::proto;
using kind = ws_step::kind;

constexpr std::size_t max_message = 300;

struct wire {
    std::string bytes;
    std::vector<std::string> messages;
};

std::size_t below(std::mt19937& random, std::size_t bound) {
    return random() % bound;
}

wire make_wire(std::mt19937& random, bool masked) {
    wire made;
    auto put = [&](ws_opcode opcode, const std::string& payload, bool fin) {
        std::optional<std::uint32_t> key;
        if (masked) key = static_cast<std::uint32_t>(random());
        made.bytes += ws_encode_frame(opcode, payload, key, fin);
    };
    for (auto count = below(random, 4); count > 0; --count) {
        std::string whole;
        const auto fragments = below(random, 3);
        for (std::size_t i = 0; i <= fragments; ++i) {
            std::string part(below(random, 100), 'a');
            for (char& c : part) c = static_cast<char>(random());
            put(i == 0 ? ws_opcode::binary : ws_opcode::continuation, part, i == fragments);
            whole += part;
            if (below(random, 3) == 0) put(ws_opcode::ping, "p", true);
        }
        made.messages.push_back(whole);
    }
    return made;
}

// Decodes with the bytes coming in random pieces. What is unread lies at the very end of an
// allocation, so that a sanitizer sees one byte read too far.
std::vector<std::string> decode(std::mt19937& random, const wire& in, bool masked, bool& violated) {
    ws_decoder decoder(masked ? ws_role::server : ws_role::client, max_message);
    std::vector<std::string> messages;
    constexpr std::size_t room = 4096;
    const auto memory = std::make_unique<char[]>(room);
    std::string unread;
    std::size_t given = 0;
    for (;;) {
        REQUIRE(unread.size() <= room);
        char* exact = memory.get() + room - unread.size();
        std::memcpy(exact, unread.data(), unread.size());
        const ws_step step = decoder.next({exact, unread.size()});
        if (step.what == kind::message) messages.emplace_back(step.payload);
        if (step.what == kind::violation) violated = true;
        if (step.what == kind::violation || step.what == kind::close) return messages;
        REQUIRE(step.consumed <= unread.size());
        unread.erase(0, step.consumed);
        if (step.what != kind::more) continue;
        if (given == in.bytes.size()) return messages;
        const auto more = std::min(1 + below(random, 40), in.bytes.size() - given);
        unread += in.bytes.substr(given, more);
        given += more;
    }
}

}  // namespace

TEST_CASE("ws_frame: 20000 random streams in random pieces come out as they went in") {
    std::mt19937 random(20251121);
    for (int round = 0; round < 20000; ++round) {
        const bool masked = round % 2;
        const wire made = make_wire(random, masked);
        bool violated = false;
        const auto seen = decode(random, made, masked, violated);
        REQUIRE_FALSE(violated);
        REQUIRE(seen == made.messages);
    }
}

TEST_CASE("ws_frame: 80000 damaged streams neither crash nor exceed the limit") {
    std::mt19937 random(6455);
    int violations = 0;
    for (int round = 0; round < 80000; ++round) {
        const bool masked = round % 2;
        wire made = make_wire(random, masked);
        for (auto hits = below(random, 4); hits > 0 && !made.bytes.empty(); --hits)
            made.bytes[below(random, made.bytes.size())] = static_cast<char>(random());
        if (!made.bytes.empty() && below(random, 4) == 0)
            made.bytes.resize(below(random, made.bytes.size()));
        bool violated = false;
        for (const auto& message : decode(random, made, masked, violated))
            REQUIRE(message.size() <= max_message);
        violations += violated;
    }
    CHECK(violations > 1000);
}
