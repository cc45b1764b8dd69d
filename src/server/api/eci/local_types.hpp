// Instance types of the local server: one for each size, `eci.local-<vCPU>c<GiB>g`.
#ifndef ECISBX_SERVER_API_ECI_LOCAL_TYPES_HPP
#define ECISBX_SERVER_API_ECI_LOCAL_TYPES_HPP

#include "server/api/eci/sizes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::server::api::eci {

inline constexpr std::string_view local_family = "eci.local";

std::string local_type(size of);
std::optional<size> size_of_local_type(std::string_view name);

}  // namespace ecisbx::server::api::eci

#endif
