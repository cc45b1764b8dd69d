// Commands: argv and scripts, folder and environment, input, exit codes, a timeout, errors.
#include "example.hpp"

#include <chrono>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> in_box(ecisbx::sandbox box) {
    co_await box.wait_ready();
    // argv is data: no shell looks at it.
    auto list = co_await box.exec(ecisbx::command("printf", "<%s>\\n", "two words", "$HOME"));
    std::cout << list.out;

    // A script, with a folder and a variable.
    auto in_tmp = co_await box.bash("pwd; echo $MODE",
                                    ecisbx::exec_options().dir("/tmp").env("MODE", "fast"));
    std::cout << in_tmp.out;

    // stdin, and both output streams apart.
    auto sorted =
        co_await box.bash("sort; echo sorted >&2", ecisbx::exec_options().input("pear\napple\n"));
    std::cout << sorted.out << "stderr: " << sorted.err;

    // A command that fails is a result, with its true status.
    auto failed = co_await box.bash("ls /no/such/folder");
    std::cout << "failed: " << (failed.ok() ? "no" : "yes") << ", " << failed.status << '\n';

    // A deadline ends the remote processes too.
    auto slow = co_await box.bash("echo begun; sleep 100", ecisbx::exec_options().timeout(500ms));
    std::cout << slow.out << "then " << slow.status << '\n';

    // What the service refuses is an error; here without an exception.
    auto nothing = co_await ecisbx::as_result(
        box.exec(ecisbx::command("true"), ecisbx::exec_options().container("no-such-container")));
    std::cout << "unknown container: " << (nothing ? "ran" : "refused") << '\n';
}

asio::awaitable<void> commands(ecisbx::eci::client client) {
    co_await example::in_new_box(client, in_box);
}

int main() {
    return example::run(commands);
}
