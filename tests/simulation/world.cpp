#include "simulation/world.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstdlib>
#include <exception>
#include <utility>

namespace ecisbx::sim {
namespace {

// No world has anything to do for so long.
constexpr auto horizon = std::chrono::hours(24);

std::string what_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "no exception that is known";
    }
}

}  // namespace

void without_system_certificates() {
    ::setenv("SSL_CERT_FILE", "/dev/null", 1);
    ::setenv("SSL_CERT_DIR", "/dev/null", 1);
}

world::world(const world_settings& settings)
    : system(settings.seed, settings.prints),
      boxes(context.get_executor(), system.notes()),
      cloud(boxes, settings.wire, settings.quotas),
      wire(settings.wire) {}

void world::fail(std::string what) {
    system.notes().note("FAILED " + what);
    failures.push_back(std::move(what));
}

asio::awaitable<void> world::conduct(asio::awaitable<void> body) {
    std::exception_ptr failure;
    try {
        co_await std::move(body);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) fail("the scenario ended by: " + what_of(failure));
    co_await cloud.stop();
}

void world::run(asio::awaitable<void> body) {
    bool ended = false;
    system.on_stuck(horizon, [this] { context.stop(); });
    asio::co_spawn(context, conduct(std::move(body)), [&](const std::exception_ptr& failure) {
        ended = true;
        if (failure) fail("the service did not stop: " + what_of(failure));
    });
    context.run();
    if (!ended)
        fail("it hangs: nothing is left to happen");
    else if (context.stopped() && system.net().open_sockets() > 0)
        fail(std::to_string(system.net().open_sockets()) + " sockets are left open");
    if (boxes.running() > 0) fail("processes outlived the service");
    for (const auto& what : boxes.wrong) fail(what);
}

}  // namespace ecisbx::sim
