// Fields of a tar header block, for the writer and the reader.
#ifndef ECISBX_PROTO_TAR_HEADER_HPP
#define ECISBX_PROTO_TAR_HEADER_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ecisbx::proto::tar {

inline constexpr std::size_t block = 512;

struct field {
    std::size_t at, size;
};
inline constexpr field name{0, 100}, mode{100, 8}, uid{108, 8}, gid{116, 8}, size{124, 12},
    mtime{136, 12}, sum{148, 8}, type{156, 1}, link{157, 100}, magic{257, 8}, prefix{345, 155};

/// Sum of all bytes of a header block, its own field taken as spaces.
inline std::uint64_t header_sum(std::string_view header) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < header.size(); ++i) {
        bool own = i >= sum.at && i < sum.at + sum.size;
        total += own ? ' ' : static_cast<unsigned char>(header[i]);
    }
    return total;
}

}  // namespace ecisbx::proto::tar

#endif
