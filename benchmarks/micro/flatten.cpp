// Parameters into the flat names of the wire, and back on the server's side. One item is one call.
#include "proto/flatten.hpp"

#include "core/percent.hpp"
#include "micro/create_parameters.hpp"
#include "proto/unflatten.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

using namespace ecisbx;

void flatten_create(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(bench::create_parameters());
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(flatten_create);

void unflatten_create(benchmark::State& state) {
    const auto parameters = bench::create_parameters();
    for (auto _ : state) {
        proto::flat_view all(parameters);
        for (const auto& container : all.elements("Container", 20))
            for (const auto& variable : container.elements("EnvironmentVar", 100))
                benchmark::DoNotOptimize(variable.text("Value"));
        for (const auto& tag : all.elements("Tag", 20)) benchmark::DoNotOptimize(tag.text("Key"));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(unflatten_create);

void percent_encode_script(benchmark::State& state) {
    const std::string line = "echo \"value: $((x + 1)) & more\" > /tmp/file; true\n";
    std::string script;
    while (script.size() < 2048) script += line;
    for (auto _ : state) benchmark::DoNotOptimize(core::percent_encode(script));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(script.size()));
}
BENCHMARK(percent_encode_script);

}  // namespace
