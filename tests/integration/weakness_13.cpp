// What the package can not do at all, done once each.
#include "common/world.hpp"

#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

eci::create_options two_containers() {
    eci::create_options options("web:1");
    options.name("all-of-it").restart_policy("Never").tag("suite", "thirteen");
    options.command(command("sh", "-c", "for i in 1 2 3; do echo line $i; done; exec sleep 1000"));
    options.add_container(eci::container_options("helper:1").name("helper").env("ROLE", "helper"));
    return options;
}

asio::awaitable<void> failing_wait(eci::client client) {
    auto options = eci::create_options("x").restart_policy("Never").command(
        command("sh", "-c", "echo broken >&2; exit 3"));
    auto box = co_await client.create(std::move(options));
    // It runs for a moment: whoever looks just then sees it ready.
    auto waited = co_await as_result(box.wait_ready());
    while (waited) waited = co_await as_result(box.wait_ready());
    CHECK(waited.error().code == errc::not_ready);
    CHECK(waited.error().message.find("exit code 3") != std::string::npos);
}

asio::awaitable<void> streamed(sandbox box) {
    auto p = co_await box.start(command("sh", "-c", "read a; echo got $a; stty size"),
                                exec_options().tty(30, 90));
    co_await p.write("typed\n");
    std::string seen;
    for (;;) {
        auto piece = co_await p.read();
        if (!piece) break;
        seen += piece->bytes;
    }
    auto result = co_await p.wait();
    CHECK(result.status.code() == 0);
    CHECK(seen.find("got typed") != std::string::npos);
    CHECK(seen.find("30 90") != std::string::npos);
}

asio::awaitable<void> told(eci::client client, std::string id) {
    auto stream = co_await client.follow_logs(id, eci::log_options());
    std::string log;
    while (log.find("line 3") == std::string::npos) {
        auto piece = co_await stream.read();
        REQUIRE(piece.has_value());
        log += *piece;
    }
    CHECK(log == "line 1\nline 2\nline 3\n");
    auto events = co_await client.events(id);
    CHECK(!events.events.empty());
    auto metrics = co_await client.metrics(id);
    CHECK(!metrics.records.empty());
    auto usage = co_await client.usage();
    CHECK(usage.used_cpu.value_or(0) > 0);
}

asio::awaitable<void> all_of_it(world& w) {
    auto box = co_await w.client.create(two_containers());
    co_await box.wait_ready();
    auto role = co_await box.bash("echo $ROLE", exec_options().container("helper"));
    CHECK(role.out == "helper\n");
    co_await streamed(box);
    co_await told(w.client, box.id());

    co_await box.write_file("/tmp/a", "bytes");
    CHECK(co_await box.read_file("/tmp/a") == "bytes");

    co_await w.client.update(box.id(), eci::update_options().tag("suite", "updated"));
    auto group = co_await w.client.describe(box.id());
    CHECK(group.tags.at("suite") == "updated");
    auto caches = co_await w.client.call("DescribeImageCaches", {});
    CHECK(caches.as_object().contains("ImageCaches"));
    co_await failing_wait(w.client);
}

}  // namespace

TEST_CASE("eci-as-sandbox weakness 13: waits, logs, events, metrics, update, streams, a terminal") {
    in_world(server::options().runtime(server::bubblewrap()), all_of_it);
}
