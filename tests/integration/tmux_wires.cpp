// The same sessions on every wire, and in images that have little.
#include "common/small_root.hpp"
#include "common/transfer_check.hpp"
#include "common/wires.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

asio::awaitable<tmux_state> job(sandbox box, std::string script,
                                tmux_options options = tmux_options()) {
    auto session = co_await box.tmux_start(std::move(script), std::move(options));
    auto state = co_await box.tmux_wait(session, tmux_wait_options().timeout(60s));
    co_await box.tmux_kill(session);
    CHECK(state.state == tmux_state::completed);
    CHECK(state.drained);
    co_return state;
}

asio::awaitable<void> texts(sandbox box) {
    for (int code : {0, 3, 255}) {
        auto s = co_await job(box, "echo out; echo err >&2; exit " + std::to_string(code));
        CHECK(s.out == "out\nerr\n");
        CHECK(s.status == exit_status(end_reason::exited, code));
    }
    auto s = co_await job(box, "kill -9 $$");
    CHECK(s.status.signal() == 9);
    s = co_await job(box, "echo no", tmux_options().dir("/no/such"));
    CHECK(s.status.code() == 126);
    CHECK(s.out.find("/no/such") != std::string::npos);
    s = co_await job(box, "echo a # comment at the end");
    CHECK(s.out == "a\n");
    s = co_await job(box, "cat <<E\nhere\nE");
    CHECK(s.out == "here\n");
    s = co_await job(box, "if true; then echo 'unbalanced");
    CHECK(s.status.exited());
    CHECK(s.status.code() != 0);
    s = co_await job(box, "pwd; echo \"$A\"", tmux_options().dir("/bin").env("A", "x 'y' %#"));
    CHECK(s.out == "/bin\nx 'y' %#\n");
    s = co_await job(box, "printf 'a\\r\\nb  '");
    CHECK(s.out == "a\r\nb  ");
    s = co_await job(box, "v='" + std::string(20'000, 'y') + "'\necho ${#v}");
    CHECK(s.out == "20000\n");
    std::string numbers;
    for (int i = 1; i <= 20'000; ++i) numbers += std::to_string(i) + "\n";
    s = co_await job(box, "seq 20000");
    CHECK(s.out == numbers);
}

asio::awaitable<void> names_and_ends(sandbox box) {
    co_await box.tmux_start("sleep 100", tmux_options().session("abcdef"));
    CHECK((co_await box.tmux_poll("abc")).state == tmux_state::not_found);
    co_await box.tmux_kill("abc");
    auto again = co_await as_result(box.tmux_start("true", tmux_options().session("abcdef")));
    check_refused(again, errc::conflict, "abcdef");
    auto all = co_await box.tmux_list();
    REQUIRE(all.size() == 1);
    CHECK(all[0].name == "abcdef");
    CHECK(all[0].running);
    auto early = co_await box.tmux_wait("abcdef", tmux_wait_options().timeout(300ms));
    CHECK(early.state == tmux_state::running);
    co_await box.tmux_kill("abcdef");
    CHECK((co_await box.tmux_poll("abcdef")).state == tmux_state::not_found);
    CHECK((co_await box.tmux_list()).empty());
    auto drawn = co_await box.tmux_start("printf '\\033[2J\\033[3;5Hdrawn'; read x");
    std::string screen;
    auto until = std::chrono::steady_clock::now() + 5s;
    while (screen.find("drawn") == std::string::npos && std::chrono::steady_clock::now() < until)
        screen = co_await box.tmux_screen(drawn);
    CHECK(screen.starts_with("\n\n    drawn\n"));
    co_await box.tmux_kill(drawn);
}

asio::awaitable<void> binary(world& w, sandbox box) {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    auto s = co_await box.tmux_start(
        "i=0; while [ $i -lt 256 ]; do printf \"\\\\$(printf %03o $i)\"; i=$((i+1)); done; exit 7");
    auto status_only = co_await box.tmux_wait(s, tmux_wait_options().max_output(0));
    CHECK(status_only.state == tmux_state::completed);
    CHECK(status_only.status.code() == 7);
    CHECK(status_only.out.empty());
    CHECK(status_only.total_bytes == 256);
    auto whole = co_await as_result(box.tmux_wait(s));
    if (is_text(w.wire)) {
        check_refused(whole, errc::unsupported, "tmux");
    } else {
        REQUIRE(whole);
        CHECK(whole->out == all);
        CHECK((co_await box.tmux_poll(s, 0x8f)).out == all.substr(0x8f));
    }
    co_await box.tmux_kill(s);
}

asio::awaitable<void> on_the_wire(world& w) {
    auto box = co_await ready_box(w.client);
    co_await texts(box);
    co_await names_and_ends(box);
    co_await binary(w, box);
    co_await box.remove(remove_options().force());
}

asio::awaitable<sandbox> poor_box(world& w) {
    auto box = co_await w.client.create(
        eci::create_options("test").cpu(1).memory(2).env("HOME", "/no/such/home"));
    co_await box.wait_ready();
    co_return box;
}

asio::awaitable<void> in_the_image(world& w) {
    auto box = co_await poor_box(w);
    CHECK((co_await box.exec(command("bash", "-c", "true"))).status.code() == 127);
    co_await texts(box);
    co_await names_and_ends(box);
    co_await binary(w, box);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> no_tmux(world& w) {
    auto box = co_await poor_box(w);
    auto r = co_await as_result(box.tmux_start("echo x"));
    check_refused(r, errc::unsupported, "no tmux in the sandbox's image");
    CHECK((co_await box.tmux_list()).empty());
    CHECK((co_await box.tmux_poll("x")).state == tmux_state::not_found);
    co_await box.tmux_kill("x");
    CHECK((co_await box.exec(command("ls", "-A", "/tmp"))).out == "");
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> broken_tmux(world& w) {
    auto box = co_await poor_box(w);
    auto r = co_await as_result(box.tmux_start("echo x"));
    check_refused(r, errc::unsupported, "lost my libraries");
    CHECK((co_await box.tmux_list()).empty());
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> other_folder(world& w) {
    auto box = co_await w.client.create(
        eci::create_options("test").cpu(1).memory(2).env("TMPDIR", "/var/tmp"));
    co_await box.wait_ready();
    auto s = co_await job(box, "echo x; exit 2");
    CHECK(s.out == "x\n");
    auto t = co_await box.tmux_start("exit 3");
    CHECK((co_await box.exec(command("ls", "-A", "/var/tmp"))).out == ".ecisbx-tmux-0\n");
    CHECK((co_await box.tmux_wait(t)).status.code() == 3);
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("tmux: the same on every wire: kubelet") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::kubelet),
             on_the_wire);
}
TEST_CASE("tmux: the same on every wire: v4") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::v4), on_the_wire);
}
TEST_CASE("tmux: the same on every wire: v5") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::v5), on_the_wire);
}
TEST_CASE("tmux: the same on every wire: silent") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::silent),
             on_the_wire);
}
TEST_CASE("tmux: the same on every wire: raw") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::raw), on_the_wire);
}
TEST_CASE("tmux: the same on every wire: text") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::text), on_the_wire);
}
TEST_CASE("tmux: busybox alone") {
    small_root root("busybox");
    root.tmux();
    in_world(server::options().runtime(root.runtime()), in_the_image);
}
TEST_CASE("tmux: dash alone") {
    small_root root("dash");
    root.applets(plain_applets).tmux();
    in_world(server::options().runtime(root.runtime()), in_the_image);
}
TEST_CASE("tmux: an image without it says so") {
    small_root root("dash");
    root.applets(plain_applets);
    in_world(server::options().runtime(root.runtime()), no_tmux);
}
TEST_CASE("tmux: one that does not start says why") {
    small_root root("dash");
    root.applets(plain_applets)
        .file("/bin/tmux", "#!/bin/sh\necho lost my libraries >&2\nexit 1\n", 0755);
    in_world(server::options().runtime(root.runtime()), broken_tmux);
}
TEST_CASE("tmux: TMPDIR is where the state is") {
    in_world(server::options().runtime(server::bubblewrap()), other_folder);
}
