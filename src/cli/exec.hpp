// Running one command with this process's own stdin, stdout and stderr.
#ifndef ECISBX_CLI_EXEC_HPP
#define ECISBX_CLI_EXEC_HPP

#include <ecisbx/process.hpp>

#include <CLI/App.hpp>

#include <string>
#include <vector>

namespace ecisbx::cli {

/// The options that exec, bash and run share.
struct exec_arguments {
    bool interactive = false, tty = false;
    std::string timeout, dir;
    std::vector<std::string> env;

    void add_to(CLI::App& command);
    exec_options options() const;
};

/// Connects a started command to this process and returns the exit status of the program as
/// documented: the remote code, 128+n, 124 timed out, 125 lost.
boost::asio::awaitable<int> attach(process started, exec_arguments arguments);

/// Prints the whole result as JSON at the end; the status is the command's.
boost::asio::awaitable<int> print_result(boost::asio::awaitable<exec_result> running);
/// Throws `invalid_argument` when somebody would type to it: --json has nobody to type to.
void require_detached(const exec_arguments& arguments);

}  // namespace ecisbx::cli

#endif
