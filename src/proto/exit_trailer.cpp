#include "proto/exit_trailer.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace ecisbx::proto {
namespace {

constexpr char fence = '\x1e';
constexpr char ready_letter = 'r';
using core::is_digit;

}  // namespace

exit_trailer::exit_trailer(std::string nonce) : mark_(fence + std::move(nonce) + ':') {}

/// Looks at text that starts with a fence, and takes note of a trailer that it starts with.
exit_trailer::look exit_trailer::match(std::string_view text) {
    const auto common = std::min(text.size(), mark_.size());
    const auto differs =
        std::mismatch(text.begin(), text.begin() + std::ptrdiff_t(common), mark_.begin());
    if (differs.second != mark_.begin() + std::ptrdiff_t(common))
        return {verdict::none, std::size_t(differs.first - text.begin())};
    if (text.size() == common) return {verdict::perhaps, common};
    auto end = common;
    int value = 0;
    while (end < text.size() && end < common + 3 && is_digit(text[end]))
        value = value * 10 + (text[end++] - '0');
    const bool ready = end == common && text[end] == ready_letter;
    if (ready) ++end;
    // Whatever follows: no trailer can stand within what is none.
    if (value > 255) return {verdict::none, 0};
    if (end == text.size()) return {verdict::perhaps, end};
    if (end == common || text[end] != fence) return {verdict::none, end};
    if (ready) {
        ready_ = true;
    } else {
        status_ = value;
        ++trailers_;
    }
    return {verdict::trailer, end + 1};
}

void exit_trailer::feed(std::string_view bytes, std::string& out) {
    // What was held is at most two trailers long, so the copy is small against what follows it.
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
        auto seen = match(bytes);
        const auto at = seen.length;
        // On a wire that merges the streams one's trailer may stand within the other's.
        if (seen.what == verdict::none && at > 0 && at < bytes.size() && bytes[at] == fence) {
            const auto inner = match(bytes.substr(at));
            if (inner.what == verdict::trailer) {
                joined = std::string(bytes.substr(0, at)).append(bytes.substr(at + inner.length));
                bytes = joined;
                continue;
            }
            seen.what = inner.what;
        }
        if (seen.what == verdict::perhaps) {
            held_ = bytes;
            return;
        }
        if (seen.what == verdict::none) out += fence;
        bytes.remove_prefix(seen.what == verdict::none ? 1 : seen.length);
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
