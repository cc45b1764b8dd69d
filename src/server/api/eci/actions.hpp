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
boost::json::object describe_regions(service& s, const call& c);
/// A coroutine because `Sync` waits for the command.
boost::asio::awaitable<boost::json::object> exec_container_command(service_ptr s, call_ptr c);

}  // namespace ecisbx::server::api::eci

#endif
