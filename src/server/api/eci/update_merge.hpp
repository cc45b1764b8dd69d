// What a group's request becomes when an update changes it.
#ifndef ECISBX_SERVER_API_ECI_UPDATE_MERGE_HPP
#define ECISBX_SERVER_API_ECI_UPDATE_MERGE_HPP

#include "proto/name_value.hpp"

#include <string>

namespace ecisbx::server::api::eci {

/// Parameters of a request as one text, and back. Left out: tags, credentials of registries, and
/// what belongs to the call and not to the group.
std::string keep_request(const proto::parameter_list& parameters);
proto::parameter_list kept_request(const std::string& text);

/// `before` with what an UpdateContainerGroup may change, from `change`. A list or struct that
/// `change` has takes the place of the old one; `incremental`: containers and volumes are found by
/// their names, variables by theirs, and only what an element has is changed.
proto::parameter_list merge_update(const proto::parameter_list& before,
                                   const proto::parameter_list& change, bool incremental);

}  // namespace ecisbx::server::api::eci

#endif
