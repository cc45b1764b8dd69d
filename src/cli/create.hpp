// The arguments that create and run share.
#ifndef ECISBX_CLI_CREATE_HPP
#define ECISBX_CLI_CREATE_HPP

#include <ecisbx/eci/create_options.hpp>

#include <CLI/App.hpp>

#include <string>
#include <vector>

namespace ecisbx::cli {

struct create_arguments {
    std::string image, name, restart_policy;
    double cpu = 1, memory = 2;
    std::vector<std::string> env, tags, ports, parameters;

    void add_to(CLI::App& command);
    eci::create_options options() const;
};

}  // namespace ecisbx::cli

#endif
