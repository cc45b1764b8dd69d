// Limits by control groups, of version 1 or 2, whichever this machine lets us write. Groups are
// made below our own one, so that what limits the server limits its sandboxes too.
#ifndef ECISBX_SERVER_RUNTIME_CGROUP_HPP
#define ECISBX_SERVER_RUNTIME_CGROUP_HPP

#include "server/runtime/posix.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ecisbx::server::runtime {

struct box_limits {
    double cpus = 0;
    std::uint64_t memory = 0;
    unsigned processes = 0;
};

/// The group of one box: one folder in each hierarchy.
class box_cgroup {
public:
    box_cgroup() = default;
    box_cgroup(std::vector<std::string> dirs, bool v2) : dirs_(std::move(dirs)), v2_(v2) {}

    /// Moves the calling process, which must have one thread. 0 or errno.
    int join() const;
    /// How many processes were killed because its memory was used up; 0 where nothing tells.
    std::uint64_t out_of_memory_kills() const;
    /// False while processes are left in it.
    bool remove();

private:
    std::vector<std::string> dirs_;
    bool v2_ = false;
};

/// The group of one server, `ecisbx-<server>-<keeper>`, which the keeper owns. A lock on its
/// folder tells it from one that a dead keeper left behind; those are removed at start.
class cgroup_base {
public:
    /// Takes what it can get; `missing()` tells the rest.
    void open(const std::string& name);
    /// Throws `ecisbx::error` when a limit can not be set.
    box_cgroup create(const std::string& id, const box_limits& limits) const;
    box_cgroup find(const std::string& id) const;
    void close();

    bool has(const std::string& controller) const;
    int version() const { return v2_ ? 2 : 1; }
    /// Why each controller that we do not have is missing, one statement each.
    const std::vector<std::string>& missing() const { return missing_; }

private:
    struct hierarchy {
        std::string dir;
        std::vector<std::string> controllers;
        unique_fd lock;
    };
    bool open_v1(const std::string& name);
    bool open_v2(const std::string& name);
    void set_limits(const hierarchy& h, const std::string& dir, const box_limits& limits) const;

    std::vector<hierarchy> hierarchies_;
    std::vector<std::string> missing_;
    bool v2_ = false;
};

}  // namespace ecisbx::server::runtime

#endif
