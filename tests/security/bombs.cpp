// Sandboxes that take all they can get: processes, memory, space, and each other's lives. Only
// the one that does it suffers.
#include "common/world.hpp"
#include "security/escape_world.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <doctest/doctest.h>

#include <unistd.h>

#include <sstream>

using namespace ecisbx;
using namespace ecisbx::security;
using namespace ecisbx::test;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;

namespace {

server::options real() {
    return server::options().runtime(server::bubblewrap());
}

bool limited(world& w, const std::string& what) {
    for (const auto& note : w.local.notes())
        if (note.starts_with("limits: ") && note.find(what) != std::string::npos) return true;
    return false;
}

asio::awaitable<void> stays_well(sandbox neighbour, int times) {
    for (int i = 0; i < times; ++i) {
        auto r = co_await neighbour.bash("echo well");
        CHECK(r.out == "well\n");
    }
}

const char* const many_children = R"(
import os, signal, sys, time
children = []
try:
    while len(children) < 5000:
        pid = os.fork()
        if pid == 0: signal.pause()
        children.append(pid)
    print("no limit")
except OSError: print(len(children))
sys.stdout.flush()
time.sleep(1)
for pid in children: os.kill(pid, 9)
)";

asio::awaitable<void> fork_bomb(world& w) {
    auto box = co_await small_box(w.client, "attacker");
    auto neighbour = co_await small_box(w.client, "neighbour");
    if (!limited(w, "pids") && !limited(w, "processes")) {
        MESSAGE("not limited here: " << w.local.notes().size() << " notes say why");
        co_return;
    }
    auto counted = [](std::string count) {
        std::istringstream in(count);
        int n = 0;
        in >> n;
        return n;
    };
    auto bomb = box.exec(command("/usr/bin/python3", "-c", many_children));
    auto result = co_await (std::move(bomb) && stays_well(neighbour, 5));
    CHECK(counted(result.out) > 100);
    CHECK(counted(result.out) <= 512);
    // One that makes copies of itself without end, until its sandbox goes.
    auto mark = "bomb-" + std::to_string(::getpid());
    auto script = "b() { b | b & }; setsid sh -c 'b() { b | b & }; b; : " + mark +
                  "' >/dev/null 2>&1 & sleep 0";
    auto started = co_await box.bash(std::move(script));
    CHECK(started.status.exited());
    co_await stays_well(neighbour, 5);
    co_await box.remove(remove_options().force());
    std::function<bool()> none = [mark] { return processes_with(mark).empty(); };
    auto gone = co_await eventually(none, 30s);
    CHECK(gone);
    co_await stays_well(neighbour, 1);
}

asio::awaitable<void> memory_bomb(world& w) {
    auto box = co_await small_box(w.client, "attacker");
    auto neighbour = co_await small_box(w.client, "neighbour");
    if (!limited(w, "memory")) {
        bool said = false;
        for (const auto& note : w.local.notes()) said |= note.starts_with("NOT limited: memory");
        CHECK(said);
        co_return;
    }
    auto bomb = box.exec(
        command("/usr/bin/python3", "-c", "x = [bytearray(1 << 20) for _ in range(4096)]"));
    auto result = co_await (std::move(bomb) && stays_well(neighbour, 3));
    CHECK(result.status.code() == 137);
    // Files in memory count too, those of all places together.
    auto fill = box.bash(
        "for place in /tmp /var/tmp /run /dev/shm; do dd if=/dev/zero of=$place/big bs=1M; done");
    auto filled = co_await (std::move(fill) && stays_well(neighbour, 3));
    CHECK(filled.status.code() != 0);
    // Full to the last page it may be too full for one more process: then it has to begin anew.
    auto freed = co_await as_result(box.bash("rm -f /tmp/big /var/tmp/big /run/big /dev/shm/big"));
    if (!freed || !freed.value().ok()) {
        co_await box.restart();
        co_await box.wait_ready();
    }
    auto again = co_await box.bash("echo free");
    CHECK(again.out == "free\n");
}

asio::awaitable<void> killer(world& w) {
    auto box = co_await small_box(w.client, "attacker");
    auto neighbour = co_await small_box(w.client, "neighbour");
    for (std::string signal : {"TERM", "STOP", "KILL"}) {
        CAPTURE(signal);
        auto script = "kill -" + signal + " -1; kill -" + signal + " 1 2 3 $$";
        auto options = exec_options().timeout(2s);
        // A result, a timeout or a lost channel: it is the sandbox's own matter.
        co_await as_result(box.bash(std::move(script), std::move(options)));
        co_await stays_well(neighbour, 2);
        co_await box.restart();
        co_await box.wait_ready();
        auto back = co_await box.bash("echo back");
        CHECK(back.out == "back\n");
    }
    CHECK(keeper_pid() > 0);
}

}  // namespace

TEST_CASE("security: a fork bomb reaches its limit, and nobody else") {
    in_world(real(), fork_bomb);
}

TEST_CASE("security: a memory bomb is killed, and nobody else") {
    in_world(real(), memory_bomb);
}

TEST_CASE("security: signals to everybody reach the own sandbox only") {
    in_world(real(), killer);
}
