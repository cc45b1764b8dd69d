// Where the control group hierarchies are mounted and where in them this process is.
#ifndef ECISBX_SERVER_RUNTIME_CGROUP_MOUNTS_HPP
#define ECISBX_SERVER_RUNTIME_CGROUP_MOUNTS_HPP

#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::server::runtime {

struct cgroup_mount {
    bool v2 = false;
    std::string point;                     ///< where it is mounted
    std::string own;                       ///< folder of this process, at or below `point`
    std::vector<std::string> controllers;  ///< v1: of this hierarchy
};

/// From the texts of /proc/self/mountinfo and /proc/self/cgroup.
std::vector<cgroup_mount> cgroup_mounts(std::string_view mountinfo, std::string_view cgroup);

}  // namespace ecisbx::server::runtime

#endif
