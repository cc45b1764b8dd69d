#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace ecisbx::test {

namespace fs = std::filesystem;

std::size_t open_fds() {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

std::vector<int> processes_with(const std::string& text) {
    std::vector<int> found;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator("/proc", ec)) {
        auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(entry.path() / "cmdline", std::ios::binary);
        std::string line(std::istreambuf_iterator<char>(file), {});
        std::replace(line.begin(), line.end(), '\0', ' ');
        if (line.find(text) != std::string::npos) found.push_back(std::stoi(name));
    }
    return found;
}

asio::awaitable<bool> eventually(std::function<bool()> done, std::chrono::milliseconds limit) {
    auto end = std::chrono::steady_clock::now() + limit;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) co_return false;
        timer.expires_after(std::chrono::milliseconds(5));
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return true;
}

asio::awaitable<sandbox> ready_box(eci::client client) {
    auto box = co_await client.create(eci::create_options("test").cpu(1).memory(2));
    co_await box.wait_ready();
    co_return box;
}

void run(asio::awaitable<void> body) {
    asio::io_context context;
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(body), [&](std::exception_ptr e) { failure = e; });
    context.run();
    if (failure) std::rethrow_exception(failure);
}

namespace {

asio::awaitable<void> with_server(asio::io_context& context, server::options settings,
                                  asio::awaitable<void> (*body)(world&)) {
    auto executor = co_await asio::this_coro::executor;
    auto local = co_await server::start(executor, std::move(settings));
    std::exception_ptr failure;
    try {
        world w{context, local, eci::client(executor, local.eci_config())};
        co_await body(w);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await local.stop();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

void in_world(server::options settings, asio::awaitable<void> (*body)(world&)) {
    std::size_t fds = open_fds();
    {
        asio::io_context context;
        std::exception_ptr failure;
        asio::co_spawn(context, with_server(context, std::move(settings), body),
                       [&](std::exception_ptr e) { failure = e; });
        context.run();
        if (failure) std::rethrow_exception(failure);
    }
    CHECK(open_fds() == fds);
}

}  // namespace ecisbx::test
