// What a client does for 10,000 sandboxes that are waited for: one round of its status calls, with
// the parsing of all answers. One item is one sandbox in an answer.
#include "eci/status_answer.hpp"
#include "eci/status_plan.hpp"

#include <benchmark/benchmark.h>
#include <boost/json/parse.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace ecisbx;
using std::chrono::seconds;

constexpr std::size_t waiters = 10'000, per_page = 200;

std::string id_of(std::size_t n) {
    auto digits = std::to_string(n);
    return "eci-2ze" + std::string(17 - digits.size(), '0') + digits;
}

std::string page_text(std::size_t page) {
    std::string text;
    for (std::size_t i = page * per_page; i < (page + 1) * per_page; ++i)
        text += std::string(text.empty() ? "" : ",") + R"({"ContainerGroupId":")" + id_of(i) +
                R"(","Name":"bench","Namespace":"default","Status":"Running","PodStatus":)" +
                R"({"Phase":"Running","PodIp":"10.0.0.1","ContainerStatuses":[{"Name":"sandbox",)" +
                R"("Image":"bench","Ready":true,"RestartCount":0,"State":{"Running":)" +
                R"({"StartedAtstartedAt":"2022-01-01T00:00:00Z"}}}]}})";
    bool last = (page + 1) * per_page >= waiters;
    return R"({"RequestId":"1","Data":[)" + text + R"(],"NextToken":")" +
           (last ? "" : std::to_string(page + 1)) + "\"}";
}

void status_round_of_10000(benchmark::State& state) {
    std::vector<std::string> pages;
    for (std::size_t i = 0; i < waiters / per_page; ++i) pages.push_back(page_text(i));
    auto now = core::clock::now();
    eci::status_plan plan;
    for (std::size_t i = 0; i < waiters; ++i) plan.add(id_of(i), now, now);
    std::vector<std::string> seen;
    for (auto _ : state) {
        now += seconds(1);
        benchmark::DoNotOptimize(plan.begin(now));
        for (const auto& page : pages) {
            auto answer = eci::parse_status_page(boost::json::parse(page).as_object());
            seen.clear();
            for (auto& group : answer.groups) seen.push_back(std::move(group.id));
            if (seen.size() != per_page) return state.SkipWithError("not what the page holds");
            benchmark::DoNotOptimize(plan.answered(seen, answer.next_token, now));
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(waiters));
}
BENCHMARK(status_round_of_10000)->Unit(benchmark::kMillisecond);

void status_add_remove_among_10000(benchmark::State& state) {
    auto now = core::clock::now();
    eci::status_plan plan;
    for (std::size_t i = 0; i < waiters; ++i) plan.add(id_of(i), now, now);
    const auto one = id_of(waiters);
    for (auto _ : state) {
        plan.add(one, now, now);
        benchmark::DoNotOptimize(plan.pause(now));
        plan.remove(one);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(status_add_remove_among_10000);

}  // namespace
