// Snippets of docs/guide/commands.md.
#include "snippets.hpp"

#include <csignal>

namespace {

//! [exec]
asio::awaitable<void> one_process(ecisbx::sandbox box) {
    // argv is data: no shell sees it, nothing needs quoting.
    auto found = co_await box.exec(ecisbx::command("grep", "-c", "a b $HOME", "/etc/hosts"));
    std::cout << found.out << found.status << '\n';  // "0", "exited 1"
}
//! [exec]

//! [bash]
asio::awaitable<void> script(ecisbx::sandbox box) {
    auto built = co_await box.bash(
        "set -e\n"
        "mkdir -p out\n"
        "echo \"$TARGET\" >out/name\n"
        "cat >>out/name\n",
        ecisbx::exec_options()
            .dir("/tmp")
            .env("TARGET", "debug")
            .input("from stdin\n")
            .timeout(60s));
    built.throw_if_failed();
}
//! [bash]

//! [result]
std::string verdict(const ecisbx::exec_result& r) {
    switch (r.status.end_reason()) {
        case ecisbx::end_reason::exited:
            return r.ok() ? "done" : "failed with " + std::to_string(r.status.code());
        case ecisbx::end_reason::signaled:
            return "killed by signal " + std::to_string(r.status.signal());
        case ecisbx::end_reason::timed_out: return "out of time; what it printed is in out";
        case ecisbx::end_reason::lost: return "lost: it may still run. " + r.note;
    }
    return {};
}
//! [result]

//! [stream]
asio::awaitable<int> follow(ecisbx::sandbox box) {
    auto process = co_await box.start_bash("for i in 1 2 3; do echo $i; sleep 0.1; done");
    int lines = 0;
    while (auto piece = co_await process.read()) {
        if (piece->stream == ecisbx::stream_id::out) std::cout << piece->bytes;
        ++lines;
        // A reader that pauses here makes the command's writes wait, not memory grow.
    }
    auto end = co_await process.wait();
    co_return end.status.code();
}
//! [stream]

//! [stdin]
asio::awaitable<std::string> talk(ecisbx::sandbox box) {
    auto sort = co_await box.start(ecisbx::command("sort"), ecisbx::exec_options().open_stdin());
    co_await sort.write("pear\n");
    co_await sort.write("apple\n");
    co_await sort.close_stdin();
    auto sorted = co_await sort.wait();
    co_return sorted.out;
}
//! [stdin]

//! [terminal]
asio::awaitable<std::string> terminal(ecisbx::sandbox box) {
    auto shell =
        co_await box.start(ecisbx::command("sh", "-c", "read line; stty size; echo got $line"),
                           ecisbx::exec_options().tty(24, 80));
    co_await shell.resize(50, 132);
    co_await shell.write("hello\n");
    auto end = co_await shell.wait();
    co_return end.out;  // the echo of what was typed, "50 132", "got hello"
}
//! [terminal]

//! [signal]
asio::awaitable<ecisbx::exit_status> interrupt(ecisbx::sandbox box) {
    auto process = co_await box.start(ecisbx::command("sleep", "600"));
    co_await process.signal(SIGINT);  // to the whole remote process group
    auto end = co_await process.wait();
    co_return end.status;
}
//! [signal]

asio::awaitable<void> commands(ecisbx::sandbox box) {
    co_await one_process(box);
    co_await script(box);
    auto wrote = co_await box.bash("cat /tmp/out/name");
    CHECK(wrote.out == "debug\nfrom stdin\n");
    CHECK(verdict(wrote) == "done");
    auto failed = co_await box.bash("exit 3");
    CHECK(verdict(failed) == "failed with 3");
    auto killed = co_await box.bash("kill -9 $$");
    CHECK(verdict(killed) == "killed by signal 9");
    auto slow = co_await box.bash("sleep 60", ecisbx::exec_options().timeout(2s));
    CHECK(verdict(slow) == "out of time; what it printed is in out");
    int code = co_await follow(box);
    CHECK(code == 0);
    auto sorted = co_await talk(box);
    CHECK(sorted == "apple\npear\n");
    auto shown = co_await terminal(box);
    CHECK(shown.find("50 132") != std::string::npos);
    CHECK(shown.find("got hello") != std::string::npos);
    auto status = co_await interrupt(box);
    CHECK(status.signal() == SIGINT);
}

asio::awaitable<void> in_a_box(ecisbx::test::world& w) {
    co_await snippets::in_box(w, commands);
}

}  // namespace

TEST_CASE("guide: commands") {
    ecisbx::test::in_world(snippets::isolated(), in_a_box);
}
