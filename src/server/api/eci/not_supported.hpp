// Tells what of a group's request has no effect here.
#ifndef ECISBX_SERVER_API_ECI_NOT_SUPPORTED_HPP
#define ECISBX_SERVER_API_ECI_NOT_SUPPORTED_HPP

#include "server/api/eci/service.hpp"

namespace ecisbx::server::api::eci {

/// Adds an event `NotSupportedHere`, so that nobody waits for what the local server takes but does
/// not do. `spec`: the group's, or what it is being updated to, of the request `in`.
void announce_not_supported(service& s, const store::group& g, const store::group_spec& spec,
                            const proto::flat_view& in);

}  // namespace ecisbx::server::api::eci

#endif
