// The exec channel's messages: output decoded by the client, stdin wrapped for the wire.
#include "proto/exec_frame.hpp"

#include "core/base64.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

namespace {

using namespace ecisbx;
using kind = proto::exec_frame::kind;

constexpr const char* v4 = "v4.channel.k8s.io";
constexpr const char* in_base64 = "base64.channel.k8s.io";

void count(benchmark::State& state) {
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void decode(benchmark::State& state, const char* subprotocol, bool text) {
    const std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
    const std::string message =
        text ? "1" + core::base64_encode(payload) : std::string(1, '\1') + payload;
    proto::exec_client_decoder decoder(subprotocol);
    for (auto _ : state) {
        auto frame = decoder.decode(text, message);
        if (frame.what != kind::out || frame.bytes.size() != payload.size())
            return state.SkipWithError("not the output that was sent");
        benchmark::DoNotOptimize(frame.bytes.data());
    }
    count(state);
}

void exec_decode_output(benchmark::State& state) {
    decode(state, v4, false);
}
BENCHMARK(exec_decode_output)->Arg(128)->Arg(32768);

void exec_decode_output_base64(benchmark::State& state) {
    decode(state, in_base64, true);
}
BENCHMARK(exec_decode_output_base64)->Arg(128)->Arg(32768);

void exec_encode_input(benchmark::State& state) {
    const std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
    for (auto _ : state)
        benchmark::DoNotOptimize(proto::encode_channel(v4, proto::channel::in, payload));
    count(state);
}
BENCHMARK(exec_encode_input)->Arg(128)->Arg(32768);

}  // namespace
