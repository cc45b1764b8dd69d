// What the fuzz targets share: values out of the fuzzer's bytes, and checks that end the program,
// which is how the fuzzer is told. Targets check what must hold, not only that nothing crashes.
#ifndef ECISBX_TESTS_FUZZ_FUZZ_HPP
#define ECISBX_TESTS_FUZZ_FUZZ_HPP

#include <ecisbx/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <source_location>
#include <string>
#include <string_view>

namespace ecisbx::fuzz {

[[noreturn]] inline void fail(const char* what, const std::source_location& where) {
    std::fprintf(stderr, "%s:%u: %s\n", where.file_name(), where.line(), what);
    std::abort();
}

inline void check(bool holds, std::source_location where = std::source_location::current()) {
    if (!holds) fail("what must hold does not", where);
}

/// The fuzzer's bytes, taken from the front; zeros when they are used up.
class input {
public:
    input(const std::uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const char*>(data), size) {}

    bool empty() const { return rest_.empty(); }
    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    bool flag() { return (byte() & 1) != 0; }
    /// 0 to `bound` - 1, at most 256 values.
    std::size_t below(std::size_t bound) { return byte() % bound; }
    std::uint32_t word() {
        std::uint32_t value = 0;
        for (int i = 0; i < 4; ++i) value = value << 8 | byte();
        return value;
    }
    std::string_view bytes(std::size_t count) {
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(taken.size());
        return taken;
    }
    /// Up to the next line feed, which goes too; or all that is left.
    std::string_view line() {
        const auto end = std::min(rest_.find('\n'), rest_.size());
        const auto taken = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return taken;
    }
    /// All that is left.
    std::string_view rest() { return bytes(rest_.size()); }

private:
    std::string_view rest_;
};

/// Feeds `bytes` in pieces whose lengths follow from `seed`; mostly short ones. Each piece is an
/// allocation of its own, so that a sanitizer sees one byte read too far.
template <class Feed>
void in_pieces(std::string_view bytes, std::uint32_t seed, Feed feed) {
    while (!bytes.empty()) {
        seed = seed * 1664525 + 1013904223;
        const auto range = (seed >> 24) % 4 == 0 ? 300u : 5u;
        const auto size = std::min<std::size_t>(1 + (seed >> 8) % range, bytes.size());
        const std::string piece(bytes.substr(0, size));
        feed(std::string_view(piece));
        bytes.remove_prefix(size);
    }
}

/// Runs `act`. False when it refused with an `ecisbx::error` of one of these conditions and a
/// message; nothing else may be thrown.
template <class Act>
bool accepted(std::initializer_list<errc> conditions, Act act,
              std::source_location where = std::source_location::current()) {
    try {
        act();
        return true;
    } catch (const error& e) {
        const bool known = std::any_of(conditions.begin(), conditions.end(),
                                       [&](errc one) { return e.code() == one; });
        if (!known || e.info().message.empty()) fail(e.what(), where);
        return false;
    } catch (const std::exception& e) {
        fail(e.what(), where);
    }
}

}  // namespace ecisbx::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

#endif
