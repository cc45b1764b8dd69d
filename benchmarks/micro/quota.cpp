// The client's quota of an action: a call that may pass, and 10,000 sandboxes that queue up.
#include "proto/call_quota.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace ecisbx;
using namespace std::chrono_literals;
using proto::call_quota;

void quota_take(benchmark::State& state) {
    auto now = core::clock::now();
    call_quota quota(600'000);
    for (auto _ : state) {
        now += 1ms;  // the rate of refilling: none has to wait
        if (!quota.take(now)) return state.SkipWithError("a call had to wait");
        quota.succeeded();
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(quota_take);

void quota_queue_of_10000(benchmark::State& state) {
    constexpr std::size_t calls = 10'000;
    std::vector<std::string> groups;
    for (std::size_t i = 0; i < calls; ++i) groups.push_back("eci-" + std::to_string(i));
    for (auto _ : state) {
        auto now = core::clock::now();
        call_quota quota(600'000);
        while (quota.take(now)) {}
        for (std::size_t i = 0; i < calls; ++i)
            if (!quota.join(i, groups[i], now + 24h, now))
                return state.SkipWithError("a call was refused");
        std::size_t granted = 0;
        while (auto next = quota.next_turn(now))
            granted += quota.advance(now = *next).granted.size();
        if (granted != calls) return state.SkipWithError("not every call had its turn");
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(calls));
}
BENCHMARK(quota_queue_of_10000)->Unit(benchmark::kMillisecond);

}  // namespace
