// The same commands in images that have little: each root file system is made here, of one shell
// and a few programs.
#include "common/small_root.hpp"
#include "common/wires.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> few_tools = {"dd",   "env", "cat", "sleep", "wc",
                                            "head", "tr",  "ls",  "grep",  "printf"};
/// What the wrapper itself needs, and no more.
const std::vector<std::string> least_tools = {"dd", "env", "sleep"};

asio::awaitable<sandbox> poor_box(eci::client client) {
    auto box = co_await client.create(
        eci::create_options("test").cpu(1).memory(2).env("HOME", "/no/such/home"));
    co_await box.wait_ready();
    co_return box;
}

asio::awaitable<void> statuses_and_streams(sandbox box, server::wire wire) {
    for (int code : {0, 3, 126, 255}) {
        auto r = co_await box.bash("echo out; echo err >&2; exit " + std::to_string(code));
        CHECK(r.status == exit_status::from_shell(code));
        check_streams(wire, r, "out\n", "err\n");
    }
    auto none = co_await box.exec(command("/no/such/program"));
    CHECK(none.status.code() == 127);
    CHECK(none.complete);
    auto missing = co_await box.bash("bash -c true");
    CHECK(missing.status.code() == 127);
    auto folder = co_await box.bash("echo no", exec_options().dir("/no/such/dir"));
    CHECK(folder.status.code() == 126);
    CHECK(folder.out.find("no\n") == std::string::npos);
    auto variables =
        co_await box.bash("echo \"$PWD $A\"", exec_options().dir("/tmp").env("A", "1 2"));
    CHECK(variables.out == "/tmp 1 2\n");
}

asio::awaitable<void> long_scripts(sandbox box) {
    for (std::size_t size : {1407, 1900, 2048, 200'000}) {
        auto r = co_await box.bash("v=" + std::string(size - 20, 'y') + "\necho ${#v}");
        CHECK(r.ok());
        CHECK(r.out == std::to_string(size - 20) + "\n");
    }
    auto r = co_await box.bash("read -r x && echo no; echo yes # a comment");
    CHECK(r.out == "yes\n");
}

asio::awaitable<void> input_and_its_end(sandbox box) {
    std::string bytes(100'000, '#');
    auto r = co_await box.exec(command("dd", "bs=4096"), exec_options().input(bytes));
    CHECK(r.status.code() == 0);
    CHECK(r.complete);
    CHECK(r.out.size() == bytes.size() + (r.err.empty() ? r.out.size() - bytes.size() : 0));
    // What dd says on stderr may stand anywhere among them where the wire merges the streams.
    CHECK(std::ranges::count(r.out, '#') == 100'000);

    auto p = co_await box.start_bash("while read -r line; do echo \"<$line>\"; done; echo end",
                                     exec_options().open_stdin());
    co_await p.write("one\n");
    auto first = co_await p.read();
    REQUIRE(first);
    CHECK(first->bytes == "<one>\n");
    co_await p.write("two\n");
    co_await p.close_stdin();
    auto end = co_await p.wait();
    CHECK(end.out == "<two>\nend\n");
    CHECK(end.ok());
}

asio::awaitable<void> deadline_and_signal(sandbox box) {
    auto late = co_await box.exec(command("sleep", "4171"), exec_options().timeout(400ms));
    CHECK(late.status.end_reason() == end_reason::timed_out);
    CHECK(co_await eventually([] { return processes_with("sleep 4171").empty(); }, 5s));
    auto p = co_await box.start_bash(
        "trap 'echo got it; exit 9' TERM; echo ready; while :; do sleep 0.05; done");
    auto ready = co_await p.read();
    REQUIRE(ready);
    co_await p.signal(15);
    auto end = co_await p.wait();
    CHECK(end.status.code() == 9);
    CHECK(end.out.find("got it") != std::string::npos);
}

// Without stty the size still reaches the terminal, by the wire.
asio::awaitable<void> terminal(sandbox box, bool has_stty) {
    auto p = co_await box.start(command("sh", "-c", "read -r x; echo \"<$x>\"; exit 7"),
                                exec_options().tty(33, 111));
    co_await p.write("typed\n");
    co_await p.resize(44, 122);
    std::string got;
    while (auto piece = co_await p.read()) got += piece->bytes;
    CHECK(got.find("<typed>\r\n") != std::string::npos);
    auto end = co_await p.wait();
    CHECK(end.status.code() == 7);
    CHECK(end.complete);
    // A command that does not fit the call needs it, and says so.
    auto r = co_await box.exec(command("printf", "%s", std::string(3000, 'x')),
                               exec_options().tty(24, 80));
    CHECK(r.status.code() == (has_stty ? 0 : 126));
    CHECK(r.out.find(has_stty ? "xxx" : "stty") != std::string::npos);
}

asio::awaitable<void> poor_image(world& w) {
    auto box = co_await poor_box(w.client);
    auto bash = co_await box.bash("command -v bash || echo none");
    CHECK(bash.out == "none\n");
    auto others = co_await box.bash(
        "command -v base64 || command -v stty || command -v gunzip || "
        "command -v tmux || echo none of them");
    bool bare = others.out == "none of them\n";  // but for busybox, which has all of its own
    co_await statuses_and_streams(box, w.wire);
    co_await long_scripts(box);
    co_await input_and_its_end(box);
    co_await deadline_and_signal(box);
    co_await terminal(box, !bare);
    co_await box.remove(remove_options().force());
}

// Nothing of ours is written: a read-only /tmp and no home are no loss.
asio::awaitable<void> nothing_is_written(world& w) {
    auto box = co_await poor_box(w.client);
    const char* list = "ls -A /tmp /var/tmp /root /run 2>&1; echo ${HOME:-none}";
    auto before = co_await box.bash(list);
    CHECK(before.ok());
    co_await long_scripts(box);
    co_await input_and_its_end(box);
    auto r = co_await box.exec(command("sleep", "4172"), exec_options().timeout(200ms));
    CHECK(r.status.end_reason() == end_reason::timed_out);
    auto after = co_await box.bash(list);
    CHECK(after.out == before.out);
    auto full = co_await box.bash(
        "dd if=/dev/zero of=/tmp/full bs=1048576 2>/dev/null; "
        "echo x 2>&1 >/tmp/more || echo no room");
    CHECK(full.complete);
    co_await long_scripts(box);  // a full /tmp neither
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> no_shell(world& w) {
    auto box = co_await poor_box(w.client);
    auto r = co_await as_result(box.exec(command("busybox", "true")));
    if (w.wire == server::wire::kubelet || w.wire == server::wire::v5) {
        REQUIRE(!r);
        CHECK(r.error().code == errc::unsupported);
        CHECK(r.error().message.find("/bin/sh") != std::string::npos);
    } else {
        // A wire that tells nothing: nothing is claimed either.
        REQUIRE(r);
        CHECK(r->status.end_reason() == end_reason::lost);
        CHECK(!r->complete);
        CHECK(r->note.find("not known whether the command started") != std::string::npos);
    }
    co_await box.remove(remove_options().force());
}

void in_image(const small_root& root, server::wire wire, asio::awaitable<void> (*body)(world&)) {
    CAPTURE(name_of(wire));
    in_world(server::options().runtime(root.runtime()).wire(wire), body);
}

}  // namespace

TEST_CASE("eci-as-sandbox weakness 10: an image with dash and a few tools is enough") {
    small_root root("dash");
    root.applets(few_tools);
    for (auto wire : {server::wire::kubelet, server::wire::silent})
        in_image(root, wire, poor_image);
}
TEST_CASE("eci-as-sandbox weakness 10: an image with busybox ash is enough") {
    small_root root("busybox");
    root.applets(few_tools);
    for (auto wire : {server::wire::v4, server::wire::silent}) in_image(root, wire, poor_image);
}
TEST_CASE("eci-as-sandbox weakness 10: dash, dd, env and sleep are enough") {
    small_root root("dash");
    root.applets(least_tools);
    in_image(root, server::wire::raw, poor_image);
}
TEST_CASE("eci-as-sandbox weakness 10: no writable home, nothing written anywhere") {
    small_root root("dash");
    root.applets(few_tools);
    in_image(root, server::wire::silent, nothing_is_written);
}
TEST_CASE("eci-as-sandbox weakness 10: without any shell the error says so") {
    small_root root("busybox");
    root.remove("/bin/sh");
    for (auto wire : {server::wire::kubelet, server::wire::v5, server::wire::silent})
        in_image(root, wire, no_shell);
}
