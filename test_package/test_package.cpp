// Links and runs: a call to a port where nobody listens; with the server, a command in a sandbox.
#include <ecisbx/ecisbx.hpp>

#ifdef WITH_SERVER
#include <ecisbx/prometheus.hpp>
#include <ecisbx/server/server.hpp>
#endif

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;

asio::awaitable<void> no_server() {
    auto settings = ecisbx::eci::config()
                        .endpoint("http://127.0.0.1:1")
                        .access_key("id", "key")
                        .max_attempts(1);
    ecisbx::eci::client client(co_await asio::this_coro::executor, settings);
    auto regions = co_await ecisbx::as_result(client.regions());
    if (regions || regions.error().code != ecisbx::errc::connection)
        throw std::runtime_error("expected a refused connection");
    std::cout << "client: " << regions.error().message << '\n';
}

#ifdef WITH_SERVER
asio::awaitable<void> own_server() {
    auto executor = co_await asio::this_coro::executor;
    auto options = ecisbx::server::options().runtime(ecisbx::server::synthetic());
    auto local = co_await ecisbx::server::start(executor, options);
    auto counts = std::make_shared<ecisbx::prometheus_observer>();
    auto settings = local.eci_config();
    settings.observe(counts);
    ecisbx::eci::client client(executor, settings);
    auto box = co_await client.create(ecisbx::eci::create_options("alpine").name("test"));
    co_await box.wait_ready();
    auto run = co_await box.exec(ecisbx::command("echo", "42"));
    if (!run.ok() || run.out != "42\n" || counts->text().empty())
        throw std::runtime_error("expected 42, got " + run.out);
    std::cout << "server: " << run.out;
    co_await local.stop();
}
#endif

asio::awaitable<void> all() {
    co_await no_server();
#ifdef WITH_SERVER
    co_await own_server();
#endif
}

int main() {
    asio::io_context context;
    std::exception_ptr failure;
    asio::co_spawn(context, all(), [&](std::exception_ptr e) { failure = e; });
    context.run();
    try {
        if (failure) std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return EXIT_FAILURE;
    }
}
