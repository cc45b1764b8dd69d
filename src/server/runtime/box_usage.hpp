// What the processes of a box use, as the kernel counts it.
#ifndef ECISBX_SERVER_RUNTIME_BOX_USAGE_HPP
#define ECISBX_SERVER_RUNTIME_BOX_USAGE_HPP

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::server::runtime {

struct box_usage {
    std::uint64_t cpu = 0;     ///< nanoseconds of vCPU since the box began; only grows
    std::uint64_t memory = 0;  ///< bytes, caches included where they are known
    std::uint64_t rss = 0;     ///< bytes
    /// Only where the box has a memory control group of its own.
    std::optional<std::uint64_t> cache, working_set;
};

/// Reads the box's control groups where it has them, else sums its processes up from /proc.
class usage_probe {
public:
    /// `root`: the process that all processes of the box descend from, which does not count.
    explicit usage_probe(pid_t root) : root_(root) {}
    box_usage read();

private:
    void find_groups(const std::vector<pid_t>& processes);
    bool read_cpu(box_usage& usage) const;
    bool read_memory(box_usage& usage) const;

    pid_t root_;
    std::string cpu_, memory_;  ///< folders of control groups
    bool cpu_v2_ = false, memory_v2_ = false;
    std::uint64_t last_cpu_ = 0;
};

}  // namespace ecisbx::server::runtime

#endif
