// What one call costs before it is on the wire: signing it. One item is one call.
#include "core/random.hpp"
#include "core/time.hpp"
#include "micro/create_parameters.hpp"
#include "proto/sign_v3.hpp"

#include <benchmark/benchmark.h>

#include <utility>

namespace {

using namespace ecisbx;

void sign(benchmark::State& state, std::string action, proto::parameter_list parameters) {
    proto::v3_call call;
    call.host = "eci.cn-shanghai.aliyuncs.com";
    call.action = std::move(action);
    call.version = "2018-08-08";
    call.access_key_id = "testid";
    call.access_key_secret = secret("testsecret");
    call.parameters = std::move(parameters);
    for (auto _ : state) {
        call.date = core::utc_now();
        call.nonce = core::random_hex(16);
        benchmark::DoNotOptimize(proto::sign_v3(call));
    }
    state.SetItemsProcessed(state.iterations());
}

void sign_v3_exec(benchmark::State& state) {
    sign(state, "ExecContainerCommand",
         {{"RegionId", "cn-shanghai"},
          {"ContainerGroupId", "eci-2ze000000000000000a1"},
          {"ContainerName", "sandbox"},
          {"Command", R"(["/bin/sh","-c","echo hello && ls -la /tmp"])"},
          {"Stdin", "false"},
          {"TTY", "false"}});
}
BENCHMARK(sign_v3_exec);

void sign_v3_create(benchmark::State& state) {
    sign(state, "CreateContainerGroup", bench::create_parameters());
}
BENCHMARK(sign_v3_create);

}  // namespace
