// The CRC that POSIX `cksum` prints.
#ifndef ECISBX_CORE_CKSUM_HPP
#define ECISBX_CORE_CKSUM_HPP

#include <cstdint>
#include <string_view>

namespace ecisbx::core {

class cksum {
public:
    void update(std::string_view bytes) noexcept;
    /// Of all bytes so far; more may follow.
    std::uint32_t value() const noexcept;

private:
    std::uint32_t crc_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace ecisbx::core

#endif
