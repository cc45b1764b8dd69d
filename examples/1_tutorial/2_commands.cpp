// Commands: true exit codes, output as it streams, failure as a result, a deadline that kills.
#include <ecisbx/ecisbx.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

void step(const std::string& text) {
    std::cout << "\n== " << text << std::endl;
}

void show(const ecisbx::exec_result& r) {
    std::cout << "   status: " << r.status << ", complete: " << (r.complete ? "yes" : "no")
              << ", out: " << r.out_bytes << " bytes, err: " << r.err_bytes << " bytes, "
              << r.elapsed.count() << " ms, request " << r.request_id << std::endl;
}

// Polling is for show: wait_ready alone would do.
asio::awaitable<void> wait_and_tell(ecisbx::eci::client client, ecisbx::sandbox box) {
    auto group = co_await client.describe(box.id());
    std::cout << "   status: " << group.status << std::endl;
    co_await box.wait_ready();
    group = co_await client.describe(box.id());
    std::cout << "   status: " << group.status << std::endl;
}

asio::awaitable<void> stream(ecisbx::sandbox box) {
    step("an exec channel: output as it streams, stdout and stderr apart");
    auto process = co_await box.start(ecisbx::command(
        "sh", "-c", "for i in 1 2 3; do echo tick $i; sleep 0.3; done; echo done >&2"));
    std::cout << "   exec opened, request " << process.request_id() << std::endl;
    auto started = clock_type::now();
    while (auto piece = co_await process.read()) {
        auto at =
            std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - started);
        std::cout << "   +" << at.count() << " ms "
                  << (piece->stream == ecisbx::stream_id::out ? "out: " : "err: ") << piece->bytes
                  << std::flush;
    }
    show(co_await process.wait());
}

asio::awaitable<void> commands() {
    auto client =
        ecisbx::eci::client(co_await asio::this_coro::executor, ecisbx::eci::config::from_env());

    step("a signed call: CreateContainerGroup");
    auto box =
        co_await client.create(ecisbx::eci::create_options("python:3.12").tag("example", "2"));
    std::cout << "   created " << box.id() << std::endl;
    co_await wait_and_tell(client, box);

    step("a command and its exit code");
    auto r = co_await box.exec(ecisbx::command("uname", "-sr"));
    std::cout << "   " << r.out;
    show(r);

    step("a script, its input and its environment");
    r = co_await box.bash(
        "tr a-z A-Z; echo \"$GREETING from $PWD\"",
        ecisbx::exec_options().dir("/tmp").env("GREETING", "hello").input("abc\n"));
    std::cout << r.out;
    show(r);

    co_await stream(box);

    step("a command that fails is a result, not an exception");
    r = co_await box.bash("echo oops >&2; exit 3");
    std::cout << "   " << r.err;
    show(r);

    step("a command cut by its deadline: its process group is killed");
    r = co_await box.bash("echo started; sleep 600", ecisbx::exec_options().timeout(1500ms));
    std::cout << "   " << r.out;
    show(r);
    r = co_await box.bash("pgrep -x sleep || echo 'nothing of it is left'");
    std::cout << "   " << r.out;

    step("the end");
    co_await box.remove();
    std::cout << "   removed " << box.id() << std::endl;
}

int main() {
    asio::io_context context;
    int status = 0;
    asio::co_spawn(context, commands(), [&](std::exception_ptr failure) {
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const std::exception& e) {
            std::cerr << e.what() << '\n';
            status = 1;
        }
    });
    context.run();
    return status;
}
