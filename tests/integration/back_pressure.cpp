// A reader that is slower than the command: the command waits, memory does not grow.
#include "common/resident.hpp"
#include "common/server_thread.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

// AddressSanitizer keeps what was freed for a while, 256 MiB of it.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t allowance = std::size_t(400) << 20;
#else
constexpr std::size_t allowance = std::size_t(64) << 20;
#endif

std::size_t written_by(int pid) {
    std::ifstream io("/proc/" + std::to_string(pid) + "/io");
    std::string name;
    std::size_t value = 0;
    while (io >> name >> value)
        if (name == "wchar:") return value;
    return 0;
}

// The bytes that the producer got rid of, once it stands still.
asio::awaitable<std::size_t> stalled_at(int pid) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    std::size_t last = written_by(pid);
    for (int same = 0; same < 10;) {
        timer.expires_after(50ms);
        co_await timer.async_wait(asio::use_awaitable);
        std::size_t now = written_by(pid);
        same = now == last ? same + 1 : 0;
        last = now;
    }
    co_return last;
}

asio::awaitable<void> slow_reader(eci::config settings) {
    eci::client client(co_await asio::this_coro::executor, settings);
    auto box = co_await ready_box(client);
    std::size_t before = resident_bytes();
    auto p = co_await box.start(command("head", "-c", "1000000007", "/dev/zero"));
    auto first = co_await p.read();
    REQUIRE(first);
    CHECK(co_await eventually([] { return !processes_with("head -c 1000000007").empty(); }, 5s));
    int pid = 0;
    for (int candidate : processes_with("head -c 1000000007"))
        if (written_by(candidate) > 0) pid = candidate;
    REQUIRE(pid != 0);
    std::size_t written = co_await stalled_at(pid);
    CHECK(written < std::size_t(64) << 20);
    CHECK(resident_bytes() < before + allowance);

    // It goes on where it was when somebody reads.
    std::size_t got = first->bytes.size();
    while (got < std::size_t(500) << 20) {
        auto piece = co_await p.read();
        REQUIRE(piece);
        got += piece->bytes.size();
    }
    CHECK(resident_bytes() < before + allowance);
}

/// 256 MiB, or ECISBX_TEST_OUTPUT_BYTES: CONTRIBUTING.md names the long run.
std::size_t whole_output() {
    const char* text = std::getenv("ECISBX_TEST_OUTPUT_BYTES");
    return text ? std::stoull(text) : std::size_t(256) << 20;
}

asio::awaitable<void> slow_to_the_end(eci::config settings) {
    eci::client client(co_await asio::this_coro::executor, settings);
    auto box = co_await ready_box(client);
    const std::size_t size = whole_output();
    const std::size_t before = resident_bytes();
    auto p = co_await box.start(command("head", "-c", std::to_string(size), "/dev/zero"),
                                exec_options().no_timeout());
    asio::steady_timer timer(co_await asio::this_coro::executor);
    std::size_t got = 0, pause_at = 0, largest = 0;
    while (auto piece = co_await p.read()) {
        got += piece->bytes.size();
        if (got < pause_at) continue;
        pause_at = got + (std::size_t(8) << 20);
        largest = std::max(largest, resident_bytes());
        timer.expires_after(5ms);
        co_await timer.async_wait(asio::use_awaitable);
    }
    CHECK(got == size);
    CHECK(largest < before + allowance);
    auto end = co_await p.wait();
    CHECK(end.ok());
    CHECK(end.out_bytes == size);
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("much output, read slowly to its end, in flat memory") {
    for (auto wire : {server::wire::kubelet, server::wire::silent}) {
        server_thread server(server::options().tls().wire(wire).runtime(server::process()));
        run(slow_to_the_end(server.config()));
    }
}

TEST_CASE("a slow reader stops the command, not the machine") {
    server_thread server(server::options().tls().runtime(server::process()));
    run(slow_reader(server.config()));
}
