// What happens in the world of one seed, and what must hold whatever happened.
#ifndef ECISBX_TESTS_SIMULATION_SCENARIO_HPP
#define ECISBX_TESTS_SIMULATION_SCENARIO_HPP

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ecisbx::sim {

struct outcome {
    std::vector<std::string> failures;
    std::uint64_t hash = 0;                   ///< of all that happened
    double seconds = 0;                       ///< of the world's time
    std::uint64_t faults = 0;                 ///< of the network
    std::map<std::string, std::size_t> ends;  ///< of calls, by kind and how they ended
};

outcome run_seed(std::uint64_t seed, bool prints);

}  // namespace ecisbx::sim

#endif
