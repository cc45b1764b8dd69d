// The sizes of vCPU and memory that the service sells.
#ifndef ECISBX_SERVER_API_ECI_SIZES_HPP
#define ECISBX_SERVER_API_ECI_SIZES_HPP

#include <optional>
#include <span>

namespace ecisbx::server::api::eci {

struct size {
    double cpu = 0;
    double memory = 0;  ///< GiB
    friend bool operator==(const size&, const size&) = default;
};

/// In the order of price.
std::span<const size> all_sizes();

/// The smallest size with at least this much of both; nothing when none is large enough.
std::optional<size> round_up(size wanted);

}  // namespace ecisbx::server::api::eci

#endif
