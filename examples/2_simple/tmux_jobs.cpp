// Jobs that outlive the connection: start, look while it runs, wait, list, kill.
#include "example.hpp"

#include <chrono>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> in_box(ecisbx::sandbox box) {
    co_await box.wait_ready();
    auto job = co_await box.tmux_start("for i in 1 2 3; do echo step $i; sleep 0.2; done; exit 3",
                                       ecisbx::tmux_options().session("train").dir("/tmp"));
    std::cout << "started " << job.name << '\n';

    // One call each, and only what is new: go on at next_byte.
    auto now = co_await box.tmux_poll("train");
    std::cout << "first look: " << (now.state == ecisbx::tmux_state::running ? "running" : "ended")
              << '\n';

    // Returns the moment the job ends; its output is byte for byte what it wrote.
    auto end = co_await box.tmux_wait("train", ecisbx::tmux_wait_options().timeout(60s));
    std::cout << end.out << end.status << '\n';

    auto all = co_await box.tmux_list();
    std::cout << all.size() << " session\n";
    co_await box.tmux_kill("train");
    auto after = co_await box.tmux_poll("train");
    std::cout << (after.state == ecisbx::tmux_state::not_found ? "gone\n" : "still there\n");
}

asio::awaitable<void> tmux_jobs(ecisbx::eci::client client) {
    co_await example::in_new_box(client, in_box);
}

int main() {
    return example::run(tmux_jobs);
}
