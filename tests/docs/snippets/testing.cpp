// Snippets of docs/guide/testing.md and docs/local-server.md.
#include "snippets.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>

namespace {

// The code under test.
asio::awaitable<std::string> version_in(ecisbx::sandbox box) {
    auto r = co_await box.bash("echo 1.2.3");
    r.throw_if_failed();
    co_return r.out;
}

//! [embed]
asio::awaitable<void> finds_the_version() {
    auto executor = co_await asio::this_coro::executor;
    auto local = co_await ecisbx::server::start(
        executor, ecisbx::server::options().runtime(ecisbx::server::bubblewrap()));
    ecisbx::eci::client client(executor, local.eci_config());

    auto box = co_await client.create(ecisbx::eci::create_options("debian:12"));
    co_await box.wait_ready();
    auto version = co_await version_in(box);
    CHECK(version == "1.2.3\n");

    co_await local.stop();  // every sandbox and process of it is gone
}

TEST_CASE("finds the version") {
    asio::io_context context;
    std::exception_ptr failure;
    asio::co_spawn(context, finds_the_version(), [&](std::exception_ptr e) { failure = e; });
    context.run();
    if (failure) std::rethrow_exception(failure);
}
//! [embed]

//! [failures]
asio::awaitable<void> what_goes_wrong(ecisbx::server::local local, ecisbx::eci::client client) {
    auto box = co_await client.create(ecisbx::eci::create_options("debian:12"));
    local.force_status(box.id(), "ScheduleFailed", "NoStock", "no capacity in this zone");
    auto ready = co_await ecisbx::as_result(box.wait_ready());
    CHECK(ready.error().code == ecisbx::errc::not_ready);

    local.set_credentials("new-id", "new-secret");  // the client's key has ended
    auto refused = co_await ecisbx::as_result(client.describe(box.id()));
    CHECK(refused.error().code == ecisbx::errc::unauthenticated);
}
//! [failures]

//! [settings]
ecisbx::server::options hostile_cloud() {
    return ecisbx::server::options()
        .tls()
        .runtime(ecisbx::server::synthetic())  // no processes: thousands of sandboxes
        .wire(ecisbx::server::wire::silent)    // exec channels without an exit record
        .quota("ExecContainerCommand", 60)     // a minute, then Throttling.User
        .clock_offset(20min);                  // the client has to notice and correct
}
//! [settings]

//! [quotas]
ecisbx::server::options with_quotas() {
    return ecisbx::server::options()
        .quota("ExecContainerCommand", 500)
        .quota("CreateContainerGroup", 10, 1s);
}

ecisbx::server::options as_published() {
    return ecisbx::server::options().use_vendor_quotas();
}
//! [quotas]

//! [calls]
asio::awaitable<void> costs_one_call(ecisbx::server::local local, ecisbx::sandbox box) {
    local.reset_calls();
    co_await box.bash("true");
    auto calls = local.calls();  // {"(exec channel)": 1, "ExecContainerCommand": 1}
    CHECK(calls["ExecContainerCommand"] == 1);
}
//! [calls]

asio::awaitable<void> testing(ecisbx::test::world& w) {
    auto box = co_await ecisbx::test::ready_box(w.client);
    co_await costs_one_call(w.local, box);
    CHECK(w.local.calls().size() == 2);
    co_await what_goes_wrong(w.local, w.client);
}

asio::awaitable<void> in_a_hostile_cloud(ecisbx::test::world& w) {
    auto box = co_await ecisbx::test::ready_box(w.client);
    auto r = co_await box.exec(ecisbx::command("echo", "still true"));
    CHECK(r.out == "still true\n");
    CHECK(r.ok());
    co_await box.remove(ecisbx::remove_options().force());
}

}  // namespace

TEST_CASE("guide: testing your own code") {
    CHECK(with_quotas().quotas().size() == 2);
    CHECK(as_published().quotas().size() == ecisbx::server::vendor_quotas().size());
    ecisbx::test::in_world(snippets::isolated(), testing);
    ecisbx::test::in_world(hostile_cloud(), in_a_hostile_cloud);
}
