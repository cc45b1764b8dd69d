// What the chaos tests and the simulation ask about a sandbox that runs.
#ifndef ECISBX_TESTS_COMMON_LOOK_AROUND_HPP
#define ECISBX_TESTS_COMMON_LOOK_AROUND_HPP

#include <ecisbx/ecisbx.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ecisbx::test {

/// `which` is one of five.
template <class Scene>
boost::asio::awaitable<void> look_around(std::shared_ptr<Scene> in, std::uint64_t which,
                                         std::chrono::seconds patience) {
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
                                        wait_options().timeout(patience));
    } else {
        auto known = co_await in->client.regions();
        if (known.empty()) in->fail("regions", "no region");
    }
}

}  // namespace ecisbx::test

#endif
