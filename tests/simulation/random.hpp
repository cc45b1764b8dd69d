// Numbers that depend on a seed and on nothing else, on every machine.
#ifndef ECISBX_TESTS_SIMULATION_RANDOM_HPP
#define ECISBX_TESTS_SIMULATION_RANDOM_HPP

#include <bit>
#include <cstdint>

namespace ecisbx::sim {

class random {
public:
    /// `purpose`: streams of one seed that do not depend on each other.
    random(std::uint64_t seed, std::uint64_t purpose)
        : state_(mix(seed) ^ mix(purpose * 0x9E3779B97F4A7C15U)) {}

    std::uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15U); }
    /// 0 to `limit` - 1. Precondition: `limit` > 0.
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    /// Both ends included.
    std::uint64_t between(std::uint64_t low, std::uint64_t high) {
        return low + below(high - low + 1);
    }
    bool chance(double probability) {
        return static_cast<double>(next() >> 11) * 0x1p-53 < probability;
    }
    /// 0 to `most`, small numbers as often as large ones.
    std::uint64_t scaled(std::uint64_t most) {
        auto digits = static_cast<std::uint64_t>(std::bit_width(most));
        auto top = (std::uint64_t(1) << below(digits + 1)) - 1;
        return between(0, top < most ? top : most);
    }

    static std::uint64_t mix(std::uint64_t x) {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
        return x ^ (x >> 31);
    }

private:
    std::uint64_t state_;
};

}  // namespace ecisbx::sim

#endif
