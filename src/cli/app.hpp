// What every command of the program shares: the io_context, the client, and how it ends.
#ifndef ECISBX_CLI_APP_HPP
#define ECISBX_CLI_APP_HPP

#include <ecisbx/ecisbx.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <string>

namespace ecisbx::cli {

/// The program's own failure, as opposed to a remote command's status.
inline constexpr int exit_failed = 125;
inline constexpr int exit_timed_out = 124;

class app {
public:
    /// Settings from the environment and, when set, this file instead of a `.env` search.
    std::string env_file;
    /// Print JSON where the command prints data.
    bool json = false;
    /// Log what the client does on stderr.
    bool verbose = false;

    eci::config config() const;
    eci::client client() { return eci::client(context_.get_executor(), config()); }
    boost::asio::io_context& context() { return context_; }

    /// Runs a command's coroutine to its end, and with it what it left in the background (killing
    /// a remote process group, say). SIGINT, SIGTERM and SIGHUP (unless ignored, as nohup
    /// does) cancel it; a second one ends the program at once. Returns its status, or 125 with the
    /// failure on stderr, or 128+n after signal n.
    int run(boost::asio::awaitable<int> command);

private:
    boost::asio::io_context context_{1};
};

/// `ecisbx: what failed: why (code, request id)` on stderr.
void print_failure(const std::exception& failure);

}  // namespace ecisbx::cli

#endif
