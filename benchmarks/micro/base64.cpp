#include "core/base64.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

namespace {

using namespace ecisbx;

std::string bytes_of(std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 31 + (i >> 8));
    return bytes;
}

void base64_encode(benchmark::State& state) {
    const auto bytes = bytes_of(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(core::base64_encode(bytes));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(base64_encode)->Arg(128)->Arg(32768);

void base64_decode(benchmark::State& state) {
    const auto bytes = bytes_of(static_cast<std::size_t>(state.range(0)));
    const auto text = core::base64_encode(bytes);
    for (auto _ : state) {
        auto decoded = core::base64_decode(text);
        if (decoded != bytes) return state.SkipWithError("not the bytes that were encoded");
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(base64_decode)->Arg(128)->Arg(32768);

}  // namespace
