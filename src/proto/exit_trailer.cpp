#include "proto/exit_trailer.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::proto {
namespace {

constexpr char fence = '\x1e';
constexpr char ready_letter = 'r';
constexpr std::size_t no_match = 0;
constexpr std::size_t not_yet = std::string_view::npos;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

exit_trailer::exit_trailer(std::string nonce) : mark_(fence + std::move(nonce) + ':') {}

/// Length of the trailer that `text` starts with, and takes note of it; `no_match` or `not_yet`
/// when it is none, or may become one.
std::size_t exit_trailer::match(std::string_view text) {
    const auto common = std::min(text.size(), mark_.size());
    if (text.substr(0, common) != std::string_view(mark_).substr(0, common)) return no_match;
    if (text.size() == common) return not_yet;
    auto end = common;
    int value = 0;
    while (end < text.size() && end < common + 3 && is_digit(text[end]))
        value = value * 10 + (text[end++] - '0');
    const bool ready = end == common && text[end] == ready_letter;
    if (ready) ++end;
    if (end == text.size()) return value > 255 ? no_match : not_yet;
    if (end == common || text[end] != fence || value > 255) return no_match;
    if (ready) {
        ready_ = true;
    } else {
        status_ = value;
        ++trailers_;
    }
    return end + 1;
}

void exit_trailer::feed(std::string_view bytes, std::string& out) {
    // What was held is at most a trailer long, so the copy is small against what follows it.
    std::string joined;
    if (!held_.empty()) {
        joined = std::exchange(held_, {}).append(bytes);
        bytes = joined;
    }
    while (!bytes.empty()) {
        const auto plain = std::min(bytes.find(fence), bytes.size());
        out.append(bytes.substr(0, plain));
        bytes.remove_prefix(plain);
        if (bytes.empty()) return;
        const auto length = match(bytes);
        if (length == not_yet) {
            held_ = bytes;
            return;
        }
        if (length == no_match) out += fence;
        bytes.remove_prefix(length == no_match ? 1 : length);
    }
}

void exit_trailer::finish(std::string& out) {
    out.append(std::exchange(held_, {}));
}

std::string exit_trailer_text(std::string_view nonce, int status) {
    return fence + std::string(nonce) + ':' + std::to_string(status) + fence;
}

std::string ready_mark_text(std::string_view nonce) {
    return fence + std::string(nonce) + ':' + ready_letter + fence;
}

}  // namespace ecisbx::proto
