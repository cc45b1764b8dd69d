// The WebSocket codec: frames of 128 bytes and of 32 KiB, decoded from one buffer, and encoded.
#include "proto/ws_frame.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <span>
#include <string>

namespace {

using namespace ecisbx;
using proto::ws_opcode;

constexpr std::size_t frames = 64;

void decode(benchmark::State& state, proto::ws_role receiver, std::optional<std::uint32_t> key) {
    const auto size = static_cast<std::size_t>(state.range(0));
    std::string many;
    for (std::size_t i = 0; i < frames; ++i)
        many += proto::ws_encode_frame(ws_opcode::binary, std::string(size, 'x'), key);
    std::string bytes;
    for (auto _ : state) {
        state.PauseTiming();
        bytes = many;  // a server unmasks in place
        state.ResumeTiming();
        proto::ws_decoder decoder(receiver, 1 << 20);
        std::span<char> unread(bytes);
        while (!unread.empty()) {
            auto step = decoder.next(unread);
            if (step.what != proto::ws_step::kind::message || step.payload.size() != size)
                return state.SkipWithError("not the message that was encoded");
            unread = unread.subspan(step.consumed);
        }
    }
    const auto count = state.iterations() * static_cast<std::int64_t>(frames);
    state.SetItemsProcessed(count);
    state.SetBytesProcessed(count * static_cast<std::int64_t>(size));
}

void ws_decode_as_client(benchmark::State& state) {
    decode(state, proto::ws_role::client, std::nullopt);
}
BENCHMARK(ws_decode_as_client)->Arg(128)->Arg(32768);

void ws_decode_masked_as_server(benchmark::State& state) {
    decode(state, proto::ws_role::server, 0x12345678u);
}
BENCHMARK(ws_decode_masked_as_server)->Arg(128)->Arg(32768);

void ws_encode_masked(benchmark::State& state) {
    const auto size = static_cast<std::size_t>(state.range(0));
    const std::string payload(size, 'x');
    for (auto _ : state)
        benchmark::DoNotOptimize(proto::ws_encode_frame(ws_opcode::binary, payload, 0x12345678u));
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}
BENCHMARK(ws_encode_masked)->Arg(128)->Arg(32768);

}  // namespace
