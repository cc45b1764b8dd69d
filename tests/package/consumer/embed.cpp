// A program of somebody else that has the local server, and the counting observer, in its process.
#include "use.hpp"

#include <ecisbx/prometheus.hpp>
#include <ecisbx/server/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

namespace {

boost::asio::awaitable<void> run(ecisbx::server::runtime_options runtime) {
    auto executor = co_await boost::asio::this_coro::executor;
    auto options = ecisbx::server::options().runtime(runtime).tls();
    auto local = co_await ecisbx::server::start(executor, options);
    auto counts = std::make_shared<ecisbx::prometheus_observer>();
    auto settings = local.eci_config();
    settings.observe(counts);
    co_await use(ecisbx::eci::client(executor, settings));
    expect(counts->text().find("CreateContainerGroup") != std::string::npos, "calls are counted");
    co_await local.stop();

    // What the server's library throws is the same error as the client's.
    auto impossible = ecisbx::server::options().listen("192.0.2.1", 1);
    auto refused = co_await ecisbx::as_result(ecisbx::server::start(executor, impossible));
    expect(!refused && refused.error().code == ecisbx::errc::connection, "errors of the server");
}

}  // namespace

// `embed process`: for machines that forbid namespaces.
int main(int argc, char** argv) {
    boost::asio::io_context context;
    std::exception_ptr failure;
    bool plain = argc > 1 && std::string(argv[1]) == "process";
    auto runtime = plain ? ecisbx::server::process() : ecisbx::server::bubblewrap();
    boost::asio::co_spawn(context, run(runtime), [&](std::exception_ptr e) { failure = e; });
    context.run();
    try {
        if (failure) std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        std::cerr << "consumer: " << e.what() << '\n';
        return 1;
    }
    std::cout << "consumer: ok\n";
}
