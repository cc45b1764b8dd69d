// Runs a local program to its end and keeps what it prints.
#ifndef ECISBX_NET_CHILD_PROCESS_HPP
#define ECISBX_NET_CHILD_PROCESS_HPP

#include "core/deadline.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::net {

struct child_output {
    std::string out;
    /// As a shell has it: the exit status, or 128 and the signal. Nothing when this process
    /// ignores SIGCHLD, for then the system keeps none.
    std::optional<int> status;
};

/// `argv` as it is, without a shell; the program is looked for in PATH. It gets this process's
/// environment, no input, no other descriptors, a process group of its own, and its error output
/// goes to /dev/null. What it left in the background may hold its output open: that is not waited
/// for. However this ends, the whole group has been killed and the program been reaped.
/// Throws `invalid_argument` (empty), `not_found` (can not be started; the message names no
/// argument), `too_large` (more than `longest` bytes), `timeout`, `canceled`, `unsupported` (no
/// pidfd on this system).
boost::asio::awaitable<child_output> run_child(std::vector<std::string> argv, std::size_t longest,
                                               core::deadline until);

}  // namespace ecisbx::net

#endif
