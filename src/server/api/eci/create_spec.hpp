// Reads what CreateContainerGroup asks for, and refuses what breaks a rule.
#ifndef ECISBX_SERVER_API_ECI_CREATE_SPEC_HPP
#define ECISBX_SERVER_API_ECI_CREATE_SPEC_HPP

#include "proto/unflatten.hpp"
#include "server/store/group.hpp"

#include <string>
#include <utility>
#include <vector>

namespace ecisbx::server::api::eci {

/// `zone`: for a request that names none. Throws `proto::api_refusal`.
store::group_spec read_group_spec(const proto::flat_view& in, const std::string& zone);

/// Volume.N.
std::vector<store::volume> read_volumes(const proto::flat_view& in);
/// Container.N.VolumeMount.N.
std::vector<store::mount> read_mounts(const proto::flat_view& in);
/// What is taken, and checked, and without effect here.
void check_group_parameters(const proto::flat_view& in);
void check_container_parameters(const proto::flat_view& in, bool init);

/// One `Container.N` or `InitContainer.N`.
store::container_spec read_container_spec(const proto::flat_view& in, bool init);

using tag_list = std::vector<std::pair<std::string, std::string>>;
/// Tag.N of a create or update request, with the rules for new tags.
tag_list read_tags(const proto::flat_view& in, std::size_t longest_key = 64);
/// `changed` added to `tags`, or in place of the same key. Refuses more than 20 in all.
tag_list merged_tags(tag_list tags, const tag_list& changed);

/// Parts that are only shown again, in the form of the answer.
boost::json::object echo_of_group(const proto::flat_view& in);
boost::json::object echo_of_container(const proto::flat_view& in, bool init);

}  // namespace ecisbx::server::api::eci

#endif
