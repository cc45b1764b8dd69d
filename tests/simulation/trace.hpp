// What happened in a world, as one number, and as lines for who looks into a seed.
#ifndef ECISBX_TESTS_SIMULATION_TRACE_HPP
#define ECISBX_TESTS_SIMULATION_TRACE_HPP

#include "simulation/agenda.hpp"

#include <cstdint>
#include <cstdio>
#include <string_view>

namespace ecisbx::sim {

class trace {
public:
    trace(const agenda& time, bool prints) : time_(time), prints_(prints) {}

    void note(std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0) {
        for (char c : what) add(static_cast<unsigned char>(c));
        add(a);
        add(b);
        add(static_cast<std::uint64_t>(time_.now().count()));
        if (!prints_) return;
        std::printf("%14.6f ms  %.*s %llu %llu\n", static_cast<double>(time_.now().count()) / 1e6,
                    static_cast<int>(what.size()), what.data(), static_cast<unsigned long long>(a),
                    static_cast<unsigned long long>(b));
    }
    bool prints() const { return prints_; }
    std::uint64_t hash() const { return hash_; }

private:
    void add(std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001B3U + (hash_ >> 47); }
    const agenda& time_;
    bool prints_;
    std::uint64_t hash_ = 0xCBF29CE484222325U;
};

}  // namespace ecisbx::sim

#endif
