// One exec round trip after the other against the local server's synthetic runtime: signed call,
// dial, upgrade, command, exit. The server runs in a thread of its own, so that the CPU of the
// client's thread is the client's alone. JSON out.
#include <ecisbx/ecisbx.hpp>
#include <ecisbx/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <future>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace ecisbx;

namespace {

double thread_cpu_us() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

struct figures {
    std::vector<double> wall_us;
    double cpu_us = 0;
    bool right = true;
};

asio::awaitable<void> measure(eci::config settings, int count, figures& out) {
    eci::client client(co_await asio::this_coro::executor, settings);
    auto box = co_await client.create(eci::create_options("bench"));
    co_await box.wait_ready();
    for (int i = 0; i < 20; ++i) co_await box.exec(command("true"));  // warm connections
    double cpu = thread_cpu_us();
    for (int i = 0; i < count; ++i) {
        auto started = std::chrono::steady_clock::now();
        auto r = co_await box.exec(command("echo", "x"));
        out.wall_us.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - started)
                .count());
        out.right = out.right && r.ok() && r.out == "x\n";
    }
    out.cpu_us = (thread_cpu_us() - cpu) / count;
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> serve(bool tls, std::promise<server::local>& ready) {
    auto executor = co_await asio::this_coro::executor;
    auto settings = server::options().tls(tls).runtime(server::synthetic());
    ready.set_value(co_await server::start(executor, settings));
}

asio::awaitable<void> stop(server::local local) {
    co_await local.stop();
}

int run(bool tls, int count) {
    asio::io_context server_context;
    std::promise<server::local> ready;
    auto local_future = ready.get_future();
    asio::co_spawn(server_context, serve(tls, ready), asio::detached);
    std::thread server_thread([&] { server_context.run(); });
    auto local = local_future.get();

    asio::io_context context;
    figures f;
    asio::co_spawn(context, measure(local.eci_config(), count, f), [](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
    });
    context.run();
    asio::co_spawn(server_context, stop(local), asio::detached);
    server_thread.join();

    std::sort(f.wall_us.begin(), f.wall_us.end());
    auto at = [&](double q) {
        return f.wall_us[static_cast<std::size_t>(q * static_cast<double>(f.wall_us.size() - 1))];
    };
    std::cout << "{\"benchmark\":\"exec_sequential\",\"tls\":" << (tls ? "true" : "false")
              << ",\"count\":" << count << ",\"p50_us\":" << at(0.5) << ",\"p99_us\":" << at(0.99)
              << ",\"client_cpu_us_per_exec\":" << f.cpu_us
              << ",\"all_right\":" << (f.right ? "true" : "false") << "}\n";
    return f.right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    int count = argc > 1 ? std::atoi(argv[1]) : 500;
    return run(false, count) | run(true, count);
}
