// The actions of the face, one file each. They return the answer without its RequestId, or throw
// `proto::api_refusal`.
#ifndef ECISBX_SERVER_API_ECI_ACTIONS_HPP
#define ECISBX_SERVER_API_ECI_ACTIONS_HPP

#include "server/api/eci/service.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

namespace ecisbx::server::api::eci {

boost::json::object create_container_group(service& s, const call& c);
boost::json::object describe_container_groups(service& s, const call& c);
boost::json::object describe_container_group_status(service& s, const call& c);
boost::json::object delete_container_group(service& s, const call& c);
boost::json::object restart_container_group(service& s, const call& c);
boost::json::object update_container_group(service& s, const call& c);
boost::json::object describe_regions(service& s, const call& c);
boost::json::object describe_container_log(service& s, const call& c);
boost::json::object describe_container_group_events(service& s, const call& c);
boost::json::object describe_container_group_metric(service& s, const call& c);
boost::json::object describe_multi_container_group_metric(service& s, const call& c);
boost::json::object describe_container_group_price(service& s, const call& c);
boost::json::object describe_available_resource(service& s, const call& c);
boost::json::object list_usage(service& s, const call& c);
boost::json::object create_image_cache(service& s, const call& c);
boost::json::object update_image_cache(service& s, const call& c);
boost::json::object delete_image_cache(service& s, const call& c);
boost::json::object describe_image_caches(service& s, const call& c);
boost::json::object create_data_cache(service& s, const call& c);
boost::json::object update_data_cache(service& s, const call& c);
boost::json::object delete_data_cache(service& s, const call& c);
boost::json::object copy_data_cache(service& s, const call& c);
boost::json::object describe_data_caches(service& s, const call& c);
boost::json::object commit_container(service& s, const call& c);
boost::json::object describe_commit_container_task(service& s, const call& c);
boost::json::object resize_container_group_volume(service& s, const call& c);
boost::json::object create_instance_ops_task(service& s, const call& c);
boost::json::object describe_instance_ops_records(service& s, const call& c);
boost::json::object tag_resources(service& s, const call& c);
boost::json::object untag_resources(service& s, const call& c);
boost::json::object list_tag_resources(service& s, const call& c);
boost::json::object create_virtual_node(service& s, const call& c);
boost::json::object update_virtual_node(service& s, const call& c);
boost::json::object delete_virtual_node(service& s, const call& c);
boost::json::object describe_virtual_nodes(service& s, const call& c);
/// A coroutine because `Sync` waits for the command.
boost::asio::awaitable<boost::json::object> exec_container_command(service_ptr s, call_ptr c);

}  // namespace ecisbx::server::api::eci

#endif
