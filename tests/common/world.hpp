// A local server and a client of it on one io_context, and the counts that must not grow.
#ifndef ECISBX_TESTS_COMMON_WORLD_HPP
#define ECISBX_TESTS_COMMON_WORLD_HPP

#include <ecisbx/ecisbx.hpp>
#include <ecisbx/server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <string>

namespace ecisbx::test {

namespace asio = boost::asio;

struct world {
    asio::io_context& context;
    server::local local;
    eci::client client;
    server::wire wire;  ///< how its exec channels speak
};

/// A server without processes, for tests of many streams.
inline server::options synthetic_server() {
    return server::options().runtime(server::synthetic());
}

/// Starts a server with `settings`, runs `body` with a client of it, stops the server, and checks
/// that no file descriptor and no process of it is left. Rethrows what `body` throws.
void in_world(server::options settings, asio::awaitable<void> (*body)(world&));

/// Runs one coroutine on a context of its own to the end; rethrows what it throws.
void run(asio::awaitable<void> body);

/// A sandbox that is ready.
asio::awaitable<sandbox> ready_box(eci::client client);

std::size_t open_fds();
/// Host pids whose command line contains `text`.
std::vector<int> processes_with(const std::string& text);
/// Waits until `done` holds, checked every few milliseconds; false after `limit`.
asio::awaitable<bool> eventually(std::function<bool()> done, std::chrono::milliseconds limit);

}  // namespace ecisbx::test

#endif
