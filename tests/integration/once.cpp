// A command never runs twice: it counts its own runs in a file, while connections are cut, calls
// are throttled and URLs are refused.
#include "common/gate.hpp"
#include "common/wires.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

/// A file to which each run adds a line.
class tally {
public:
    tally() {
        char name[] = "/tmp/ecisbx-once-XXXXXX";
        int fd = ::mkstemp(name);
        REQUIRE(fd >= 0);
        ::close(fd);
        path_ = name;
    }
    ~tally() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    tally(const tally&) = delete;
    tally& operator=(const tally&) = delete;

    std::string script(int number) const {
        return "echo " + std::to_string(number) + " >>" + path_ +
               "\necho out; echo err >&2; exit 7";
    }
    std::map<int, int> runs() const {
        std::map<int, int> counted;
        std::ifstream file(path_);
        for (int number = 0; file >> number;) ++counted[number];
        return counted;
    }

private:
    std::string path_;
};

struct outcome {
    bool whole = false;     // a complete result
    bool harmless = false;  // an error that says that nothing started
};

outcome judge(const result<exec_result>& r) {
    outcome seen;
    if (r) {
        seen.whole = r->complete;
        if (r->complete) CHECK(r->status.code() == 7);
    } else {
        CHECK(r.error().code == errc::connection);
        seen.harmless = r.error().message.find("may have started") == std::string::npos;
    }
    return seen;
}

/// No number twice; once for those that were seen whole; never for those that are said not to have
/// started.
void check_runs(const tally& file, const std::map<int, outcome>& seen) {
    auto runs = file.runs();
    for (const auto& [number, times] : runs) {
        CAPTURE(number);
        CHECK(times == 1);
    }
    for (const auto& [number, how] : seen) {
        CAPTURE(number);
        if (how.whole) CHECK(runs.count(number) == 1);
        if (how.harmless) CHECK(runs.count(number) == 0);
    }
}

asio::awaitable<void> cut_everywhere(world& w) {
    tally file;
    gate g(w.context.get_executor(), w.local.port());
    auto settings = w.local.eci_config();
    settings.endpoint("http://127.0.0.1:" + std::to_string(g.port()));
    eci::client client(w.context.get_executor(), settings);
    auto box = co_await ready_box(client);
    exec_options options;
    options.timeout(10s);
    std::map<int, outcome> seen;
    int number = 0;
    auto first = co_await as_result(box.bash(file.script(number), options));
    seen[number] = judge(first);
    REQUIRE(seen[number].whole);
    const std::size_t up = g.rule().up, down = g.rule().down;
    for (bool reset : {false, true}) {
        g.rule().reset = reset;
        for (std::size_t n = 0; n <= up + 20; n += 29) {
            g.rule().cut_up = n;
            auto r = co_await as_result(box.bash(file.script(++number), options));
            seen[number] = judge(r);
        }
        g.rule().cut_up = no_limit;
        for (std::size_t n = 0; n <= down + 20; n += 23) {
            g.rule().cut_down = n;
            auto r = co_await as_result(box.bash(file.script(++number), options));
            seen[number] = judge(r);
        }
        g.rule().cut_down = no_limit;
    }
    std::size_t whole = 0;
    for (const auto& [n, how] : seen) whole += how.whole;
    CHECK(whole > 1);
    CHECK(whole < seen.size());
    co_await box.remove(remove_options().force());
    check_runs(file, seen);
}

asio::awaitable<void> one(sandbox box, std::string script, outcome& into, int& running) {
    auto r = co_await as_result(box.bash(std::move(script)));
    into = judge(r);
    --running;
}

asio::awaitable<void> throttled(world& w) {
    tally file;
    auto box = co_await ready_box(w.client);
    std::map<int, outcome> seen;
    int running = 20;
    for (int i = 0; i < 20; ++i)
        asio::co_spawn(w.context, one(box, file.script(i), seen[i], running), asio::detached);
    CHECK(co_await eventually([&running] { return running == 0; }, 20s));
    for (const auto& [number, how] : seen) CHECK(how.whole);  // slower, and nothing is lost
    CHECK(w.local.calls()["(exec channel)"] == 20);
    CHECK(w.local.calls()["ExecContainerCommand"] >= 20);
    co_await box.remove(remove_options().force());
    check_runs(file, seen);
}

}  // namespace

TEST_CASE("exec runs once: cut at every stage, v5") {
    in_world(server::options().runtime(server::process()).wire(server::wire::v5), cut_everywhere);
}
TEST_CASE("exec runs once: cut at every stage, silent wire") {
    in_world(server::options().runtime(server::process()).wire(server::wire::silent),
             cut_everywhere);
}
TEST_CASE("exec runs once: calls that are throttled are made again, commands are not") {
    in_world(server::options().runtime(server::process()).quota("ExecContainerCommand", 5, 300ms),
             throttled);
}
