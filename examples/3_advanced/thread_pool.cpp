// More than one core: a thread with a context and a client of its own for each, and nothing shared
// but a queue of work. Handles never leave their thread.
// Usage: thread_pool [THREADS=2] [SANDBOXES=40]
#include <ecisbx/ecisbx.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;

/// The one thing that all threads touch.
class work {
public:
    explicit work(int count) : left(count) {}
    std::atomic<int> left;
    std::atomic<int> right = 0;
};

asio::awaitable<void> one(ecisbx::eci::client client, int number, work& all) {
    auto box =
        co_await client.create(ecisbx::eci::create_options("debian:12").cpu(0.25).memory(0.5));
    auto used = co_await ecisbx::as_result(box.wait_ready());
    if (used) {
        auto r = co_await box.bash("echo $((" + std::to_string(number) + " * 2))");
        if (r.ok() && r.out == std::to_string(number * 2) + "\n") ++all.right;
    }
    co_await box.remove(ecisbx::remove_options().force());
    used.value();
}

/// One of the sandboxes that a thread has going at once.
asio::awaitable<void> lane(ecisbx::eci::client client, work& all) {
    for (int number; (number = --all.left) >= 0;) co_await one(client, number, all);
}

void run_thread(ecisbx::eci::config settings, work& all, std::exception_ptr& failure) {
    asio::io_context context(1);  // one thread: no locks inside
    try {
        ecisbx::eci::client client(context.get_executor(), settings);
        for (int i = 0; i < 8; ++i)
            asio::co_spawn(context, lane(client, all), [&](std::exception_ptr why) {
                if (why && !failure) failure = why;
            });
        context.run();
    } catch (...) {
        failure = std::current_exception();
    }
}

int main(int argc, char** argv) try {
    auto threads = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 2);
    int sandboxes = argc > 2 ? std::atoi(argv[2]) : 40;
    auto settings = ecisbx::eci::config::from_env();  // read once, copied to each thread
    work all(sandboxes);
    std::vector<std::exception_ptr> failures(threads);
    {
        std::vector<std::jthread> pool;
        for (auto& failure : failures)
            pool.emplace_back([&] { run_thread(settings, all, failure); });
    }
    for (auto& failure : failures)
        if (failure) std::rethrow_exception(failure);
    std::cout << all.right << " right\n";
    return all.right == sandboxes ? 0 : 1;
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
