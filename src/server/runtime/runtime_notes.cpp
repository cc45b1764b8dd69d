#include "server/runtime/runtime_notes.hpp"

#include "server/runtime/bwrap_world.hpp"

namespace ecisbx::server::runtime {
namespace {

void note_isolation(const note_facts& f, std::vector<std::string>& notes) {
    notes.push_back("isolated: user, pid, mount, ipc, uts, cgroup" +
                    std::string(f.host_network ? "" : " and network") +
                    " namespaces; no capabilities; no_new_privs; a seccomp filter");
    notes.push_back(f.host_network
                        ? "NOT isolated: the network, abstract unix sockets included, is the host's"
                        : "network: none but a loopback of its own");
    notes.push_back(f.privileged
                        ? "user: root in a sandbox is user " + std::to_string(f.uid) +
                              " of the host, the same in every sandbox"
                        : "user: root in a sandbox is the server's own user of the host, with its "
                          "groups; a file of the host that it shows is readable as for that user");
    notes.push_back(
        "files: " + (f.rootfs.empty() ? std::string("the host's /usr, /etc and /opt") : f.rootfs) +
        ", read-only; home, /tmp, /run and the working folder are in memory and end "
        "with the sandbox");
    notes.push_back(f.shared_volumes
                        ? "volumes: empty folders and configuration files, in memory; the "
                          "containers of a group share the folders"
                        : "volumes: empty folders and configuration files, in memory; folders are "
                          "NOT shared between containers, which needs root and Linux 5.12");
    notes.push_back("NOT isolated: the kernel is shared with the host");
}

std::string joined(const std::vector<std::string>& words) {
    std::string line;
    for (const auto& w : words) line += (line.empty() ? "" : ", ") + w;
    return line;
}

void note_limits(const note_facts& f, std::vector<std::string>& notes) {
    if (!f.controllers.empty())
        notes.push_back("limits: " + joined(f.controllers) + " by control groups (version " +
                        std::to_string(f.cgroup_version) + "); at most " +
                        std::to_string(max_processes) + " processes");
    for (const auto& why : f.missing) {
        notes.push_back("NOT limited: " + why);
        if (why.starts_with("pids:") && f.process_limit_without_cgroup)
            notes.back() = "limits: at most " + std::to_string(max_processes) +
                           " processes by resource limit (" + why + ")";
    }
}

}  // namespace

std::vector<std::string> make_notes(const note_facts& facts) {
    std::vector<std::string> notes;
    if (facts.isolated) {
        note_isolation(facts, notes);
    } else {
        notes.push_back(
            "NO ISOLATION: commands are plain processes of the server's user, with its files, its "
            "network and its rights");
        notes.push_back(
            "each sandbox has a home and a temporary folder of its own, removed at its end; a "
            "working folder that the machine lacks is made below that home");
    }
    note_limits(facts, notes);
    notes.push_back("all processes end with their sandbox and with the server");
    return notes;
}

}  // namespace ecisbx::server::runtime
