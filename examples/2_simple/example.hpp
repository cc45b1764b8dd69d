// What the examples of this folder share: a client from the environment, a sandbox that is removed
// whatever happens, and how a program ends.
#ifndef ECISBX_EXAMPLES_EXAMPLE_HPP
#define ECISBX_EXAMPLES_EXAMPLE_HPP

#include <ecisbx/ecisbx.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace example {

/// Runs `body` with a client on one thread; returns the program's exit status.
inline int run(boost::asio::awaitable<void> (*body)(ecisbx::eci::client)) {
    boost::asio::io_context context;
    int status = 0;
    try {
        ecisbx::eci::client client(context.get_executor(), ecisbx::eci::config::from_env());
        boost::asio::co_spawn(context, body(client), [&](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
        context.run();
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        status = 1;
    }
    return status;
}

/// Creates a sandbox, runs `body` in it and removes it, also when `body` fails.
inline boost::asio::awaitable<void> in_new_box(
    ecisbx::eci::client client, boost::asio::awaitable<void> (*body)(ecisbx::sandbox)) {
    auto box = co_await client.create(ecisbx::eci::create_options("debian:12"));
    auto done = co_await ecisbx::as_result(body(box));
    // From here on it can not be cancelled any more, or the clean-up would be.
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    co_await box.remove(ecisbx::remove_options().force());
    done.value();  // throws what went wrong
}

}  // namespace example

#endif
