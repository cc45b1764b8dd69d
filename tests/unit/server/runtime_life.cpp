// How boxes begin and end, and that nothing of them stays.
#include "server/runtime/posix.hpp"
#include "unit/server/runtime_fixture.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

using namespace runtime_test;
using ecisbx::errc;
namespace fs = std::filesystem;

namespace {

// Keepers of this process, and wardens and bubblewraps below them.
std::vector<pid_t> below(pid_t root) {
    std::vector<pid_t> family = {root};
    auto all = processes_with("");
    for (std::size_t i = 0; i < family.size(); ++i)
        for (const auto& p : all)
            if (p.parent == family[i]) family.push_back(p.pid);
    family.erase(family.begin());
    return family;
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> result;
    for (const auto& p : processes_with(""))
        if (p.parent == parent) result.push_back(p.pid);
    std::sort(result.begin(), result.end());  // in the order in which they were made
    return result;
}

bool all_gone(const std::vector<pid_t>& pids) {
    // A zombie has ended; not every init is quick to reap.
    return std::none_of(pids.begin(), pids.end(), [](pid_t pid) {
        auto stat = rt::read_file("/proc/" + std::to_string(pid) + "/stat");
        return !stat.empty() && stat.find(") Z ") == std::string::npos;
    });
}

asio::awaitable<void> make_and_stop(rt::runtime* runtime, int first, int count) {
    for (int i = first; i < first + count; ++i) {
        auto spec = box_named("box-" + std::to_string(i));
        auto box = co_await runtime->create(std::move(spec));
        auto run = shell("echo $$");
        auto result = co_await run_process(box, std::move(run));
        if (result.exit.code != 0) throw std::runtime_error("a command failed");
        co_await box->stop(1s);
    }
}

asio::awaitable<void> both(asio::awaitable<void> a, bool* done) {
    co_await std::move(a);
    *done = true;
}

// Boxes with processes of every kind in them: plain, in the background, a daemon in a session of
// its own without environment.
void fill(world& w, int boxes, const std::string& mark) {
    static std::vector<std::shared_ptr<rt::box>> kept;
    static std::vector<std::shared_ptr<rt::process>> running;
    for (int i = 0; i < boxes; ++i) {
        auto box = w.box("box-" + std::to_string(i));
        w.sh(box, "env -i setsid sh -c 'sleep 1000; : " + mark +
                      "' >/dev/null 2>&1 </dev/null & "
                      "sh -c 'sleep 1000; : " +
                      mark + "' >/dev/null 2>&1 </dev/null &");
        running.push_back(w.start(box, shell("trap '' TERM HUP; sleep 1000; : " + mark)));
        kept.push_back(box);
    }
}

}  // namespace

TEST_CASE("runtime: tmux started by one exec answers another, as does a daemon") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto mark = unique_mark();
    w.sh(box, "tmux -f /dev/null -L test new-session -d -s work 'sh'");
    w.sh(box, "tmux -L test send-keys -t work 'mark=4; echo $((mark * 10 + 2))' Enter");
    CHECK(eventually([&] {
        return w.sh(box, "tmux -L test capture-pane -p -t work").find("42\n") != std::string::npos;
    }));
    w.sh(box, "setsid sh -c 'sleep 1000; : " + mark + "' >/dev/null 2>&1 </dev/null &");
    CHECK(eventually([&] { return !processes_with(mark).empty(); }));
    CHECK(w.sh(box, "tmux -L test has-session -t work && echo there") == "there\n");
    w.stop(box);
    CHECK(processes_with(mark).empty());
    CHECK(eventually([] { return below(::getpid()).size() == 1; }));  // the keeper
}

TEST_CASE("runtime: stop gives the grace that is needed and no more") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto mark = unique_mark();
    auto polite = w.start(box, shell("trap 'echo bye; exit 5' TERM; echo on; "
                                     "while :; do sleep 0.01; done; : " +
                                     mark));
    w.run(read_until(polite, "on\n"));
    auto begin = std::chrono::steady_clock::now();
    w.stop(box, 50s);
    CHECK(std::chrono::steady_clock::now() - begin < 20s);
    auto last = w.run(collect(polite));
    CHECK(last.out == "bye\n");
    CHECK(last.exit.code == 5);
    CHECK(processes_with(mark).empty());
}

TEST_CASE("runtime: stop kills what does not listen, daemons too, after the grace") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto mark = unique_mark();
    auto deaf =
        w.start(box, shell("trap '' TERM; echo on; while :; do sleep 0.05; done; : " + mark));
    w.run(read_until(deaf, "on\n"));
    w.sh(box, "env -i setsid sh -c 'trap \"\" TERM; while :; do sleep 0.05; done; : " + mark +
                  "' >/dev/null 2>&1 </dev/null &");
    CHECK(eventually([&] { return processes_with(mark).size() >= 2; }));
    auto begin = std::chrono::steady_clock::now();
    w.stop(box, 300ms);
    CHECK(std::chrono::steady_clock::now() - begin >= 300ms);
    CHECK(processes_with(mark).empty());
    CHECK(w.run(deaf->wait()).signal == SIGKILL);
    CHECK(errc_of([&] { w.start(box, shell("true")); }) == errc::not_ready);
    w.stop(box);  // idempotent
    // The name is free again.
    CHECK(w.sh(w.box(), "echo again") == "again\n");
}

TEST_CASE("runtime: a second stop can be more impatient") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto deaf = w.start(box, shell("trap '' TERM; echo on; while :; do sleep 0.05; done"));
    w.run(read_until(deaf, "on\n"));
    bool first = false;
    asio::co_spawn(w.io, both(box->stop(1h), &first), [](std::exception_ptr) {});
    w.io.restart();
    w.io.poll();
    w.stop(box, 0ms);
    CHECK(eventually([&] {
        w.io.restart();
        w.io.poll();
        return first;
    }));
}

TEST_CASE("bubblewrap: a box that ends by itself is not ready, and nothing is left") {
    world w;
    auto box = w.box();
    auto mark = unique_mark();
    auto sleeper = w.start(box, shell("while :; do sleep 1000; done; : " + mark));
    // Without its sleeper, bwrap has nothing to run any more.
    w.exec(box, shell("kill -9 2; sleep 1000; : " + mark));
    CHECK(w.run(sleeper->wait()).signal == SIGKILL);
    w.stop(box);
    CHECK(errc_of([&] { w.start(box, shell("true")); }) == errc::not_ready);
    CHECK(processes_with(mark).empty());
    CHECK(eventually([] { return below(::getpid()).size() == 1; }));  // the keeper
}

TEST_CASE("runtime: a dropped box and a dropped runtime end their processes") {
    BOTH_RUNTIMES(kind)
    auto mark = unique_mark();
    std::vector<pid_t> family;
    {
        world w(options_of(kind));
        auto box = w.box(), other = w.box("box-2");
        auto one = w.start(box, shell("while :; do sleep 1000; done; : " + mark));
        auto two = w.start(other, shell("while :; do sleep 1000; done; : " + mark));
        box.reset();
        CHECK(w.run(one->wait()).signal == SIGKILL);
        CHECK(eventually([&] { return processes_with(mark).size() == 1; }));
        family = below(::getpid());
        w.runtime.reset();
        // The destructor has waited for the keeper, and that for everything else.
        CHECK(processes_with(mark).empty());
        CHECK(all_gone(family));
        CHECK(w.run(two->wait()).signal == SIGKILL);
        CHECK(errc_of([&] { w.start(other, shell("true")); }) == errc::not_ready);
    }
    CHECK(family.size() >= 3);
    CHECK(cgroups_of(::getpid()).empty());
}

TEST_CASE("runtime: boxes of the same name, and names that are none") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    for (const char* id : {"", "..", "a/b", "A", "-x", "a b"}) {
        INFO(id);
        CHECK(errc_of([&] { w.box(id); }) == errc::invalid_argument);
    }
    auto first = w.box("twice");
    CHECK(errc_of([&] { w.box("twice"); }) == errc::conflict);
    w.stop(first);
    w.box("twice");
    auto spec = box_named("box");
    spec.hostname = "no good";
    CHECK(errc_of([&] { w.box(spec); }) == errc::invalid_argument);
    spec.hostname = "";
    spec.cpus = -1;
    CHECK(errc_of([&] { w.box(spec); }) == errc::invalid_argument);
}

TEST_CASE("runtime: 100 boxes are made and stopped, and no descriptor and no process stays") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    w.run(make_and_stop(w.runtime.get(), 0, 1));  // what is made once is made now
    auto descriptors = open_descriptors();
    bool done[4] = {};
    for (int i = 0; i < 4; ++i)
        asio::co_spawn(w.io, both(make_and_stop(w.runtime.get(), 1000 * i, 25), &done[i]),
                       [](std::exception_ptr e) {
                           if (e) std::rethrow_exception(e);
                       });
    w.io.restart();
    w.io.run_for(100s);
    CHECK(std::all_of(std::begin(done), std::end(done), [](bool d) { return d; }));
    CHECK(open_descriptors() == descriptors);
    CHECK(eventually([] { return below(::getpid()).size() == 1; }));
    CHECK(cgroups_of(::getpid()).size() <= 3);  // the keeper's own
}

TEST_CASE("runtime: 64 boxes at once") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    std::vector<std::shared_ptr<rt::box>> boxes;
    for (int i = 0; i < 64; ++i) boxes.push_back(w.box("box-" + std::to_string(i)));
    for (auto& box : boxes) CHECK(w.sh(box, "echo $((6 * 7))") == "42\n");
    boxes.clear();
    CHECK(eventually([] { return below(::getpid()).size() == 1; }));
}

TEST_CASE("runtime: SIGKILL to the server ends every process and every group") {
    BOTH_RUNTIMES(kind)
    auto mark = unique_mark();
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    pid_t server = ::fork();
    if (server == 0) {
        world w(options_of(kind));
        fill(w, 3, mark);
        eventually([&] { return processes_with(mark).size() >= 9; });
        [[maybe_unused]] auto n = ::write(ready[1], "x", 1);
        for (;;) ::pause();
    }
    ::close(ready[1]);
    char byte;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
    auto family = below(server);
    CHECK(processes_with(mark).size() >= 9);
    CHECK(family.size() > 9);
    ::kill(server, SIGKILL);
    ::waitpid(server, nullptr, 0);
    CHECK(eventually([&] { return all_gone(family) && processes_with(mark).empty(); }));
    CHECK(eventually([&] { return cgroups_of(server).empty(); }));
}

TEST_CASE("runtime: SIGKILL to a warden or to the keeper ends what they kept") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto mark = unique_mark();
    auto box = w.box("box-1"), other = w.box("box-2");
    // A loop: a shell whose `sleep` is killed a moment before itself would end well.
    auto one = w.start(box, shell("while :; do sleep 1000; done; : one-" + mark));
    auto two = w.start(other, shell("while :; do sleep 1000; done; : two-" + mark));
    auto keeper = children_of(::getpid());
    REQUIRE(keeper.size() == 1);
    auto wardens = children_of(keeper[0]);
    REQUIRE(wardens.size() == 2);
    ::kill(wardens[0], SIGKILL);
    CHECK(w.run(one->wait()).signal == SIGKILL);
    CHECK(eventually([&] { return processes_with("one-" + mark).empty(); }));
    CHECK(errc_of([&] { w.start(box, shell("true")); }) == errc::not_ready);
    CHECK(w.sh(other, "echo fine") == "fine\n");
    w.run(box->stop(0ms));

    auto family = below(::getpid());
    ::kill(keeper[0], SIGKILL);
    CHECK(w.run(two->wait()).signal == SIGKILL);
    CHECK(eventually([&] { return processes_with("two-" + mark).empty(); }));
    CHECK(errc_of([&] { w.box("box-3"); }) == errc::unavailable);
    w.runtime.reset();
    CHECK(eventually([&] { return all_gone(family); }));
    // Nobody was left to remove its groups; the next keeper does.
    world next;
    next.runtime.reset();
    CHECK(cgroups_of(::getpid()).empty());
}

TEST_CASE("runtime: a server that is not root") {
    if (::geteuid() != 0) return;  // then every other test is this one
    BOTH_RUNTIMES(kind)
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    pid_t server = ::fork();
    if (server == 0) {
        // No exception may leave this block: the test runner would run on, twice.
        std::string report;
        try {
            if (::setgid(65534) != 0 || ::setuid(65534) != 0) report = "can not become nobody";
            world w(options_of(kind));
            auto box = w.box();
            auto result =
                w.exec(box, shell("id -u; cat /proc/self/uid_map; grep -E "
                                  "'CapEff|CapBnd|NoNewPrivs|Seccomp:' "
                                  "/proc/self/status; cat /etc/shadow; "
                                  "touch /usr/x; grep processes /proc/self/limits; echo > "
                                  "/dev/stderr"));
            report = result.out + "|" + result.err + "|";
            for (const auto& note : w.runtime->notes()) report += note + "\n";
            auto mark = unique_mark();
            auto sleeper = w.start(box, shell("trap 'exit 3' TERM; echo on; "
                                              "while :; do sleep 0.01; done; : " +
                                              mark));
            w.run(read_until(sleeper, "on\n"));
            w.stop(box, 20s);
            report += "|exit " + std::to_string(w.run(sleeper->wait()).code);
            report += processes_with(mark).empty() ? " gone" : " left";
        } catch (const std::exception& e) {
            report += std::string("|failed: ") + e.what();
        }
        [[maybe_unused]] auto n = ::write(ready[1], report.data(), report.size());
        ::_exit(0);
    }
    ::close(ready[1]);
    std::string report;
    char buffer[4096];
    for (ssize_t n; (n = ::read(ready[0], buffer, sizeof buffer)) > 0;)
        report.append(buffer, static_cast<std::size_t>(n));
    ::close(ready[0]);
    ::waitpid(server, nullptr, 0);
    INFO(report);
    CHECK(report.find("failed") == std::string::npos);
    CHECK(report.find("|exit 3 gone") != std::string::npos);
    CHECK(report.find("/etc/shadow: Permission denied") != std::string::npos);
    CHECK(report.find("/usr/x") != std::string::npos);
    CHECK(report.find("NOT limited: memory") != std::string::npos);
    if (kind == 0) {
        CHECK(report.find("0      65534          1\n") != std::string::npos);
        CHECK(report.find("CapEff:\t0000000000000000\n") != std::string::npos);
        CHECK(report.find("Max processes             512                  512") !=
              std::string::npos);
        CHECK(report.find("CapBnd:\t0000000000000000\n") != std::string::npos);
        CHECK(report.find("NoNewPrivs:\t1\nSeccomp:\t2\n") != std::string::npos);
    }
}

TEST_CASE("runtime process: says loudly what it is, and has folders of its own") {
    world w(ecisbx::server::process());
    CHECK(w.notes_have("NO ISOLATION"));
    auto box = w.box(), other = w.box("box-2");
    auto home = w.sh(box, "cd; printf %s \"$PWD\"");
    CHECK(home != w.sh(other, "cd; printf %s \"$PWD\""));
    CHECK(w.sh(box, "pwd") == home + "\n");
    w.sh(box, "touch $HOME/file $TMPDIR/file");
    CHECK(fs::exists(home + "/file"));
    w.stop(box);
    CHECK_FALSE(fs::exists(home));
    auto spec = box_named("box-3");
    spec.dir = "/srv/no such/folder";
    auto with_folder = w.box(spec);
    CHECK(w.sh(with_folder, "printf %s \"$PWD\"").ends_with("home/srv/no such/folder"));
    auto p = command({"touch", "here"});
    p.dir = "/srv/no such/folder";
    CHECK(w.exec(with_folder, p).exit.code == 0);
    CHECK_FALSE(fs::exists("/srv/no such"));
    auto base = fs::path(home).parent_path().parent_path();
    w.runtime.reset();
    CHECK_FALSE(fs::exists(base));
}
