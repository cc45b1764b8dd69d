// Many sandboxes at once on one thread: create, wait, run, remove, with a progress line.
#include <ecisbx/ecisbx.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct totals {
    int ok = 0, failed = 0;
};

struct job {
    ecisbx::eci::client client;
    std::shared_ptr<totals> sum;
    int number = 0;
};

asio::awaitable<void> use(ecisbx::sandbox box, int number, std::shared_ptr<totals> sum) {
    co_await box.wait_ready();
    auto r = co_await box.bash(
        "echo " + std::to_string(number) + "; exit $((" + std::to_string(number) + " % 2))",
        ecisbx::exec_options().timeout(60s));
    bool right =
        r.complete && r.out == std::to_string(number) + "\n" && r.status.code() == number % 2;
    ++(right ? sum->ok : sum->failed);
}

asio::awaitable<void> one(job j) {
    auto box =
        co_await j.client.create(ecisbx::eci::create_options("busybox").memory(0.5).cpu(0.25));
    auto used = co_await ecisbx::as_result(use(box, j.number, j.sum));
    // From here on it can not be cancelled any more, or the clean-up would be.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await box.remove(ecisbx::remove_options().force());
    used.value();  // throws what went wrong, after the clean-up
}

void print_progress(std::size_t done, std::size_t all) {
    std::cout << "\r   " << done << " of " << all << " sandboxes" << std::flush;
}

asio::awaitable<void> many(int count) {
    auto client =
        ecisbx::eci::client(co_await asio::this_coro::executor, ecisbx::eci::config::from_env());
    auto sum = std::make_shared<totals>();
    std::vector<job> jobs;
    for (int i = 0; i < count; ++i) jobs.push_back(job{client, sum, i});

    auto started = std::chrono::steady_clock::now();
    auto errors = co_await ecisbx::for_each(
        std::move(jobs), ecisbx::concurrency(200).collect_errors().progress(print_progress), one);
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;

    std::cout << "\n   " << sum->ok << " with the right output and exit code, " << sum->failed
              << " without, " << errors.size() << " errors, " << took.count() << " s\n";
    for (auto& e : errors) std::cerr << ecisbx::error_info_from(e) << '\n';
    if (!errors.empty() || sum->failed != 0) throw std::runtime_error("not all went well");
}

int main(int argc, char** argv) {
    asio::io_context context;
    int status = 0;
    asio::co_spawn(context, many(argc > 1 ? std::atoi(argv[1]) : 200),
                   [&](std::exception_ptr failure) {
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
