// <ecisbx/eci/client.hpp> and <ecisbx/eci/logs.hpp>
#include "net/wait.hpp"
#include "sweep/operations.hpp"

#include <chrono>
#include <utility>

namespace ecisbx::sweep {
namespace {

using namespace std::chrono_literals;

asio::awaitable<void> make_group(stage& s) {
    auto box = co_await s.client->create(eci::create_options("image").cpu(1).memory(2));
    s.made = box.id();
    co_await box.wait_ready();
}

/// Two groups: as many pages.
asio::awaitable<void> make_one_more(stage& s) {
    if (s.made.empty()) co_await make_group(s);
}

asio::awaitable<void> make_cache(stage& s) {
    auto made = co_await s.client->create_image_cache(
        eci::image_cache_options().name(s.name()).image("image"));
    s.made = made.id;
    co_await net::sleep_for(60s, core::deadline::never());  // until it is ready
}

asio::awaitable<void> make_stream(stage& s) {
    s.logs.emplace(co_await s.client->follow_logs(s.box.id()));
}

asio::awaitable<void> create(stage& s) {
    co_await s.client->create(eci::create_options("image").name(s.name()).cpu(1).memory(2));
}
asio::awaitable<void> get(stage& s) {
    co_await s.client->get(s.box.id());
}
asio::awaitable<void> describe(stage& s) {
    co_await s.client->describe(s.box.id());
}
asio::awaitable<void> list(stage& s) {
    co_await s.client->list();
}
asio::awaitable<void> list_all(stage& s) {
    co_await s.client->list_all(eci::list_options().limit(1));
}
asio::awaitable<void> remove(stage& s) {
    co_await s.client->remove(s.made, remove_options().force());
}
asio::awaitable<void> restart(stage& s) {
    co_await s.client->restart(s.made);
}
asio::awaitable<void> wait_status(stage& s) {
    std::vector<std::string> wanted(1, "Running");
    co_await s.client->wait_status(s.box.id(), std::move(wanted), wait_options().timeout(30s));
}
asio::awaitable<void> dry_run(stage& s) {
    co_await s.client->dry_run(eci::create_options("image").cpu(1).memory(2));
}
asio::awaitable<void> update(stage& s) {
    co_await s.client->update(s.made, eci::update_options().tag("owner", s.name()));
}
asio::awaitable<void> create_image_cache(stage& s) {
    co_await s.client->create_image_cache(
        eci::image_cache_options().name("c" + s.name()).image("image"));
}
asio::awaitable<void> image_caches(stage& s) {
    co_await s.client->image_caches();
}
asio::awaitable<void> update_image_cache(stage& s) {
    co_await s.client->update_image_cache(s.made, eci::image_cache_options().image("other"));
}
asio::awaitable<void> remove_image_cache(stage& s) {
    co_await s.client->remove_image_cache(s.made);
}
asio::awaitable<void> exec_urls(stage& s) {
    co_await s.client->exec_urls(s.box.id(), command("true"));
}
asio::awaitable<void> logs(stage& s) {
    co_await s.client->logs(s.box.id());
}
asio::awaitable<void> follow_logs(stage& s) {
    co_await s.client->follow_logs(s.box.id());
}
asio::awaitable<void> read_logs(stage& s) {
    co_await s.logs->read();
}
asio::awaitable<void> events(stage& s) {
    co_await s.client->events(s.box.id());
}
asio::awaitable<void> events_of_all(stage& s) {
    co_await s.client->events(eci::event_query().id(s.box.id()));
}
asio::awaitable<void> metrics(stage& s) {
    co_await s.client->metrics(s.box.id());
}
asio::awaitable<void> metrics_of(stage& s) {
    std::vector<std::string> ids(1, s.box.id());
    co_await s.client->metrics_of(std::move(ids));
}
asio::awaitable<void> price(stage& s) {
    co_await s.client->price(eci::price_options().cpu(2).memory(4));
}
asio::awaitable<void> regions(stage& s) {
    co_await s.client->regions();
}
asio::awaitable<void> available_resources(stage& s) {
    co_await s.client->available_resources(eci::resource_query().cores(2).memory(4));
}
asio::awaitable<void> usage(stage& s) {
    co_await s.client->usage();
}
asio::awaitable<void> call(stage& s) {
    std::map<std::string, std::string> none;
    co_await s.client->call("DescribeRegions", std::move(none));
}

}  // namespace

std::vector<operation> client_operations() {
    const std::string client = "eci/client.hpp";
    return {{client, "create", nullptr, create},
            {client, "get", nullptr, get},
            {client, "describe", nullptr, describe},
            {client, "list", nullptr, list},
            {client, "list_all", make_one_more, list_all},
            {client, "remove", make_group, remove},
            {client, "restart", make_group, restart},
            {client, "wait_status", nullptr, wait_status},
            {client, "dry_run", nullptr, dry_run},
            {client, "update", make_group, update},
            {client, "create_image_cache", nullptr, create_image_cache},
            {client, "image_caches", nullptr, image_caches},
            {client, "update_image_cache", make_cache, update_image_cache},
            {client, "remove_image_cache", make_cache, remove_image_cache},
            {client, "exec_urls", nullptr, exec_urls},
            {client, "logs", nullptr, logs},
            {client, "follow_logs", nullptr, follow_logs},
            {client, "events", nullptr, events},
            {client, "events", nullptr, events_of_all},
            {client, "metrics", nullptr, metrics},
            {client, "metrics_of", nullptr, metrics_of},
            {client, "price", nullptr, price},
            {client, "regions", nullptr, regions},
            {client, "available_resources", nullptr, available_resources},
            {client, "usage", nullptr, usage},
            {client, "call", nullptr, call},
            {"eci/logs.hpp", "read", make_stream, read_logs}};
}

}  // namespace ecisbx::sweep
