// Memory, processes and cpu of a box.
#include "unit/server/runtime_fixture.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace runtime_test;

namespace {

bool limited(const world& w, const std::string& controller) {
    for (const auto& note : w.runtime->notes())
        if (note.starts_with("limits: ") && note.find("control groups") != std::string::npos)
            return note.find(controller) != std::string::npos;
    return false;
}

std::string group_file(const std::string& box, const std::string& name) {
    for (const auto& dir : cgroups_of(::getpid())) {
        std::ifstream in(dir + "/" + box + "/" + name);
        std::string line;
        if (std::getline(in, line)) return line;
    }
    return "none";
}

}  // namespace

TEST_CASE("limits: a memory bomb is killed and the box goes on") {
    world w;
    if (!limited(w, "memory")) {
        CHECK(w.notes_have("NOT limited: memory"));
        return;
    }
    auto spec = box_named("box-1");
    spec.memory = 64 << 20;
    auto box = w.box(std::move(spec));
    auto bomb = w.exec(box, command({"/usr/bin/python3", "-c",
                                     "x = []\nwhile True: x.append(bytearray(1 << 20))"}));
    CHECK(bomb.exit.signal == SIGKILL);
    CHECK(bomb.exit.code == 137);
    CHECK(bomb.exit.out_of_memory);
    CHECK(w.sh(box, "echo alive") == "alive\n");
    // Files in memory count too: a full folder leaves enough to empty it.
    auto files = w.exec(box, shell("head -c 200000000 /dev/zero > /tmp/big"));
    CHECK(files.err.find("No space left") != std::string::npos);
    CHECK(w.sh(box, "rm -f /tmp/big; echo alive") == "alive\n");
}

TEST_CASE("limits: who was killed for want of memory, and who was not") {
    world w;
    if (!limited(w, "memory")) {
        CHECK(w.notes_have("NOT limited: memory"));
        return;
    }
    auto spec = box_named("box-1");
    spec.memory = 64 << 20;
    auto box = w.box(std::move(spec));
    const std::string eat = "/usr/bin/python3 -c 'x = bytearray(200 << 20)'";
    // A shell that passes its child's end on, and one that goes on after it.
    auto passed_on = w.exec(box, shell(eat + "; exit $?"));
    CHECK(passed_on.exit.code == 137);
    CHECK(passed_on.exit.signal == 0);
    CHECK(passed_on.exit.out_of_memory);
    auto survived = w.exec(box, shell(eat + "; exit 3"));
    CHECK(survived.exit.code == 3);
    CHECK_FALSE(survived.exit.out_of_memory);
    // The same end for another reason, although memory ran out before.
    CHECK_FALSE(w.exec(box, shell("kill -9 $$")).exit.out_of_memory);
    CHECK_FALSE(w.exec(box, shell("exit 137")).exit.out_of_memory);
    CHECK_FALSE(w.exec(box, shell("true")).exit.out_of_memory);
}

TEST_CASE("limits: a fork bomb ends at the number of processes") {
    world w;
    auto box = w.box(), other = w.box("box-2");
    bool hard = limited(w, "pids") || w.notes_have("512 processes");
    REQUIRE(hard);
    auto bomb = w.start(box, command({"/usr/bin/python3", "-c", R"(
import os, time
n = 0
try:
    while n < 2000:
        if os.fork() == 0: time.sleep(1000)
        n += 1
except OSError as e:
    print("stopped", n, e.errno, flush=True)
time.sleep(1000)
)"}));
    auto line = w.run(read_until(bomb, "\n"));
    INFO(line);
    CHECK(line.starts_with("stopped 5"));  // some of the 512 are bwrap's
    CHECK(line.find(" 11") != std::string::npos);
    // A full box can say so, its neighbour does not notice, and it can be ended.
    auto failure = errc_of([&] { w.exec(box, shell("true")); });
    CHECK(failure == ecisbx::errc::unavailable);
    CHECK(w.sh(other, "echo fine") == "fine\n");
    w.stop(box);
    CHECK(w.run(bomb->wait()).signal == SIGKILL);
}

TEST_CASE("limits: what was asked for is set") {
    world w;
    if (!limited(w, "cpu") || !w.notes_have("version 1")) return;
    auto spec = box_named("box-1");
    spec.memory = 256 << 20;
    spec.cpus = 0.5;
    auto box = w.box(std::move(spec));
    CHECK(group_file("box-1", "memory.limit_in_bytes") == "268435456");
    CHECK(group_file("box-1", "pids.max") == "512");
    CHECK(group_file("box-1", "cpu.cfs_quota_us") == "50000");
    // The process itself is in it: half a CPU is all it gets.
    auto used = w.sh(box,
                     "/usr/bin/python3 -c '\n"
                     "import time\n"
                     "t = time.monotonic()\n"
                     "while time.monotonic() - t < 2: pass\n"
                     "print(int(time.process_time() * 1000))'");
    CHECK(std::stoi(used) < 1500);
    auto groups = w.sh(box, "cat /proc/self/cgroup");
    CHECK(groups.find("pids:/\n") != std::string::npos);  // its own namespace
}
