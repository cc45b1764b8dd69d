// Sandboxes of the chaos tests: created, looked at, removed.
#include "chaos_scene.hpp"
#include "common/look_around.hpp"

#include <ecisbx/result.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace ecisbx::test::chaos {
namespace {

using std::chrono::seconds;

asio::awaitable<void> create_one(scene_ptr in, std::string name, std::string* id) {
    auto made = co_await in->client.create(eci::create_options("test").name(name).cpu(1).memory(2));
    *id = made.id();
}

asio::awaitable<void> await_one(scene_ptr in, std::string id) {
    auto found = in->client.attach(id);
    co_await found.wait_ready(wait_options().timeout(seconds(4)));
    auto known = co_await in->here.client.describe(id);
    if (known.status != "Running") in->fail("wait_ready", "ready, but it is " + known.status);
}

asio::awaitable<void> remove_one(scene_ptr in, std::string id) {
    co_await in->client.remove(id, remove_options().force());
    auto known = co_await as_result(in->here.client.describe(id));
    if (known && known->status == "Running") in->fail("remove", "success, but it runs");
}

}  // namespace

asio::awaitable<void> some_reads(scene_ptr in, std::uint64_t key) {
    auto choose = in->random_for(key);
    const auto which = choose.below(5);
    // `list_all` is as many calls as there are pages, each with a timeout; here it is one.
    auto how = call_for(*in, choose, "look", seconds(3));
    co_await make_call(in, std::move(how), test::look_around(in, which, seconds(3)));
}

asio::awaitable<void> some_creation(scene_ptr in, std::uint64_t key) {
    auto choose = in->random_for(key);
    const auto name = "box-" + std::to_string(key);
    in->groups.push_back(name);
    auto id = std::make_shared<std::string>();
    auto how = call_for(*in, choose, "create", seconds(3));
    co_await make_call(in, std::move(how), create_one(in, name, id.get()));
    auto there = co_await in->here.client.list(eci::list_options().name(name));
    if (there.total_count > 1) in->fail("create", "one call made two groups");
    if (!id->empty() && (there.groups.empty() || there.groups.front().id != *id))
        in->fail("create", "no such group was made");
    if (id->empty()) co_return;
    how = call_for(*in, choose, "wait_ready", seconds(4));
    co_await make_call(in, std::move(how), await_one(in, *id));
    how = call_for(*in, choose, "remove", seconds(3));
    co_await make_call(in, std::move(how), remove_one(in, *id));
}

}  // namespace ecisbx::test::chaos
