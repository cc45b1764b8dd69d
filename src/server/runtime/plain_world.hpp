// A box that isolates nothing: a folder of its own, and whatever descends from its warden.
#ifndef ECISBX_SERVER_RUNTIME_PLAIN_WORLD_HPP
#define ECISBX_SERVER_RUNTIME_PLAIN_WORLD_HPP

#include "server/runtime/cgroup.hpp"
#include "server/runtime/world.hpp"

#include <cstdint>
#include <string>

namespace ecisbx::server::runtime {

class plain_world final : public world {
public:
    /// `dir`: made by `open`, removed by `cleanup`. `path`: the server's PATH.
    plain_world(box_spec spec, box_cgroup group, std::string dir, std::string path);

    void open(int watch) override;
    environment defaults() const override;
    std::string folder(const std::string& wished) const override;
    int enter(const int* stdio, int count) const override;
    bool forks_again() const override { return false; }
    int become_user() const override { return 0; }
    int confine() const override { return 0; }
    std::uint64_t out_of_memory_kills() const override { return group_.out_of_memory_kills(); }
    void signal_all(int signal) override;
    bool empty(bool running) const override;
    void kill_all() override;
    void reaped(pid_t) override {}
    bool gone() override;
    bool cleanup() override;

private:
    box_spec spec_;
    box_cgroup group_;
    std::string dir_;
    std::string path_;
    bool ending_ = false;
};

}  // namespace ecisbx::server::runtime

#endif
