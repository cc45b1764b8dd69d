// A box in namespaces of its own, made by bubblewrap and held open by a sleeper in it.
#ifndef ECISBX_SERVER_RUNTIME_BWRAP_WORLD_HPP
#define ECISBX_SERVER_RUNTIME_BWRAP_WORLD_HPP

#include "server/runtime/cgroup.hpp"
#include "server/runtime/mount_plan.hpp"
#include "server/runtime/world.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ecisbx::server::runtime {

struct bwrap_settings {
    std::string program;  ///< path of bwrap
    std::string rootfs;
    bool host_network = false;
    std::string filter;       ///< of seccomp
    bool privileged = false;  ///< we are root, and a box must not be
    uid_t uid = 0;            ///< what a box's root is on the host
    gid_t gid = 0;
    std::string volumes;           ///< where shared volumes are; empty: there are none
    bool limit_processes = false;  ///< by RLIMIT_NPROC, where there is no control group for it
};

inline constexpr unsigned max_processes = 512;

/// Bytes that a writable place of a box has, as far as nothing else says.
std::uint64_t place_size(const box_spec& spec);
/// The same at most, whatever was asked for: a volume is in memory.
std::uint64_t volume_size(const box_spec& spec, const box_mount& mount);

class bwrap_world final : public world {
public:
    bwrap_world(const bwrap_settings& settings, box_spec spec, box_cgroup group);
    ~bwrap_world() override;

    void open(int watch) override;
    environment defaults() const override;
    std::string folder(const std::string& wished) const override;
    int enter(const int* stdio, int count) const override;
    bool forks_again() const override { return true; }
    int become_user() const override;
    int confine() const override;
    std::uint64_t out_of_memory_kills() const override { return group_.out_of_memory_kills(); }
    void signal_all(int signal) override;
    bool empty(bool running) const override;
    void kill_all() override;
    void reaped(pid_t child) override;
    bool gone() override { return bwrap_ == 0; }
    bool cleanup() override { return group_.remove(); }

private:
    struct plumbing;
    std::vector<std::string> arguments(const plumbing& pipes) const;
    std::vector<mount_wish> mounts(const plumbing& pipes) const;
    [[noreturn]] void become_bwrap(const plumbing& pipes) const;
    void wait_until_ready(const plumbing& pipes, int watch);
    int leave_root() const;
    int keep_from_host() const;
    int namespaces() const;

    const bwrap_settings& settings_;
    box_spec spec_;
    box_cgroup group_;
    std::string dir_;
    pid_t bwrap_ = 0;  // the monitor, our child
    pid_t init_ = 0;   // pid 1 of the box
    unique_fd init_fd_;
};

}  // namespace ecisbx::server::runtime

#endif
