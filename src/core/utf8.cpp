#include "core/utf8.hpp"

#include <cstddef>

namespace ecisbx::core {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// What stands at the start of some bytes: a whole character, the start of one that the end cuts,
/// or a maximal ill-formed part.
struct step {
    enum class kind { whole, cut, bad };
    kind what;
    std::size_t length;
};

/// How many bytes a lead byte announces, and what the second one may be (table 3-7).
struct lead {
    std::size_t length;
    unsigned char low = 0x80, high = 0xbf;
};

lead lead_of(unsigned char c) {
    if (c < 0x80) return {1};
    if (c < 0xc2) return {0};  // a continuation byte, or overlong
    if (c < 0xe0) return {2};
    if (c == 0xe0) return {3, 0xa0, 0xbf};  // else overlong
    if (c == 0xed) return {3, 0x80, 0x9f};  // else a surrogate
    if (c < 0xf0) return {3};
    if (c == 0xf0) return {4, 0x90, 0xbf};  // else overlong
    if (c < 0xf4) return {4};
    if (c == 0xf4) return {4, 0x80, 0x8f};  // else above U+10FFFF
    return {0};
}

step first_step(std::string_view bytes) {
    auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    auto start = lead_of(at(0));
    if (start.length == 0) return {step::kind::bad, 1};
    for (std::size_t i = 1; i < start.length; ++i) {
        if (i == bytes.size()) return {step::kind::cut, i};
        unsigned char low = i == 1 ? start.low : 0x80, high = i == 1 ? start.high : 0xbf;
        if (at(i) < low || at(i) > high) return {step::kind::bad, i};
    }
    return {step::kind::whole, start.length};
}

/// Length of the longest start of `bytes` that is well-formed.
std::size_t good_length(std::string_view bytes) {
    std::size_t i = 0;
    while (i < bytes.size()) {
        auto next = first_step(bytes.substr(i));
        if (next.what != step::kind::whole) break;
        i += next.length;
    }
    return i;
}

}  // namespace

bool is_valid_utf8(std::string_view bytes) noexcept {
    return good_length(bytes) == bytes.size();
}

std::string utf8_decoder::feed(std::string_view bytes) {
    std::string joined;
    if (!held_.empty()) {
        joined = std::move(held_);
        joined += bytes;
        bytes = joined;
        held_.clear();
    }
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        auto good = good_length(bytes);
        text += bytes.substr(0, good);
        bytes.remove_prefix(good);
        if (bytes.empty()) break;
        auto next = first_step(bytes);
        if (next.what == step::kind::cut) {
            held_ = bytes;
            break;
        }
        text += replacement;
        bytes.remove_prefix(next.length);
    }
    return text;
}

std::string utf8_decoder::finish() {
    bool cut = !held_.empty();
    held_.clear();
    return std::string(cut ? replacement : std::string_view());
}

std::string to_valid_utf8(std::string_view bytes) {
    utf8_decoder decoder;
    auto text = decoder.feed(bytes);
    return text += decoder.finish();
}

}  // namespace ecisbx::core
