// Where a data cache is: Bucket and Path of a request.
#ifndef ECISBX_SERVER_API_ECI_DATA_CACHE_NAMES_HPP
#define ECISBX_SERVER_API_ECI_DATA_CACHE_NAMES_HPP

#include "proto/unflatten.hpp"

#include <optional>
#include <string>

namespace ecisbx::server::api::eci {

/// `default` when absent; the service's own `eci-system` is refused.
std::string data_bucket(const proto::flat_view& in);
/// An absolute path without `.` and `..`; nothing when absent.
std::optional<std::string> data_path(const proto::flat_view& in);

}  // namespace ecisbx::server::api::eci

#endif
