// What one call costs before it is on the wire: flattening its parameters, signing it.
#include "core/random.hpp"
#include "core/time.hpp"
#include "proto/flatten.hpp"
#include "proto/sign_v3.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace ecisbx;

proto::parameter_list create_parameters() {
    proto::parameter_list out;
    proto::flattener p(out);
    p.add("RegionId", "cn-shanghai").add("ContainerGroupName", "bench").add("Cpu", 1.0);
    auto container = p.element("Container", 1);
    container.add("Name", "sandbox").add("Image", "python:3.12").add("Cpu", 1.0);
    for (std::size_t i = 1; i <= 8; ++i)
        container.element("EnvironmentVar", i)
            .add("Key", "NAME_" + std::to_string(i))
            .add("Value", "some value with spaces");
    for (std::size_t i = 1; i <= 4; ++i)
        p.element("Tag", i).add("Key", "key" + std::to_string(i)).add("Value", "value");
    return out;
}

void flatten_create(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(create_parameters());
}
BENCHMARK(flatten_create);

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
    sign(state, "CreateContainerGroup", create_parameters());
}
BENCHMARK(sign_v3_create);

}  // namespace
