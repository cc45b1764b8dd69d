#include "core/log_line.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace ecisbx;
using core::log_line;
using pairs = std::vector<std::pair<std::string, std::string>>;

int digit(char c) {
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/// A strict reader of what `log_line` writes; nothing for anything else.
std::optional<pairs> parse(const std::string& line) {
    pairs all;
    std::size_t at = 0;
    while (at < line.size()) {
        auto equals = line.find('=', at);
        if (equals == line.npos) return std::nullopt;
        std::string value, key = line.substr(at, equals - at);
        at = equals + 1;
        bool quoted = at < line.size() && line[at] == '"';
        if (quoted) ++at;
        while (at < line.size() && line[at] != (quoted ? '"' : ' ')) {
            if (line[at] < ' ' || line[at] > '~') return std::nullopt;
            if (line[at] != '\\') {
                value += line[at++];
                continue;
            }
            if (!quoted || at + 1 >= line.size()) return std::nullopt;
            if (line[at + 1] == 'x') {
                value += static_cast<char>(digit(line.at(at + 2)) * 16 + digit(line.at(at + 3)));
                at += 4;
            } else {
                value += line[at + 1];
                at += 2;
            }
        }
        if (quoted && (at >= line.size() || line[at++] != '"')) return std::nullopt;
        all.emplace_back(std::move(key), std::move(value));
        if (at < line.size() && line[at++] != ' ') return std::nullopt;
    }
    return all;
}

TEST_CASE("log_line: what it looks like") {
    log_line line("api_call");
    line.add("action", "ListUsage").add("attempts", 2u).add("tls", true).add("code", -1);
    line.add("ms", std::chrono::microseconds(41250)).add_if("request", "").add("empty", "");
    CHECK(line.text() ==
          "event=api_call action=ListUsage attempts=2 tls=true code=-1 ms=41.250 empty=\"\"");
}

TEST_CASE("log_line: times") {
    auto text = [](long long micros) {
        return log_line("e").add("ms", std::chrono::microseconds(micros)).text().substr(11);
    };
    CHECK(text(0) == "0.000");
    CHECK(text(7) == "0.007");
    CHECK(text(999) == "0.999");
    CHECK(text(60'000'001) == "60000.001");
    CHECK(text(-5) == "0.000");
}

TEST_CASE("log_line: no value makes a second pair or a second line") {
    std::string every;
    for (int c = 0; c < 256; ++c) every += static_cast<char>(c);
    for (const std::string& hostile :
         {std::string("x\nevent=api_call outcome=ok"), std::string("a b=c"), std::string("\""),
          std::string("\" forged=\"yes"), std::string("\\"), std::string("\\\" b=\""),
          std::string("\r\n"), std::string("\0nul", 4), std::string("\x1b[31m"), every,
          std::string("caf\xc3\xa9"), std::string("\xe2\x80\xa8"), std::string("\x7f")}) {
        auto line = log_line("e").add("first", hostile).add("last", "end").text();
        CAPTURE(line);
        CHECK(line.find('\n') == line.npos);
        auto read = parse(line);
        REQUIRE(read);
        CHECK(*read == pairs{{"event", "e"}, {"first", hostile}, {"last", "end"}});
    }
}

}  // namespace
