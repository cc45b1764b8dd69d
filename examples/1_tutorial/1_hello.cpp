// The five-line program: create a sandbox, run a command, remove it.
// Settings come from ECI_SANDBOX_* or a .env file, such as `ecisbx serve --env-file .env` writes.
#include <ecisbx/ecisbx.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

//! [hello]
asio::awaitable<void> hello() {
    auto client =
        ecisbx::eci::client(co_await asio::this_coro::executor, ecisbx::eci::config::from_env());

    auto box = co_await client.create(
        ecisbx::eci::create_options("python:3.12").name("hello").cpu(1).memory(2));
    co_await box.wait_ready();

    auto run = co_await box.bash("python3 -c 'print(6*7)'");
    std::cout << run.out << "exit code " << run.status.code() << '\n';

    co_await box.remove();
}
//! [hello]

int main() {
    asio::io_context context;
    int status = 0;
    asio::co_spawn(context, hello(), [&](std::exception_ptr failure) {
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const std::exception& e) {
            std::cerr << e.what() << '\n';
            status = 1;
        }
    });
    context.run();
    return status;
}
