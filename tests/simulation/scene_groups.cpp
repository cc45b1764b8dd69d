// Sandboxes: created, looked at, restarted.
#include "common/look_around.hpp"
#include "simulation/scene.hpp"

#include <ecisbx/error.hpp>

#include <string>
#include <utility>

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

asio::awaitable<void> restart_one(scene_ptr in) {
    co_await in->box.restart();
    co_await in->box.wait_ready(wait_options().timeout(seconds(60)));
}

}  // namespace

asio::awaitable<void> some_creation(scene_ptr in) {
    std::string name = "box-" + std::to_string(in->key());
    auto how = call_for(*in, "create", seconds(60), 10'000);
    co_await make_call(in, std::move(how), create_one(in, name));
    if (count_of(*in, name) > 1) in->fail("create", "one call made two groups");
    if (count_of(*in, name) == 0) co_return;
    // Where nothing goes wrong the group must get the time that it needs.
    auto timeout = milliseconds(in->choose.between(in->fair() ? 10'000 : 1, 60'000));
    auto wait = call_for(*in, "wait_ready", seconds(60) + timeout, 10'000);
    co_await make_call(in, std::move(wait), await_one(in, name, timeout));
}

asio::awaitable<void> some_reads(scene_ptr in) {
    const auto which = in->choose.below(5);
    auto how = call_for(*in, "look", seconds(90), 10'000);
    co_await make_call(in, std::move(how), test::look_around(in, which, seconds(30)));
}

asio::awaitable<void> some_restart(scene_ptr in) {
    in->disturbed = true;
    auto how = call_for(*in, "restart", seconds(120), 10'000);
    co_await make_call(in, std::move(how), restart_one(in));
}

}  // namespace ecisbx::sim
