#include "unit/server/runtime_fixture.hpp"

#include "core/random.hpp"
#include "server/runtime/posix.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <thread>

namespace runtime_test {

namespace fs = std::filesystem;

namespace {

using reading = asio::awaitable<std::size_t> (rt::process::*)(asio::mutable_buffer);

asio::awaitable<std::string> read_all(std::shared_ptr<rt::process> process, reading read) {
    std::string all;
    std::vector<char> buffer(64 * 1024);
    for (;;) {
        auto n = co_await ((*process).*read)(asio::buffer(buffer));
        if (n == 0) co_return all;
        all.append(buffer.data(), n);
    }
}

}  // namespace

asio::awaitable<output> collect(std::shared_ptr<rt::process> process) {
    using namespace asio::experimental::awaitable_operators;
    auto out = read_all(process, &rt::process::read_out);
    auto err = read_all(process, &rt::process::read_err);
    auto both = co_await (std::move(out) && std::move(err));
    output result;
    result.out = std::move(std::get<0>(both));
    result.err = std::move(std::get<1>(both));
    result.exit = co_await process->wait();
    co_return result;
}

asio::awaitable<std::shared_ptr<rt::process>> start_process(std::shared_ptr<rt::box> box,
                                                            rt::process_spec spec) {
    auto process = co_await box->start(std::move(spec));
    co_return std::shared_ptr<rt::process>(std::move(process));
}

asio::awaitable<output> run_process(std::shared_ptr<rt::box> box, rt::process_spec spec) {
    auto process = co_await start_process(box, std::move(spec));
    auto result = co_await collect(process);
    co_return result;
}

asio::awaitable<std::string> read_until(std::shared_ptr<rt::process> process, std::string text) {
    std::string all;
    std::vector<char> buffer(4096);
    while (all.find(text) == std::string::npos) {
        auto n = co_await process->read_out(asio::buffer(buffer));
        if (n == 0)
            throw std::runtime_error("the output ended before: " + text + "; it was: " + all);
        all.append(buffer.data(), n);
    }
    co_return all;
}

asio::awaitable<void> write_text(std::shared_ptr<rt::process> process, std::string text) {
    co_await process->write(asio::buffer(text));
}

rt::process_spec command(std::vector<std::string> argv) {
    rt::process_spec spec;
    spec.argv = std::move(argv);
    return spec;
}

rt::process_spec shell(std::string script) {
    return command({"sh", "-c", std::move(script)});
}

rt::box_spec box_named(std::string id) {
    rt::box_spec spec;
    spec.id = std::move(id);
    return spec;
}

rt::box_spec box_with(std::string id, std::vector<rt::box_mount> mounts) {
    auto spec = box_named(std::move(id));
    spec.group = "group-1";
    spec.mounts = std::move(mounts);
    return spec;
}

std::optional<ecisbx::errc> errc_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const ecisbx::error& e) {
        return static_cast<ecisbx::errc>(e.code().value());
    }
    return std::nullopt;
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds most) {
    auto end = std::chrono::steady_clock::now() + most;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

std::vector<host_process> processes_with(const std::string& mark) {
    std::vector<host_process> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        auto pid = std::atoi(entry.path().filename().c_str());
        if (pid <= 0) continue;
        auto command = rt::read_file((entry.path() / "cmdline").string());
        std::replace(command.begin(), command.end(), '\0', ' ');
        auto stat = rt::read_file((entry.path() / "stat").string());
        auto close = stat.rfind(") ");
        if (command.find(mark) == std::string::npos || close == std::string::npos) continue;
        found.push_back({pid, std::atoi(stat.c_str() + close + 4), command});
    }
    return found;
}

std::vector<std::string> cgroups_of(pid_t server) {
    std::vector<std::string> found;
    std::error_code ignored;
    auto prefix = "ecisbx-" + std::to_string(server) + "-";
    for (fs::recursive_directory_iterator at("/sys/fs/cgroup", ignored), end; at != end;
         at.increment(ignored))
        if (at->path().filename().string().starts_with(prefix)) found.push_back(at->path());
    return found;
}

std::size_t open_descriptors() {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

std::string unique_mark() {
    return "mark-" + ecisbx::core::random_hex(8);
}

world::world(const ecisbx::server::runtime_options& options)
    : runtime(rt::make(io.get_executor(), options, nullptr)) {}

void world::run(asio::awaitable<void> operation, std::chrono::seconds most) {
    std::exception_ptr failure;
    bool done = false;
    asio::co_spawn(io, std::move(operation), [&](std::exception_ptr e) {
        failure = e;
        done = true;
    });
    drive(done, most);
    if (failure) std::rethrow_exception(failure);
}

void world::drive(const bool& done, std::chrono::seconds most) {
    auto end = std::chrono::steady_clock::now() + most;
    io.restart();
    while (!done) {
        io.run_one_until(end);
        // The coroutine holds references to this frame: there is no way on.
        if (!done && std::chrono::steady_clock::now() >= end) {
            MESSAGE("an operation did not end in time");
            std::abort();
        }
    }
}

std::string world::sh(const std::shared_ptr<rt::box>& in, std::string script) {
    auto result = exec(in, shell(script));
    INFO(script, "\n", result.out, result.err);
    CHECK(result.exit.code == 0);
    return result.out;
}

bool world::notes_have(const std::string& text) const {
    auto notes = runtime->notes();
    return std::any_of(notes.begin(), notes.end(),
                       [&](const auto& n) { return n.find(text) != std::string::npos; });
}

}  // namespace runtime_test
