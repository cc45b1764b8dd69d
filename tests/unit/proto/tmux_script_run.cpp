// Whole sessions where only some folder, or none, takes files. Each in a bubblewrap of its own,
// because its tmux server has to live and end with it.
#include "proto/tmux_script.hpp"

#include "unit/proto/run_process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::proto;
using namespace std::chrono_literals;

namespace {

tmux_start_plan plan_of(const std::string& script) {
    tmux_job job;
    job.name = "job";
    job.script = script;
    job.id = "fedcba9876543210fedcba98";
    job.nonce = std::string(32, 'b');
    return plan_tmux_start(job);
}

/// Start, wait, list and kill, one after the other, where everything is read-only but `writable`.
std::string session_in(const std::string& writable, std::vector<std::string> environment) {
    auto plan = plan_of("echo hello; exit 3");
    tmux_look look;
    look.name = "job";
    look.limit = 1000;
    look.wait = 5s;
    std::vector<std::string> argv = {"/usr/bin/bwrap",
                                     "--unshare-user",
                                     "--unshare-pid",
                                     "--die-with-parent",
                                     "--ro-bind",
                                     "/",
                                     "/",
                                     "--dev",
                                     "/dev",
                                     "--proc",
                                     "/proc",
                                     "--remount-ro",
                                     "/dev"};
    if (writable == "/dev/shm")
        argv.insert(argv.end(), {"--tmpfs", "/dev/shm"});
    else if (!writable.empty())
        argv.insert(argv.end(), {"--tmpfs", writable});
    argv.insert(argv.end(), {"/bin/sh", "-c",
                             "sh -c \"$1\"; sh -c \"$2\"; sh -c \"$3\"; sh -c \"$4\"; "
                             "ls -A \"$5\" 2>/dev/null | grep -c ecisbx-tmux",
                             "sh", plan.text, tmux_look_text(look), tmux_list_text(),
                             tmux_kill_text("job"), writable});
    environment.push_back("PATH=/usr/bin:/bin");
    tests::process child(argv, environment, tests::streams::pipes);
    child.send(plan.input);
    child.close_input();
    CHECK(child.finish() >= 0);
    CHECK(child.err.empty());
    return child.out;
}

/// Without the time in it.
std::string without_times(std::string out) {
    for (const char* before : {"ok ", "job "})
        if (auto at = out.find(before); at != out.npos) {
            auto from = at + std::string(before).size();
            out.erase(from, out.find_first_not_of("0123456789", from) - from);
        }
    return out;
}

// The output ends behind its 6 bytes; what follows is the end mark, in the same block.
const std::string went_well =
    "ok \ncompleted 3 6 1\nhello\n\036" + std::string(32, 'b') + "\036job  0\n.\n1\n";

}  // namespace

TEST_CASE("tmux: the state is where files can be written") {
    CHECK(without_times(session_in("/tmp", {"HOME=/nonexistent"})) == went_well);
    // Neither /tmp nor a home: tmux itself needs another place, too.
    CHECK(without_times(session_in("/var/tmp", {"HOME=/nonexistent"})) == went_well);
    CHECK(without_times(session_in("/dev/shm", {})) == went_well);
    CHECK(without_times(session_in("/root", {"HOME=/root"})) == went_well);
    CHECK(without_times(session_in("/mnt", {"TMPDIR=/mnt"})) == went_well);
    // One that is not there, or would need quoting, is passed over.
    CHECK(without_times(session_in("/tmp", {"TMPDIR=/no/such"})) == went_well);
    CHECK(without_times(session_in("/tmp", {"TMPDIR=relative"})) == went_well);
    CHECK(without_times(session_in("/tmp", {"TMPDIR=/tmp/$(id) '"})) == went_well);
}

TEST_CASE("tmux: no place at all for the state is told") {
    auto out = session_in("", {"HOME=/nonexistent"});
    CHECK(out == "no-folder\nnone 0 0 0\n.\n0\n");
    auto answer = parse_tmux_started("no-folder\n");
    REQUIRE(answer);
    CHECK(answer->what == tmux_started::kind::no_folder);
}
