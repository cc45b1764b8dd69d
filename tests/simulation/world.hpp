// One simulated world: a kernel, the machine, the service, and what went wrong in it.
#ifndef ECISBX_TESTS_SIMULATION_WORLD_HPP
#define ECISBX_TESTS_SIMULATION_WORLD_HPP

#include "simulation/kernel.hpp"
#include "simulation/machine.hpp"
#include "simulation/service.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ecisbx::sim {

struct world_settings {
    std::uint64_t seed = 0;
    bool prints = false;
    server::wire wire = server::wire::v5;
    std::vector<server::call_quota> quotas;
};

/// Its order matters: what is declared first goes last.
class world {
public:
    explicit world(const world_settings& settings);
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    /// Runs `body` to its end, then stops the service; adds to `failures` what is left of it then.
    void run(asio::awaitable<void> body);
    void fail(std::string what);

    kernel system;
    asio::io_context context{1};
    machine boxes;
    service cloud;
    server::wire wire;
    std::vector<std::string> failures;
    std::map<std::string, std::size_t> ends;  ///< of calls, by kind and how they ended

private:
    asio::awaitable<void> conduct(asio::awaitable<void> body);
};

/// Every client would read the system's certificates, which takes longer than a whole world.
void without_system_certificates();

/// Memory blocks that are in use; always 0 where a sanitizer counts for itself.
long live_allocations();

}  // namespace ecisbx::sim

#endif
