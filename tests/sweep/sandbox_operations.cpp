// <ecisbx/sandbox.hpp>
#include "simulation/program.hpp"
#include "sweep/operations.hpp"

#include <chrono>
#include <utility>

namespace ecisbx::sweep {
namespace {

using namespace std::chrono_literals;

sim::program speaker(stage& s) {
    sim::program p;
    p.key = s.round + 1;
    p.out = 3000;
    p.err = 100;
    p.pieces = 2;
    p.sleep = 1000;
    p.code = 3;
    return p;
}

asio::awaitable<void> new_box(stage& s) {
    auto box = co_await s.client->create(eci::create_options("image").cpu(1).memory(2));
    s.made = box.id();
}
asio::awaitable<void> new_ready_box(stage& s) {
    co_await new_box(s);
    co_await s.client->attach(s.made).wait_ready();
}
asio::awaitable<void> new_session(stage& s) {
    co_await s.box.tmux_start(speaker(s).script(), tmux_options().session(s.name()));
}
asio::awaitable<void> new_remote_file(stage& s) {
    s.here.boxes.files["/data"] = std::string(50'000, 'x');
    co_return;
}

asio::awaitable<void> wait_ready(stage& s) {
    co_await s.client->attach(s.made).wait_ready();
}
asio::awaitable<void> exec(stage& s) {
    co_await s.box.exec(command(speaker(s).argv()), exec_options().timeout(60s).input("in"));
}
asio::awaitable<void> bash(stage& s) {
    co_await s.box.bash(speaker(s).script(), exec_options().timeout(60s));
}
asio::awaitable<void> start(stage& s) {
    s.running.emplace(
        co_await s.box.start(command(speaker(s).argv()), exec_options().timeout(60s)));
}
asio::awaitable<void> start_bash(stage& s) {
    s.running.emplace(
        co_await s.box.start_bash(speaker(s).script(), exec_options().timeout(60s).tty(24, 80)));
}
asio::awaitable<void> remove(stage& s) {
    co_await s.client->attach(s.made).remove();
}
asio::awaitable<void> restart(stage& s) {
    co_await s.client->attach(s.made).restart();
}
asio::awaitable<void> tmux_start(stage& s) {
    co_await new_session(s);
}
asio::awaitable<void> tmux_poll(stage& s) {
    co_await s.box.tmux_poll(s.name());
}
asio::awaitable<void> tmux_wait(stage& s) {
    co_await s.box.tmux_wait(s.name(), tmux_wait_options().timeout(60s));
}
asio::awaitable<void> tmux_kill(stage& s) {
    co_await s.box.tmux_kill(s.name());
}
asio::awaitable<void> tmux_list(stage& s) {
    co_await s.box.tmux_list();
}
asio::awaitable<void> tmux_screen(stage& s) {
    co_await s.box.tmux_screen(s.name());
}
asio::awaitable<void> write_file(stage& s) {
    co_await s.box.write_file("/written", std::string(100'000, 'w'));
}
asio::awaitable<void> read_file(stage& s) {
    co_await s.box.read_file("/data");
}
asio::awaitable<void> upload(stage& s) {
    co_await s.box.upload(s.folder + "/local", "/uploaded");
}
asio::awaitable<void> download(stage& s) {
    co_await s.box.download("/data", s.folder + "/got");
}

}  // namespace

std::vector<operation> sandbox_operations() {
    const std::string sandbox = "sandbox.hpp";
    return {{sandbox, "wait_ready", new_box, wait_ready},
            {sandbox, "exec", nullptr, exec},
            {sandbox, "bash", nullptr, bash},
            {sandbox, "start", nullptr, start},
            {sandbox, "start_bash", nullptr, start_bash},
            {sandbox, "remove", new_ready_box, remove},
            {sandbox, "restart", new_ready_box, restart},
            {sandbox, "tmux_start", nullptr, tmux_start},
            {sandbox, "tmux_poll", new_session, tmux_poll},
            {sandbox, "tmux_wait", new_session, tmux_wait},
            {sandbox, "tmux_kill", new_session, tmux_kill},
            {sandbox, "tmux_list", new_session, tmux_list},
            {sandbox, "tmux_screen", new_session, tmux_screen},
            {sandbox, "write_file", nullptr, write_file},
            {sandbox, "read_file", new_remote_file, read_file},
            {sandbox, "upload", nullptr, upload},
            {sandbox, "download", new_remote_file, download}};
}

}  // namespace ecisbx::sweep
