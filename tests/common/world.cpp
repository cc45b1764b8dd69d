#include "common/world.hpp"

#include "core/unique_fd.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace ecisbx::test {

namespace fs = std::filesystem;

std::size_t open_fds() {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

namespace {

// By read(2): a process may end in between, and a stream would throw then.
std::string command_line(const fs::path& file) {
    core::unique_fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    std::string line(64 * 1024, '\0');
    ssize_t size = fd ? ::read(fd.get(), line.data(), line.size()) : -1;
    line.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return line;
}

}  // namespace

std::vector<int> processes_with(const std::string& text) {
    std::vector<int> found;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator("/proc", ec)) {
        auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::string line = command_line(entry.path() / "cmdline");
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
    auto wire = settings.wire();
    auto local = co_await server::start(executor, std::move(settings));
    std::exception_ptr failure;
    try {
        world w{context, local, eci::client(executor, local.eci_config()), wire};
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
