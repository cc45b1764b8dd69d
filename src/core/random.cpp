#include "core/random.hpp"

#include "core/hex.hpp"

#include <ecisbx/error.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ecisbx::core {
namespace {

void fill(char* at, std::size_t count) {
    while (count != 0) {
        auto part = std::min<std::size_t>(count, INT_MAX);
        if (RAND_bytes(reinterpret_cast<unsigned char*>(at), static_cast<int>(part)) != 1)
            throw error(errc::unavailable, "the system gives no random bytes");
        at += part;
        count -= part;
    }
}

}  // namespace

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    fill(bytes.data(), count);
    return bytes;
}

std::string random_hex(std::size_t bytes) {
    return hex_encode(random_bytes(bytes));
}

std::string random_alnum(std::size_t count) {
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    constexpr std::size_t fair = 256 / alphabet.size() * alphabet.size();
    std::string text;
    text.reserve(count);
    while (text.size() < count) {
        for (char c : random_bytes(count - text.size())) {
            auto byte = static_cast<unsigned char>(c);
            // Bytes past the last whole multiple would favour the first letters.
            if (byte < fair) text += alphabet[byte % alphabet.size()];
        }
    }
    return text;
}

std::string uuid() {
    auto bytes = random_bytes(16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);  // version 4
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);  // the variant of RFC 4122
    auto text = hex_encode(bytes);
    for (std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
    return text;
}

std::string uuid_upper() {
    auto text = uuid();
    for (char& c : text)
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

random_source system_random() {
    return [] {
        std::uint64_t bits = 0;
        char bytes[sizeof bits];
        fill(bytes, sizeof bytes);
        std::memcpy(&bits, bytes, sizeof bits);
        return static_cast<double>(bits >> 11) * 0x1p-53;  // as many bits as a double holds
    };
}

}  // namespace ecisbx::core
