#include "core/cksum.hpp"

#include <array>

namespace ecisbx::core {
namespace {

constexpr std::uint32_t polynomial = 0x04C11DB7;

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i << 24;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc << 1) ^ ((crc & 0x80000000u) != 0 ? polynomial : 0);
        table[i] = crc;
    }
    return table;
}

constexpr auto table = make_table();

std::uint32_t step(std::uint32_t crc, unsigned char byte) {
    return (crc << 8) ^ table[(crc >> 24) ^ byte];
}

}  // namespace

void cksum::update(std::string_view bytes) noexcept {
    for (char c : bytes) crc_ = step(crc_, static_cast<unsigned char>(c));
    size_ += bytes.size();
}

std::uint32_t cksum::value() const noexcept {
    std::uint32_t crc = crc_;
    for (std::uint64_t left = size_; left != 0; left >>= 8)
        crc = step(crc, static_cast<unsigned char>(left & 0xFF));
    return ~crc;
}

}  // namespace ecisbx::core
