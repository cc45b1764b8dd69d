// The connection pool's decisions: 64 slots, of which half are lent. One item is one loan.
#include "net/pool_plan.hpp"

#include <benchmark/benchmark.h>

#include <chrono>

namespace {

using namespace ecisbx;
using net::pool_plan;

void pool_acquire_release(benchmark::State& state) {
    const auto now = core::clock::now();
    pool_plan plan(64, 100'000, std::chrono::seconds(50));
    // As many connections as slots were needed once; then half of the loans ended.
    for (pool_plan::connection i = 0; i < 64; ++i) {
        if (plan.ask(0) != pool_plan::answer::slot) return state.SkipWithError("no slot is free");
        plan.decided();
    }
    for (pool_plan::connection i = 0; i < 32; ++i) {
        plan.park(i, now);
        plan.free_slot();
    }
    for (auto _ : state) {
        if (plan.ask(0) != pool_plan::answer::slot) return state.SkipWithError("no slot is free");
        auto connection = plan.take_idle();
        if (!connection) return state.SkipWithError("no connection is idle");
        plan.decided();
        benchmark::DoNotOptimize(plan.take_expired(now));
        plan.park(*connection, now);
        plan.free_slot();
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(pool_acquire_release);

}  // namespace
