// Snippets of docs/guide/sandboxes.md and concepts.md.
#include "snippets.hpp"

#include <boost/asio/co_spawn.hpp>

#include <vector>

namespace {

//! [create]
asio::awaitable<ecisbx::sandbox> make(ecisbx::eci::client client) {
    auto box = co_await client.create(ecisbx::eci::create_options("python:3.12")
                                          .name("worker-7")
                                          .cpu(1)
                                          .memory(2)
                                          .env("MODE", "fast")
                                          .tag("job", "nightly"));
    co_await box.wait_ready(ecisbx::wait_options().timeout(120s));
    co_return box;
}
//! [create]

//! [big]
ecisbx::eci::create_options two_containers() {
    return ecisbx::eci::create_options("debian:12")
        .restart_policy("Never")
        .active_deadline(3600s)
        .add_volume(ecisbx::eci::volume::empty_dir("scratch").size_limit("256Mi"))
        .mount("scratch", "/scratch")
        .add_container(ecisbx::eci::container_options("redis:7")
                           .name("cache")
                           .command(ecisbx::command("sleep", "infinity"))
                           .mount("scratch", "/scratch"));
}
//! [big]

//! [handles]
asio::awaitable<void> handles(ecisbx::eci::client client, std::string id) {
    auto checked = co_await client.get(id);  // one call; throws not_found
    auto unchecked = client.attach(id);      // no call: the first use tells
    auto group = co_await client.describe(id);
    std::cout << group.name << ' ' << group.status << ' ' << group.events.size() << " events\n";
}
//! [handles]

//! [list]
asio::awaitable<int> running_of(ecisbx::eci::client client, std::string job) {
    auto mine = ecisbx::eci::list_options().tag("job", job).status("Running");
    auto groups = co_await client.list_all(mine);  // every page
    for (const auto& group : groups) std::cout << group.id << ' ' << group.name << '\n';
    co_return static_cast<int>(groups.size());
}
//! [list]

//! [restart]
asio::awaitable<void> again(ecisbx::sandbox box) {
    co_await box.restart();
    co_await box.wait_ready();  // waits for the new start; the Running of before does not count
}
//! [restart]

//! [remove]
asio::awaitable<void> sweep(std::vector<ecisbx::sandbox> boxes) {
    for (auto& box : boxes) co_await box.remove(ecisbx::remove_options().force());
}
//! [remove]

//! [several]
asio::awaitable<void> both(ecisbx::sandbox box) {
    auto here = co_await box.bash("touch /scratch/hello");
    auto there = co_await box.bash("ls /scratch", ecisbx::exec_options().container("cache"));
    std::cout << here.status << ", " << there.out;
}
//! [several]

//! [client]
asio::awaitable<void> one_client(asio::any_io_executor executor, ecisbx::eci::config settings) {
    ecisbx::eci::client client(executor, settings);  // no I/O, no thread
    auto copy = client;                              // the same connections and quotas
    auto page = co_await copy.list(ecisbx::eci::list_options().limit(5));
    std::cout << page.groups.size() << " sandboxes\n";
}
//! [client]

asio::awaitable<void> sandboxes(ecisbx::test::world& w) {
    auto box = co_await make(w.client);
    co_await handles(w.client, box.id());
    int found = co_await running_of(w.client, "nightly");
    CHECK(found == 1);
    auto mode = co_await box.bash("echo $MODE");
    CHECK(mode.out == "fast\n");
    co_await again(box);
    auto still = co_await box.bash("true");
    CHECK(still.ok());

    auto pair = co_await w.client.create(two_containers());
    co_await pair.wait_ready();
    co_await both(pair);
    auto seen = co_await pair.exec(ecisbx::command("ls", "/scratch"),
                                   ecisbx::exec_options().container("cache"));
    CHECK(seen.out == "hello\n");

    co_await one_client(w.context.get_executor(), w.local.eci_config());
    std::vector<ecisbx::sandbox> all{box, pair};
    co_await sweep(std::move(all));
    int left = co_await running_of(w.client, "nightly");
    CHECK(left == 0);
}

}  // namespace

TEST_CASE("guide: sandboxes") {
    ecisbx::test::in_world(snippets::isolated(), sandboxes);
}
