// ExecContainerCommand with Sync: runs a command to its end inside the call.
#ifndef ECISBX_SERVER_API_ECI_SYNC_EXEC_HPP
#define ECISBX_SERVER_API_ECI_SYNC_EXEC_HPP

#include "server/api/eci/service.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace ecisbx::server::api::eci {

/// stdout and stderr, merged as they came, as well-formed UTF-8. A command that could not be
/// started gives what the kubelet would say about it. One that takes longer than
/// `sync_exec_limit` is killed and refused with 408.
boost::asio::awaitable<std::string> run_sync_exec(service_ptr s, store::ticket t);

/// What is started for an exec.
runtime::process_spec process_for(const store::ticket& t);

/// What a container runtime says about a process that could not be started.
std::string start_failure_text(const store::ticket& t, const std::exception& why);

}  // namespace ecisbx::server::api::eci

#endif
