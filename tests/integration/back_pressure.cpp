// A reader that is slower than the command: the command waits, memory does not grow.
#include "common/server_thread.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>

#include <fstream>

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

std::size_t resident_bytes() {
    std::size_t total = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

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

}  // namespace

TEST_CASE("a slow reader stops the command, not the machine") {
    server_thread server(server::options().tls().runtime(server::process()));
    run(slow_reader(server.config()));
}
