// The parameters of a typical CreateContainerGroup call.
#ifndef ECISBX_BENCHMARKS_CREATE_PARAMETERS_HPP
#define ECISBX_BENCHMARKS_CREATE_PARAMETERS_HPP

#include "proto/flatten.hpp"

#include <cstddef>
#include <string>

namespace bench {

inline ecisbx::proto::parameter_list create_parameters() {
    ecisbx::proto::parameter_list out;
    ecisbx::proto::flattener p(out);
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

}  // namespace bench

#endif
