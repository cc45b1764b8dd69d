// Your own code under test against a real server in the same process: no cloud, no account, no
// program to start. `deploy` stands for what you would test.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <ecisbx/ecisbx.hpp>
#include <ecisbx/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>

namespace asio = boost::asio;

/// The code under test: puts a program into a new sandbox and says what it answers.
asio::awaitable<std::string> deploy(ecisbx::eci::client client, std::string program) {
    auto box = co_await client.create(ecisbx::eci::create_options("debian:12").tag("app", "mine"));
    co_await box.wait_ready();
    co_await box.write_file("/tmp/program", std::move(program), ecisbx::file_options().mode(0755));
    auto run = co_await box.exec(ecisbx::command("/tmp/program"));
    run.throw_if_failed();
    co_return run.out;
}

/// Runs a test's coroutine to its end; what it throws fails the test.
void run(asio::awaitable<void> test) {
    asio::io_context context;
    asio::co_spawn(context, std::move(test), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    context.run();
}

asio::awaitable<void> deploys() {
    auto local = co_await ecisbx::server::start(
        co_await asio::this_coro::executor,
        ecisbx::server::options().runtime(ecisbx::server::bubblewrap()));
    ecisbx::eci::client client(co_await asio::this_coro::executor, local.eci_config());

    auto answer = co_await deploy(client, "#!/bin/sh\necho ready\n");
    CHECK(answer == "ready\n");
    auto groups = co_await client.list_all(ecisbx::eci::list_options().tag("app", "mine"));
    CHECK(groups.size() == 1);
    CHECK(local.calls()["CreateContainerGroup"] == 1);
    co_await local.stop();
}

TEST_CASE("deploy puts the program there and runs it") {
    run(deploys());
}

asio::awaitable<void> service_is_out_of_stock() {
    auto local = co_await ecisbx::server::start(
        co_await asio::this_coro::executor,
        ecisbx::server::options().runtime(ecisbx::server::synthetic()));
    ecisbx::eci::client client(co_await asio::this_coro::executor, local.eci_config());
    auto box = co_await client.create(ecisbx::eci::create_options("debian:12"));
    // What a cloud does on a bad day, when you want it.
    local.force_status(box.id(), "ScheduleFailed", "NoStock", "no capacity");
    auto waited = co_await ecisbx::as_result(box.wait_ready());
    REQUIRE(!waited);
    CHECK(waited.error().code == ecisbx::errc::not_ready);
    co_await local.stop();
}

TEST_CASE("a sandbox that can not be scheduled is told, not waited for") {
    run(service_is_out_of_stock());
}
