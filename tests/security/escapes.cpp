// The kept list of attempts to get out of a sandbox, from inside of a real one.
#include "security/escape_world.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

using namespace ecisbx;
using namespace ecisbx::security;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const auto& line : lines) all += line + '\n';
    return all;
}

// in_world takes a plain function; there is one host in a test.
const host_to_hide* host = nullptr;

/// What a box could turn on the host, if it got there.
std::string switches_of_host() {
    std::string all;
    for (const char* name :
         {"kernel/core_pattern", "kernel/hostname", "kernel/domainname", "kernel/modprobe",
          "kernel/pid_max", "kernel/randomize_va_space", "kernel/panic", "kernel/sysrq",
          "vm/overcommit_memory", "fs/suid_dumpable", "net/ipv4/ip_forward"}) {
        std::ifstream in(std::string("/proc/sys/") + name);
        std::string value;
        std::getline(in, value);
        all += name + ("=" + value) + "\n";
    }
    return all;
}

asio::awaitable<void> all_attempts(world& w) {
    auto switches = switches_of_host();
    auto neighbour = co_await neighbour_box(w.client);
    auto environment = host->environment(w, neighbour);
    std::size_t held = 0;
    auto scripts = escape_scripts();
    CHECK(scripts.size() >= 18);
    auto box = co_await small_box(w.client, "attacker");
    for (const auto& script : scripts) {
        CAPTURE(script.name);
        auto report = co_await run_escape(box, script.text, environment);
        CAPTURE(report.output);
        CHECK(report.finished);
        CHECK(joined(report.escaped) == "");
        CHECK(report.held > 0);
        held += report.held;
        // Nobody else noticed.
        auto alive = co_await neighbour.bash("cat /tmp/neighbour");
        CHECK(alive.out == "x\n");
    }
    CHECK(switches_of_host() == switches);
    MESSAGE(held << " attempts to escape in " << scripts.size() << " scripts, none got out");
    CHECK(held > 300);
}

/// The scripts see an escape where there is one: otherwise they would prove nothing.
asio::awaitable<void> without_isolation(world& w) {
    auto neighbour = co_await neighbour_box(w.client, false);
    auto environment = host->environment(w, neighbour);
    environment["UNISOLATED"] = "1";
    auto box = co_await small_box(w.client, "attacker");
    int tried = 0;
    for (const auto& script : escape_scripts()) {
        if (!script.seen_escaping) continue;
        CAPTURE(script.name);
        auto report = co_await run_escape(box, script.text, environment);
        CAPTURE(report.output);
        CHECK(!report.escaped.empty());
        ++tried;
    }
    CHECK(tried >= 5);
}

asio::awaitable<void> shared_network(world& w) {
    auto box = co_await small_box(w.client, "connected");
    auto environment = host->environment(w, box);
    auto scripts = escape_scripts();
    for (const auto& script : scripts) {
        if (script.name != "network") continue;
        environment["UNISOLATED"] = "1";
        auto report = co_await run_escape(box, script.text, environment);
        CAPTURE(report.output);
        // As documented: what listens on the host's loopback is reached.
        CHECK(joined(report.escaped).find("the API at 127.0.0.1 ok") != std::string::npos);
    }
    auto notes = joined(w.local.notes());
    CHECK(notes.find("NOT isolated: the network") != std::string::npos);
}

void with_host(server::runtime_options runtime, asio::awaitable<void> (*body)(world&)) {
    host_to_hide made;
    host = &made;
    in_world(made.options(std::move(runtime)), body);
    host = nullptr;
}

}  // namespace

TEST_CASE("security: attempts to escape from a sandbox") {
    with_host(server::bubblewrap(), all_attempts);
}

TEST_CASE("security: the attempts find a way out where nothing is isolated") {
    with_host(server::process(), without_isolation);
}

TEST_CASE("security: the host's network is shared when asked for, and the notes say so") {
    with_host(server::bubblewrap().host_network(), shared_network);
}
