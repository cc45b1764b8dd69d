#include "simulation/scenario.hpp"

#include "net/wait.hpp"
#include "simulation/scene.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace ecisbx::sim {
namespace {

using std::chrono::seconds;

moment time_of(random& choose, std::uint64_t most_microseconds) {
    return std::chrono::microseconds(choose.scaled(most_microseconds));
}

network_rules rules_for(random& choose, weather sky) {
    network_rules rules;
    rules.least_delay = time_of(choose, 2'000);
    rules.most_delay = rules.least_delay + time_of(choose, 50'000);
    rules.window = choose.between(1, 64) * 1024;
    rules.pieces = choose.chance(0.3);
    if (sky == weather::fair) return rules;
    auto maybe = [&](double most) {
        return choose.chance(0.5) ? most * static_cast<double>(choose.below(1000)) / 1000 : 0;
    };
    rules.refused = maybe(0.4);
    rules.unanswered = maybe(0.2);
    rules.cut = maybe(0.8);
    rules.lost_end = maybe(0.6);
    rules.duplicate = maybe(0.3);
    return rules;
}

server::wire wire_for(random& choose) {
    constexpr server::wire all[] = {server::wire::v5,     server::wire::v4,  server::wire::kubelet,
                                    server::wire::silent, server::wire::raw, server::wire::text};
    return all[choose.below(std::size(all))];
}

/// Sometimes the service takes few calls a minute, and throttles the rest.
std::vector<server::call_quota> quotas_for(random& choose) {
    std::vector<server::call_quota> quotas;
    if (choose.chance(0.15))
        quotas.emplace_back("ExecContainerCommand", choose.between(1, 20), seconds(10));
    return quotas;
}

asio::awaitable<void> some_operation(scene_ptr in, unsigned which) {
    switch (which) {
        case 0:
        case 1:
        case 2: return some_exec(in);
        case 3:
        case 4: return some_stream(in);
        case 5: return some_file(in);
        case 6: return some_job(in);
        case 7: return some_creation(in);
        default: return some_reads(in);
    }
}

/// Counts operations that run, in the frame that waits for them.
struct crowd {
    explicit crowd(const asio::any_io_executor& executor) : changed(executor) {}
    std::size_t running = 0;
    net::notifier changed;
};

asio::awaitable<void> later(scene_ptr in, unsigned which, milliseconds start) {
    co_await pause(start);
    co_await some_operation(in, which);
}

asio::awaitable<void> many_operations(scene_ptr in) {
    const auto executor = co_await asio::this_coro::executor;
    auto all = std::make_shared<crowd>(executor);
    auto count = in->choose.between(1, 6);
    bool restarts = in->choose.chance(0.05);
    if (restarts) ++all->running;
    auto ended = [all, in](const std::exception_ptr& failure) {
        --all->running;
        all->changed.notify_all();
        if (failure) in->here.fail("an operation of the scenario threw");
    };
    if (restarts) {
        in->disturbed = true;
        asio::co_spawn(executor, some_restart(in), ended);
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        ++all->running;
        auto which = static_cast<unsigned>(in->choose.below(9));
        auto start = milliseconds(in->choose.scaled(5'000));
        asio::co_spawn(executor, later(in, which, start), ended);
    }
    while (all->running > 0) co_await all->changed.wait(core::deadline::never());
}

/// The first sandbox is made before anything fails.
asio::awaitable<void> prepare(scene_ptr in) {
    in->box = co_await in->client.create(eci::create_options("image").cpu(1).memory(2));
    co_await in->box.wait_ready();
}

asio::awaitable<void> play(world& here, std::uint64_t seed, weather sky) {
    random choose(seed, 5);
    auto in = std::make_shared<scene>(here, seed, sky);
    co_await prepare(in);
    here.system.net().rules(rules_for(choose, sky));
    co_await many_operations(in);

    // The sky clears. What was promised to be killed is killed within a few seconds.
    here.system.net().rules(network_rules());
    co_await pause(seconds(45));
    if (in->fair() && here.boxes.running() > 0) here.fail("a process was left running");
    call how;
    how.name = "remove";
    how.limit = seconds(60);
    auto work = in->box.remove(remove_options().force());
    co_await make_call(in, std::move(how), std::move(work));
    co_await pause(seconds(5));
}

outcome run_once(std::uint64_t seed, bool prints) {
    outcome result;
    random choose(seed, 6);
    world_settings settings;
    settings.seed = seed;
    settings.prints = prints;
    settings.wire = wire_for(choose);
    auto sky = choose.chance(0.25) ? weather::fair : weather::rough;
    if (sky == weather::rough) settings.quotas = quotas_for(choose);
    world here(settings);
    here.run(play(here, seed, sky));
    result.failures = here.failures;
    result.ends = here.ends;
    result.hash = here.system.notes().hash();
    result.seconds = static_cast<double>(here.system.time().now().count()) / 1e9;
    result.faults = here.system.net().faults();
    return result;
}

}  // namespace

outcome run_seed(std::uint64_t seed, bool prints) {
    return run_once(seed, prints);
}

}  // namespace ecisbx::sim
