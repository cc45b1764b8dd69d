// The parts of the runtimes that need no process: texts in, texts out.
#include "server/runtime/cgroup_mounts.hpp"
#include "server/runtime/launch.hpp"
#include "server/runtime/mount_plan.hpp"
#include "server/runtime/pause_program.hpp"
#include "server/runtime/posix.hpp"
#include "server/runtime/runtime_notes.hpp"
#include "server/runtime/spec_codec.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <limits>

using namespace ecisbx::server::runtime;
using ecisbx::errc;

namespace {

process_spec full_spec() {
    process_spec spec;
    spec.argv = {"a", "", std::string(100'000, 'x'), "\xff\n"};
    spec.dir = "/d";
    spec.env = {{"A", "1"}, {"B", ""}};
    spec.open_stdin = true;
    spec.tty = true;
    spec.rows = 7;
    spec.columns = 9;
    return spec;
}

template <class Spec>
bool refused(const Spec& spec, errc with = errc::invalid_argument) {
    try {
        check(spec);
    } catch (const ecisbx::error& e) {
        return e.code() == with;
    }
    return false;
}

bool has_pair(const std::vector<std::string>& all, const std::string& a, const std::string& b) {
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
        if (all[i] == a && all[i + 1] == b) return true;
    return false;
}

}  // namespace

TEST_CASE("runtime specs travel as bytes, and damaged ones are refused") {
    auto spec = full_spec();
    auto bytes = encode(spec);
    auto back = decode_process_spec(bytes);
    REQUIRE(back);
    CHECK(back->argv == spec.argv);
    CHECK(back->dir == "/d");
    CHECK(back->env == spec.env);
    CHECK(back->open_stdin);
    CHECK(back->tty);
    CHECK(back->rows == 7);
    CHECK(back->columns == 9);
    for (std::size_t n : {0UL, 1UL, 8UL, 20UL, bytes.size() - 1})
        CHECK_FALSE(decode_process_spec(std::string_view(bytes).substr(0, n)));
    CHECK_FALSE(decode_process_spec(bytes + "x"));
    CHECK_FALSE(decode_process_spec(std::string(64, '\xff')));
    CHECK_FALSE(decode_process_spec(encode(process_spec())));  // no argv

    box_spec box;
    box.id = "id";
    box.hostname = "host";
    box.env = {{"A", "1"}};
    box.dir = "/w";
    box.cpus = 0.5;
    box.memory = 1ULL << 40;
    auto box_back = decode_box_spec(encode(box));
    REQUIRE(box_back);
    CHECK(box_back->id == "id");
    CHECK(box_back->hostname == "host");
    CHECK(box_back->env == box.env);
    CHECK(box_back->dir == "/w");
    CHECK(box_back->cpus == 0.5);
    CHECK(box_back->memory == 1ULL << 40);
    CHECK_FALSE(decode_box_spec(std::string(200, '\x7f')));
}

TEST_CASE("runtime specs that nobody could carry out") {
    const std::string nul("a\0b", 3);
    auto with = [](auto change) {
        auto spec = full_spec();
        change(spec);
        return spec;
    };
    CHECK_NOTHROW(check(full_spec()));
    CHECK(refused(with([](auto& s) { s.argv.clear(); })));
    CHECK(refused(with([&](auto& s) { s.argv[1] = nul; })));
    CHECK(refused(with([&](auto& s) { s.dir = nul; })));
    CHECK(refused(with([&](auto& s) { s.env[0].first = nul; })));
    CHECK(refused(with([&](auto& s) { s.env[0].second = nul; })));
    CHECK(refused(with([](auto& s) { s.env[0].first = ""; })));
    CHECK(refused(with([](auto& s) { s.env[0].first = "A=B"; })));
    CHECK(refused(with([](auto& s) { s.argv.push_back(std::string(5 << 20, 'x')); }),
                  errc::too_large));

    box_spec box;
    box.id = "a-1";
    CHECK_NOTHROW(check(box));
    for (const char* id : {"", "..", ".", "a/b", "A", "-a", "a b", "a_b"}) {
        box.id = id;
        CHECK(refused(box));
    }
    box.id = std::string(65, 'a');
    CHECK(refused(box));
    box.id = "a";
    for (double cpus : {-1.0, std::numeric_limits<double>::infinity(),
                        std::numeric_limits<double>::quiet_NaN(), 1e9}) {
        box.cpus = cpus;
        CHECK(refused(box));
    }
}

TEST_CASE("the environment: later ones win, the order stays") {
    environment a = {{"A", "1"}, {"B", "1"}}, b = {{"B", "2"}, {"C", "2"}}, c = {{"A", "3"}};
    CHECK(merged(a, b, c) == environment{{"A", "3"}, {"B", "2"}, {"C", "2"}});
}

TEST_CASE("where a program is searched") {
    using list = std::vector<std::string>;
    CHECK(exec_candidates("x", {{"PATH", "/a:/b/"}}) == list{"/a/x", "/b//x"});
    CHECK(exec_candidates("x", {{"PATH", ":/b"}}) == list{"./x", "/b/x"});
    CHECK(exec_candidates("d/x", {{"PATH", "/a"}}) == list{"d/x"});
    CHECK(exec_candidates("", {{"PATH", "/a"}}).empty());
}

TEST_CASE("control groups: where they are mounted and where we are") {
    auto v1 = cgroup_mounts(
        "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup "
        "rw,cpu,cpuacct\n"
        "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
        "8:cpu,cpuacct:/a/b\n4:memory:/\n0::/\n");
    REQUIRE(v1.size() == 2);
    CHECK(v1[0].own == "/sys/fs/cgroup/cpu,cpuacct/a/b");
    CHECK_FALSE(v1[0].v2);
    CHECK(std::count(v1[0].controllers.begin(), v1[0].controllers.end(), "cpu") == 1);
    CHECK(v1[1].own == "/sys/fs/cgroup/memory");

    auto v2 = cgroup_mounts("25 20 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
                            "0::/user.slice/x.scope\n");
    REQUIRE(v2.size() == 1);
    CHECK(v2[0].v2);
    CHECK(v2[0].own == "/sys/fs/cgroup/user.slice/x.scope");

    // In a container: the mount is its part of the hierarchy.
    auto part = cgroup_mounts("25 20 0:22 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
                              "0::/docker/1/sub\n");
    CHECK(part[0].own == "/sys/fs/cgroup/sub");
    auto outside =
        cgroup_mounts("25 20 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/../other\n");
    CHECK(outside[0].own == "/sys/fs/cgroup");
    CHECK(cgroup_mounts("", "").empty());
    CHECK(cgroup_mounts("garbage\n - cgroup\n", "x\n:\n").empty());
}

TEST_CASE("mounts: nothing of the host but its programs") {
    auto all = mount_arguments({"", "/srv/app/x", 4096});
    CHECK(has_pair(all, "/usr", "/usr"));
    CHECK(has_pair(all, "/etc", "/etc"));
    CHECK(has_pair(all, "--tmpfs", "/srv/app/x"));
    CHECK(has_pair(all, "--tmpfs", "/root"));
    for (const char* hidden : {"/root", "/home", "/var", "/srv", "/mnt", "/tmp", "/run", "/sys"}) {
        INFO(hidden);
        CHECK_FALSE(has_pair(all, hidden, hidden));
    }
    // No writable bind of anything, and no tmpfs without a size.
    CHECK(std::count(all.begin(), all.end(), "--bind") == 0);
    CHECK(std::count(all.begin(), all.end(), "--dev-bind") == 0);
    CHECK(std::count(all.begin(), all.end(), "--tmpfs") ==
          std::count(all.begin(), all.end(), "--size"));
}

TEST_CASE("mounts: where a working folder is") {
    auto at = [](const char* dir) { return resolve_folder({"", dir, 0}); };
    CHECK(at("") == "/root");
    CHECK(at("/") == "/");
    CHECK(at("//a/./b/../c/") == "/a/c");
    CHECK(at("/../../a") == "/a");
    CHECK(at("/var/run/x") == "/run/x");
    for (const char* bad : {"/proc", "/dev/shm", "/sys/x", "/a/../proc/1"}) {
        INFO(bad);
        CHECK_THROWS_AS(at(bad), ecisbx::error);
    }
}

TEST_CASE("the sleeper is a small program") {
    auto program = pause_program();
    REQUIRE(program.size() > 100);
    CHECK(program.substr(0, 4) ==
          "\x7f"
          "ELF");
    CHECK(program.size() < 256);
}

TEST_CASE("notes tell what is not limited and not isolated") {
    note_facts facts;
    facts.missing = {"memory: /x: Permission denied"};
    facts.host_network = true;
    auto notes = make_notes(facts);
    auto has = [&](const char* text) {
        return std::any_of(notes.begin(), notes.end(),
                           [&](const auto& n) { return n.find(text) != std::string::npos; });
    };
    CHECK(has("NOT limited: memory: /x: Permission denied"));
    CHECK(has("NOT isolated: the network"));
    CHECK(has("NOT shared between containers"));
    facts.isolated = false;
    notes = make_notes(facts);
    CHECK(notes.front().starts_with("NO ISOLATION"));
}

TEST_CASE("a broken pipe is an error and leaves no signal") {
    auto pipe = make_pipe();
    REQUIRE(pipe);
    CHECK(write_without_signal(pipe->second.get(), "x", 1) == 1);
    pipe->first.reset();
    CHECK(write_without_signal(pipe->second.get(), "x", 1) == -1);
    CHECK(errno == EPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    CHECK(sigismember(&pending, SIGPIPE) == 0);
}
