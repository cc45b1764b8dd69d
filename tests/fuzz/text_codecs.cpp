// The small codecs that everything else rests on: base64, hexadecimal, percent, UTF-8 in pieces,
// dates, and lines of logs and metrics that no value can break out of.
#include "fuzz/fuzz.hpp"

#include "core/ascii.hpp"
#include "core/base64.hpp"
#include "core/hex.hpp"
#include "core/log_line.hpp"
#include "core/percent.hpp"
#include "core/sha256.hpp"
#include "core/time.hpp"
#include "core/utf8.hpp"
#include "net/http_text.hpp"
#include "proto/log_lines.hpp"

#include <string>

using namespace ecisbx;
using fuzz::check;

namespace {

void binary(fuzz::input in) {
    const std::string text(in.rest());
    check(core::base64_decode(core::base64_encode(text)) == text);
    check(core::hex_decode(core::hex_encode(text)) == text);
    check(core::percent_decode(core::percent_encode(text)) == text);
    check(core::form_decode(core::percent_encode(text)) == text);
    // Strict: every byte string has exactly one encoding.
    if (const auto bytes = core::base64_decode(text)) check(core::base64_encode(*bytes) == text);
    if (const auto bytes = core::hex_decode(text))
        check(core::hex_encode(*bytes) == core::ascii_lower(text));
    if (const auto bytes = core::percent_decode(text)) check(bytes->size() <= text.size());
    if (const auto bytes = core::form_decode(text)) check(bytes->size() <= text.size());
}

void utf8(fuzz::input in) {
    const auto seed = in.word();
    const auto bytes = in.rest();
    const auto whole = core::to_valid_utf8(bytes);
    check(core::is_valid_utf8(whole) && whole.size() <= 3 * bytes.size());
    if (core::is_valid_utf8(bytes)) check(whole == bytes);
    core::utf8_decoder decoder;
    std::string pieces;
    std::size_t fed = 0;
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) {
        fed += piece.size();
        pieces += decoder.feed(piece);
        check(core::is_valid_utf8(pieces));
    });
    check(fed == bytes.size());
    pieces += decoder.finish();
    check(pieces == whole);
    check(decoder.feed("a") == "a");  // ready for a new stream
}

void hashes(fuzz::input in) {
    const auto seed = in.word();
    const auto bytes = in.rest();
    core::sha256_stream stream;
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) { stream.update(piece); });
    check(stream.hex() == core::sha256_hex(bytes));
    check(core::constant_time_equal(bytes, std::string(bytes)));
}

void dates(fuzz::input in) {
    const std::string text(in.rest());
    if (const auto at = core::parse_rfc3339(text)) check(core::format_rfc3339(*at) == text);
    if (const auto at = core::parse_http_date(text)) {
        const auto again = core::format_http_date(*at);
        check(core::parse_http_date(again) == at);
        check(again == text || text.find(":60") != text.npos);
    }
    proto::parse_log_time(text);
}

/// The value of a quoted or bare logfmt pair; what reads the lines of a log does the same.
std::string read_value(std::string_view text, std::size_t& at) {
    std::string value;
    if (at < text.size() && text[at] == '"') {
        for (++at; at < text.size() && text[at] != '"'; ++at) {
            if (text[at] == '\\') value += text[at++];
            check(at < text.size());
            value += text[at];
        }
        check(at < text.size());
        ++at;
        return value;
    }
    while (at < text.size() && text[at] != ' ') value += text[at++];
    return value;
}

void log_lines(fuzz::input in) {
    const std::string first(in.bytes(in.byte())), second(in.rest());
    core::log_line line("event");
    line.add("first", std::string_view(first)).add("second", std::string_view(second));
    const auto& text = line.text();
    for (char c : text) check(!core::is_ascii_control(c) && static_cast<unsigned char>(c) < 0x80);
    std::size_t at = text.find(" first=");
    check(at == std::string("event=event").size());
    at += 7;
    read_value(text, at);
    check(std::string_view(text).substr(at, 8) == " second=");
    at += 8;
    read_value(text, at);
    check(at == text.size());
}

void grammar(fuzz::input in) {
    const std::string item(in.line()), list(in.rest());
    net::is_token(list);
    net::is_field_value(list);
    net::is_target(list);
    if (net::is_token(item)) {
        check(net::list_has(item, item));
        check(net::list_has("a , " + core::ascii_lower(item) + ",b", item));
    }
    if (net::list_has(list, item))
        check(core::ascii_lower(list).find(core::ascii_lower(item)) != std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(6)) {
        case 0: binary(in); break;
        case 1: utf8(in); break;
        case 2: hashes(in); break;
        case 3: dates(in); break;
        case 4: log_lines(in); break;
        default: grammar(in); break;
    }
    return 0;
}
