// simulation --seeds N [--first S] [--for SECONDS] | --seed S [--trace]
#include "simulation/scenario.hpp"
#include "simulation/world.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

namespace {

using namespace ecisbx::sim;

struct arguments {
    std::uint64_t first = 1, seeds = 1;
    double seconds = 1e18;
    bool trace = false, totals = false;
};

bool read(int argc, char** argv, arguments& into) {
    for (int i = 1; i < argc; ++i) {
        std::string name = argv[i];
        if (name == "--trace") {
            into.trace = true;
        } else if (name == "--totals") {
            into.totals = true;
        } else if (i + 1 == argc) {
            return false;
        } else if (name == "--seeds") {
            into.seeds = std::strtoull(argv[++i], nullptr, 10);
        } else if (name == "--first" || name == "--seed") {
            into.first = std::strtoull(argv[++i], nullptr, 10);
        } else if (name == "--for") {
            into.seconds = std::strtod(argv[++i], nullptr);
        } else {
            return false;
        }
    }
    return into.seeds > 0;
}

constexpr std::uint64_t most_shown = 20;

struct totals {
    std::uint64_t passed = 0, failed = 0, faults = 0, first_failed = 0;
    double seconds = 0;
    std::map<std::string, std::size_t> ends;
};

void note(const outcome& one, std::uint64_t seed, totals& sum) {
    sum.faults += one.faults;
    sum.seconds += one.seconds;
    for (const auto& [name, count] : one.ends) sum.ends[name] += count;
    if (one.failures.empty()) {
        ++sum.passed;
        return;
    }
    if (sum.failed++ == 0) sum.first_failed = seed;
    if (sum.failed > most_shown) return;
    for (const auto& what : one.failures)
        std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), what.c_str());
    std::fflush(stdout);
}

/// Memory that is left after a world.
long left_by(std::uint64_t seed, std::uint64_t& hash) {
    auto before = live_allocations();
    hash = run_seed(seed, false).hash;
    return live_allocations() - before;
}

/// The same world again: the same must happen, and nothing be left of it. What is made once for the
/// whole program may come with the second world, but not with the third.
void run_again(std::uint64_t seed, totals& sum) {
    auto once = run_seed(seed, false);
    std::uint64_t hash = 0;
    auto left = left_by(seed, hash);
    if (left != 0) left = left_by(seed, hash);
    if (hash != once.hash) once.failures.emplace_back("a second run went another way");
    if (left != 0) once.failures.push_back(std::to_string(left) + " blocks of memory are left");
    note(once, seed, sum);
}

}  // namespace

int main(int argc, char** argv) {
    arguments given;
    if (!read(argc, argv, given)) {
        std::fprintf(stderr,
                     "usage: %s --seeds N [--first S] [--for SECONDS] | --seed S [--trace]\n",
                     argv[0]);
        return 2;
    }
    without_system_certificates();
    using clock = std::chrono::steady_clock;
    auto began = clock::now();
    auto elapsed = [&] { return std::chrono::duration<double>(clock::now() - began).count(); };
    totals sum;
    for (std::uint64_t i = 0; i < given.seeds && elapsed() < given.seconds; ++i) {
        auto seed = given.first + i;
        // Every so often is often enough: what is not repeatable shows in any seed.
        if (given.seeds > 1 && i % 50 == 0)
            run_again(seed, sum);
        else
            note(run_seed(seed, given.trace), seed, sum);
    }
    for (const auto& [name, count] : sum.ends)
        if (given.totals) std::printf("%8zu  %s\n", count, name.c_str());
    std::printf(
        "%llu seeds passed, %llu failed; %llu faults, %.1f h of simulated time, %.0f seeds a "
        "minute\n",
        static_cast<unsigned long long>(sum.passed), static_cast<unsigned long long>(sum.failed),
        static_cast<unsigned long long>(sum.faults), sum.seconds / 3600,
        60.0 * static_cast<double>(sum.passed + sum.failed) / elapsed());
    if (sum.failed > 0)
        std::printf("replay: %s --seed %llu --trace\n", argv[0],
                    static_cast<unsigned long long>(sum.first_failed));
    return sum.failed > 0 ? 1 : 0;
}
