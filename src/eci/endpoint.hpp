// Which host serves a region, and whether it may be called as it is configured.
#ifndef ECISBX_ECI_ENDPOINT_HPP
#define ECISBX_ECI_ENDPOINT_HPP

#include <ecisbx/eci/config.hpp>

#include "net/dial.hpp"

#include <string>

namespace ecisbx::eci {

/// The endpoint of a region: the public one, or that inside the vendor's network.
std::string default_endpoint(const std::string& region, bool vpc = false);

/// The origin to call. Throws `invalid_argument` for a bad endpoint or region, and for plain http
/// to a host that is not loopback unless that is allowed.
net::origin endpoint_of(const config& settings);

/// Everything else that can be told wrong without I/O: `unauthenticated` without a key and any
/// other source of one, `invalid_argument` for a source that is empty and for a limit of 0.
void check_settings(const config& settings);

}  // namespace ecisbx::eci

#endif
