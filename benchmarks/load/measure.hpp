// What every load program measures of itself, its command line, and how it reports.
#ifndef ECISBX_BENCHMARKS_MEASURE_HPP
#define ECISBX_BENCHMARKS_MEASURE_HPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <malloc.h>

namespace bench {

inline double process_cpu_us() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

inline double wall_us() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

/// Resident memory, after what malloc holds in reserve is given back.
inline double resident_kb() {
    malloc_trim(0);
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6);
    return 0;
}

/// What the kernel's object caches hold of sockets (TCP sockets, their inodes, files and places in
/// epoll), of all processes; nothing where /proc/slabinfo can not be read (only root can). What is
/// under way in sockets is not in it: idle ones hold none.
inline std::optional<double> kernel_sockets_kb() {
    constexpr std::string_view caches[] = {"TCP", "sock_inode_cache", "filp", "eventpoll_epi"};
    std::ifstream slabs("/proc/slabinfo");
    double bytes = 0;
    bool seen = false;
    for (std::string line; std::getline(slabs, line);) {
        std::istringstream words(line);
        std::string name;
        double objects = 0, reserved = 0, size = 0;
        if (!(words >> name >> objects >> reserved >> size)) continue;
        if (std::find(std::begin(caches), std::end(caches), name) == std::end(caches)) continue;
        bytes += objects * size;
        seen = true;
    }
    if (!seen) return std::nullopt;
    return bytes / 1024;
}

/// `--name value` pairs.
class arguments {
public:
    arguments(int argc, char** argv) {
        for (int i = 1; i < argc; ++i) {
            std::string name = argv[i];
            if (!name.starts_with("--") || i + 1 == argc)
                throw std::runtime_error("expected --name value pairs, got " + name);
            values_[name.substr(2)] = argv[++i];
        }
    }
    std::string text(const std::string& name, const std::string& otherwise = "") const {
        auto at = values_.find(name);
        return at == values_.end() ? otherwise : at->second;
    }
    std::uint64_t number(const std::string& name, std::uint64_t otherwise) const {
        auto at = values_.find(name);
        return at == values_.end() ? otherwise : std::strtoull(at->second.c_str(), nullptr, 10);
    }

private:
    std::map<std::string, std::string> values_;
};

/// One JSON object on stdout, numbers and flags only.
class report {
public:
    void add(const std::string& name, double value) {
        text_ += (text_.empty() ? "{\"" : ", \"") + name + "\": " + std::to_string(value);
    }
    void print() const { std::cout << text_ << '}' << std::endl; }

private:
    std::string text_;
};

inline double quantile(std::vector<double>& sorted, double q) {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

}  // namespace bench

#endif
