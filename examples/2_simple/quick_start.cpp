// Quick start: create a sandbox with everything a first user sets, look at it, run a command,
// restart it, remove it.
#include "example.hpp"

namespace asio = boost::asio;

asio::awaitable<void> quick_start(ecisbx::eci::client client) {
    auto box = co_await client.create(ecisbx::eci::create_options("python:3.12")
                                          .name("quick-start")
                                          .cpu(1)
                                          .memory(2)
                                          .env("GREETING", "hello")
                                          .port(8080)
                                          .tag("owner", "example"));
    std::cout << "created " << box.id() << '\n';
    co_await box.wait_ready();

    auto group = co_await client.describe(box.id());
    std::cout << group.name << " is " << group.status << ", " << group.cpu << " vCPU, "
              << group.memory << " GiB\n";

    auto run = co_await box.bash("echo $GREETING from $(uname -s)");
    run.throw_if_failed();
    std::cout << run.out;

    co_await box.restart();
    co_await box.wait_ready();
    auto again = co_await box.bash("echo restarted");
    std::cout << again.out;

    co_await box.remove();
    std::cout << "removed\n";
}

int main() {
    return example::run(quick_start);
}
