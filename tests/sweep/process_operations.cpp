// <ecisbx/process.hpp>, and what is not of a client.
#include "simulation/program.hpp"
#include "sweep/operations.hpp"

#include <ecisbx/for_each.hpp>
#include <ecisbx/result.hpp>

#include <chrono>
#include <csignal>
#include <utility>

namespace ecisbx::sweep {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> cat() {
    sim::program p;
    p.out = 100;
    p.cats = true;
    return p.argv();
}

asio::awaitable<void> new_process(stage& s) {
    s.running.emplace(
        co_await s.box.start(command(cat()), exec_options().timeout(60s).open_stdin()));
}
asio::awaitable<void> new_terminal(stage& s) {
    s.running.emplace(
        co_await s.box.start(command(cat()), exec_options().timeout(60s).tty(24, 80)));
}
asio::awaitable<void> new_ending_process(stage& s) {
    co_await new_process(s);
    co_await s.running->close_stdin();
}
asio::awaitable<void> new_server(stage& s) {
    s.other.emplace(co_await server::start(s.here.context.get_executor(),
                                           server::options().runtime(server::synthetic())));
}

asio::awaitable<void> read(stage& s) {
    co_await s.running->read();
}
asio::awaitable<void> write(stage& s) {
    co_await s.running->write(std::string(20'000, 'i'));
}
asio::awaitable<void> close_stdin(stage& s) {
    co_await s.running->close_stdin();
}
asio::awaitable<void> resize(stage& s) {
    co_await s.running->resize(30, 100);
}
asio::awaitable<void> signal(stage& s) {
    co_await s.running->signal(SIGTERM);
}
asio::awaitable<void> wait(stage& s) {
    co_await s.running->wait();
}

asio::awaitable<void> run_cat(sandbox box) {
    co_await box.exec(command(cat()), exec_options().timeout(60s));
}
asio::awaitable<void> for_each_of_three(stage& s) {
    std::vector<sandbox> all(3, s.box);
    co_await for_each(std::move(all), concurrency(2), run_cat);
}
asio::awaitable<void> as_a_result(stage& s) {
    auto seen = co_await as_result(s.client->describe(s.box.id()));
    seen.value();
}
asio::awaitable<void> start_server(stage& s) {
    co_await new_server(s);
}
asio::awaitable<void> stop_server(stage& s) {
    co_await s.other->stop();
}

}  // namespace

std::vector<operation> process_operations() {
    const std::string process = "process.hpp";
    return {{process, "read", new_process, read},
            {process, "write", new_process, write},
            {process, "close_stdin", new_process, close_stdin},
            {process, "resize", new_terminal, resize},
            {process, "signal", new_process, signal},
            {process, "wait", new_ending_process, wait}};
}

std::vector<operation> other_operations() {
    return {{"for_each.hpp", "for_each", nullptr, for_each_of_three},
            {"result.hpp", "as_result", nullptr, as_a_result},
            {"server/server.hpp", "start", nullptr, start_server},
            {"server/server.hpp", "stop", new_server, stop_server}};
}

}  // namespace ecisbx::sweep
