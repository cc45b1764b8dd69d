// What both consumers do with a client: a script, a job in tmux, errors that cross the library's
// border. Throws when something is not as promised.
#pragma once

#include <ecisbx/ecisbx.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

inline void expect(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

inline boost::asio::awaitable<void> use(ecisbx::eci::client client) {
    using namespace std::chrono_literals;
    auto box = co_await client.create(ecisbx::eci::create_options("alpine").name("consumer"));
    co_await box.wait_ready(ecisbx::wait_options().timeout(30s));

    auto run = co_await box.bash("echo $((6*7)); echo why >&2; exit 3");
    expect(run.out == "42\n" && run.err == "why\n", "bash: both streams, apart");
    expect(run.status.code() == 3 && run.complete, "bash: the true exit code");

    auto job = co_await box.tmux_start("for i in 1 2 3; do echo step $i; done; exit 5");
    auto end = co_await box.tmux_wait(job, ecisbx::tmux_wait_options().timeout(30s));
    expect(end.state == ecisbx::tmux_state::completed, "tmux_wait: the end");
    expect(end.status.code() == 5 && end.out == "step 1\nstep 2\nstep 3\n",
           "tmux_wait: its output");

    // Exceptions are thrown on the one side of the border and caught on the other.
    bool thrown = false;
    try {
        run.throw_if_failed();
    } catch (const ecisbx::command_failed&) {
        thrown = true;
    }
    expect(thrown, "command_failed is caught by its type");
    thrown = false;
    try {
        co_await client.get("eci-00000000000000000000");
    } catch (const ecisbx::error& e) {
        thrown = e.code() == ecisbx::errc::not_found && !e.info().request_id.empty();
    }
    expect(thrown, "error is caught by its type, and its condition compares equal");

    auto none = co_await ecisbx::as_result(client.get("eci-00000000000000000000"));
    expect(!none && none.error().code == ecisbx::errc::not_found, "as_result");
    co_await box.remove();
}
