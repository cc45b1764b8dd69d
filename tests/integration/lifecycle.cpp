// The life of sandboxes: create, wait, list, restart, remove, and the ways it goes wrong.
#include "common/world.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

server::options real() {
    return server::options().runtime(server::bubblewrap());
}
server::options in_memory() {
    return synthetic_server();
}

asio::awaitable<void> whole_life(world& w) {
    auto box = co_await w.client.create(
        eci::create_options("python:3.12").name("whole-life").tag("k", "v").env("FROM", "create"));
    co_await box.wait_ready();
    auto group = co_await w.client.describe(box.id());
    CHECK(group.name == "whole-life");
    CHECK(group.status == "Running");
    CHECK(group.cpu == 1);
    CHECK(group.memory == 2);
    CHECK(group.tags.at("k") == "v");
    REQUIRE(group.containers.size() == 1);
    CHECK(group.containers[0].image == "python:3.12");
    CHECK(group.containers[0].current.state == "Running");

    auto same = co_await w.client.get(box.id());
    auto r = co_await same.bash("echo $FROM; touch /tmp/mark");
    CHECK(r.out == "create\n");

    co_await box.restart();
    co_await box.wait_ready();
    r = co_await box.bash("ls /tmp");
    CHECK(r.out == "");

    co_await box.remove();
    CHECK(co_await eventually([] { return true; }, 1s));
    co_await box.remove(remove_options().force());  // gone or going: no error
    auto gone = co_await as_result(w.client.get("eci-00000000000000000000"));
    CHECK(gone.error().code == errc::not_found);
}

asio::awaitable<void> listing(world& w) {
    std::set<std::string> made;
    for (int i = 0; i < 45; ++i) {
        auto box = co_await w.client.create(eci::create_options("x").tag("suite", "listing"));
        made.insert(box.id());
    }
    auto page = co_await w.client.list(eci::list_options().tag("suite", "listing").limit(10));
    CHECK(page.groups.size() == 10);
    CHECK(page.total_count == 45);
    CHECK(!page.next_token.empty());
    auto all = co_await w.client.list_all(eci::list_options().tag("suite", "listing"));
    std::set<std::string> seen;
    for (auto& g : all) seen.insert(g.id);
    CHECK(seen == made);
    auto none = co_await w.client.list(eci::list_options().tag("suite", "other"));
    CHECK(none.groups.empty());
}

asio::awaitable<void> ends_at_once(world& w) {
    for (const char* status : {"Failed", "ScheduleFailed", "Expired"}) {
        auto box = co_await w.client.create(eci::create_options("x"));
        w.local.force_status(box.id(), status, "NoStock", "there is none of it today");
        auto started = std::chrono::steady_clock::now();
        auto waited = co_await as_result(box.wait_ready());
        REQUIRE(!waited);
        CHECK(waited.error().code == errc::not_ready);
        CHECK(waited.error().message.find(status) != std::string::npos);
        CHECK(waited.error().message.find("NoStock") != std::string::npos);
        CHECK(waited.error().message.find("there is none of it today") != std::string::npos);
        CHECK(std::chrono::steady_clock::now() - started < 5s);
    }
}

asio::awaitable<void> main_process_fails(world& w) {
    auto box = co_await w.client.create(
        eci::create_options("x").command(command("sh", "-c", "exit 3")).restart_policy("Never"));
    auto waited = co_await as_result(box.wait_ready());
    if (waited) {  // it ran for a moment
        for (int i = 0; i < 500; ++i) {
            auto group = co_await w.client.describe(box.id());
            if (group.status == "Failed") break;
        }
        waited = co_await as_result(box.wait_ready());
    }
    REQUIRE(!waited);
    CHECK(waited.error().code == errc::not_ready);
    CHECK(waited.error().message.find("3") != std::string::npos);
    auto group = co_await w.client.describe(box.id());
    CHECK(group.status == "Failed");
    CHECK(group.containers.at(0).current.exit_code == 3);
    auto run = co_await as_result(box.bash("true"));
    CHECK(run.error().code == errc::conflict);
    co_await box.remove();
}

asio::awaitable<void> forgets_nobody(world& w) {
    auto removed = co_await as_result(w.client.remove("eci-00000000000000000000"));
    CHECK(removed.has_value());
    auto restarted = co_await as_result(w.client.restart("eci-00000000000000000000"));
    CHECK(restarted.error().code == errc::not_found);
    CHECK(!restarted.error().request_id.empty());
    auto run = co_await as_result(w.client.attach("eci-00000000000000000000").bash("true"));
    CHECK(run.error().code == errc::not_found);
}

asio::awaitable<void> bad_create(world& w) {
    auto bad = co_await as_result(w.client.create(eci::create_options("")));
    CHECK(bad.error().code == errc::invalid_argument);
    bad = co_await as_result(w.client.create(eci::create_options("x").name("-No")));
    CHECK(bad.error().code == errc::invalid_argument);
    CHECK(bad.error().message.find("name") != std::string::npos);
    bad = co_await as_result(w.client.create(eci::create_options("x").cpu(-1)));
    CHECK(bad.error().code == errc::invalid_argument);
    bad = co_await as_result(w.client.create(eci::create_options("x").port(70000)));
    CHECK(bad.error().code == errc::invalid_argument);
}

}  // namespace

TEST_CASE("the whole life of a sandbox") {
    in_world(real(), whole_life);
}
TEST_CASE("the whole life of a sandbox over TLS") {
    in_world(real().tls(), whole_life);
}
TEST_CASE("listing pages through everything") {
    in_world(in_memory(), listing);
}
TEST_CASE("wait_ready ends at once and tells why") {
    in_world(in_memory(), ends_at_once);
}
TEST_CASE("a main process that fails") {
    in_world(real(), main_process_fails);
}
TEST_CASE("unknown ids") {
    in_world(in_memory(), forgets_nobody);
}
TEST_CASE("what create refuses") {
    in_world(in_memory(), bad_create);
}
