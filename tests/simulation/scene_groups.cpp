// Sandboxes: created, looked at, restarted.
#include "simulation/scene.hpp"

#include <ecisbx/error.hpp>

#include <string>
#include <utility>
#include <vector>

namespace ecisbx::sim {
namespace {

using std::chrono::seconds;

std::size_t count_of(scene& in, const std::string& name) {
    server::store::group_filter wanted;
    wanted.name = name;
    return in.here.cloud.groups().select(wanted, 0, 0).total;
}

asio::awaitable<void> create_one(scene_ptr in, std::string name) {
    auto made =
        co_await in->client.create(eci::create_options("image").name(name).cpu(1).memory(2));
    if (!in->here.cloud.groups().find(made.id())) in->fail("create", "no such group was made");
}

asio::awaitable<void> await_one(scene_ptr in, std::string name, milliseconds timeout) {
    auto page = co_await in->client.list();
    for (const auto& group : page.groups) {
        if (group.name != name) continue;
        auto found = in->client.attach(group.id);
        co_await found.wait_ready(wait_options().timeout(timeout));
        auto known = in->here.cloud.groups().find(group.id);
        if (!known || known->status != server::store::group_status::running)
            in->fail("wait_ready", "ready, but it does not run");
    }
}

asio::awaitable<void> look_around(scene_ptr in, unsigned which) {
    if (which == 0) {
        auto group = co_await in->client.describe(in->box.id());
        if (group.id != in->box.id()) in->fail("describe", "another group");
    } else if (which == 1) {
        auto all = co_await in->client.list_all();
        if (all.empty()) in->fail("list_all", "the group is not listed");
    } else if (which == 2) {
        auto again = co_await in->client.get(in->box.id());
        if (again.id() != in->box.id()) in->fail("get", "another group");
    } else if (which == 3) {
        std::vector<std::string> wanted(1, "Running");
        co_await in->client.wait_status(in->box.id(), std::move(wanted),
                                        wait_options().timeout(seconds(30)));
    } else {
        co_await in->client.regions();
    }
}

asio::awaitable<void> restart_one(scene_ptr in) {
    co_await in->box.restart();
    co_await in->box.wait_ready(wait_options().timeout(seconds(60)));
}

call named(scene& in, const std::string& name, milliseconds limit) {
    call how;
    how.name = name;
    how.limit = limit;
    if (in.choose.chance(0.15)) how.cancel = milliseconds(in.choose.scaled(10'000));
    return how;
}

}  // namespace

asio::awaitable<void> some_creation(scene_ptr in) {
    std::string name = "box-" + std::to_string(in->key());
    auto how = named(*in, "create", seconds(60));
    co_await make_call(in, std::move(how), create_one(in, name));
    if (count_of(*in, name) > 1) in->fail("create", "one call made two groups");
    if (count_of(*in, name) == 0) co_return;
    // Where nothing goes wrong the group must get the time that it needs.
    auto timeout = milliseconds(in->choose.between(in->fair() ? 10'000 : 1, 60'000));
    auto wait = named(*in, "wait_ready", seconds(60) + timeout);
    co_await make_call(in, std::move(wait), await_one(in, name, timeout));
}

asio::awaitable<void> some_reads(scene_ptr in) {
    auto which = static_cast<unsigned>(in->choose.below(5));
    auto how = named(*in, "look", seconds(90));
    co_await make_call(in, std::move(how), look_around(in, which));
}

asio::awaitable<void> some_restart(scene_ptr in) {
    in->disturbed = true;
    auto how = named(*in, "restart", seconds(120));
    co_await make_call(in, std::move(how), restart_one(in));
}

}  // namespace ecisbx::sim
