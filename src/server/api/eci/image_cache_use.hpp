// Image caches that a new group names.
#ifndef ECISBX_SERVER_API_ECI_IMAGE_CACHE_USE_HPP
#define ECISBX_SERVER_API_ECI_IMAGE_CACHE_USE_HPP

#include "server/api/eci/service.hpp"

namespace ecisbx::server::api::eci {

/// Refuses an ImageSnapshotId that is no image cache (404) or not ready (400). The cache, or with
/// AutoMatchImageCache one that has all of the group's images, was matched now. The group's
/// processes do not change by it: no image is used here.
void use_image_cache(service& s, const proto::flat_view& in, const store::group_spec& spec);

}  // namespace ecisbx::server::api::eci

#endif
