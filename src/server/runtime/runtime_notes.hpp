// What a runtime tells about itself: what it isolates here and what not.
#ifndef ECISBX_SERVER_RUNTIME_RUNTIME_NOTES_HPP
#define ECISBX_SERVER_RUNTIME_RUNTIME_NOTES_HPP

#include <string>
#include <vector>

namespace ecisbx::server::runtime {

struct note_facts {
    bool isolated = true;
    bool host_network = false;
    bool privileged = false;
    unsigned uid = 0;
    std::string rootfs;
    int cgroup_version = 1;
    std::vector<std::string> controllers;  ///< of memory, pids, cpu: those we have
    std::vector<std::string> missing;      ///< why the others are missing
    bool process_limit_without_cgroup = false;
    bool shared_volumes = false;
};
std::vector<std::string> make_notes(const note_facts& facts);

}  // namespace ecisbx::server::runtime

#endif
