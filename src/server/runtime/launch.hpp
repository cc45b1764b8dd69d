// Starting one process in a world, from a warden: fork, join, exec, and how it went.
#ifndef ECISBX_SERVER_RUNTIME_LAUNCH_HPP
#define ECISBX_SERVER_RUNTIME_LAUNCH_HPP

#include "server/runtime/packet.hpp"
#include "server/runtime/world.hpp"

#include <string>
#include <vector>

namespace ecisbx::server::runtime {

/// Later ones win over earlier ones of the same name.
environment merged(const environment& a, const environment& b, const environment& c);
/// What execvp would try, in order.
std::vector<std::string> exec_candidates(const std::string& program, const environment& env);

struct launch_order {
    process_spec spec;  ///< with the whole environment and a folder of the world
    std::vector<std::string> candidates;
    std::vector<unique_fd> stdio;  ///< stdin (if open_stdin), stdout, stderr; none for a terminal
};

/// What a warden sees of a launch. The socket gives packets of the new process (its pid is the
/// sender): `started`, with the terminal, and `start_failed`; its end means that exec succeeded.
struct launch_result {
    unique_fd socket;
    int error = 0;  ///< of fork
};
launch_result launch(const world& where, const launch_order& order);

}  // namespace ecisbx::server::runtime

#endif
