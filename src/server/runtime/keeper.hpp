// The small helper process of a runtime. The server forks it when the runtime is made; it forks a
// warden for each box, from a state that is still small, and outlives the server by as much as
// ending all of them takes, also when the server was killed by SIGKILL.
#ifndef ECISBX_SERVER_RUNTIME_KEEPER_HPP
#define ECISBX_SERVER_RUNTIME_KEEPER_HPP

#include "server/runtime/bwrap_world.hpp"
#include "server/runtime/cgroup.hpp"
#include "server/runtime/packet.hpp"
#include "server/runtime/volume_folder.hpp"

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ecisbx::server::runtime {

struct keeper_settings {
    bool isolated = true;  ///< bubblewrap, else plain processes
    bwrap_settings bwrap;
    std::string path;         ///< PATH of the server
    std::string temp_parent;  ///< where the folders of plain boxes, or of volumes, go
    pid_t server = 0;
};

class keeper {
public:
    keeper(keeper_settings settings, unique_fd server);
    /// Tries the runtime, says hello, and serves until the server is gone.
    [[noreturn]] void run();

private:
    void say_hello();
    void make_temp_folder();
    volume_support volumes() const;
    void provide_volumes(const box_spec& spec);
    void probe();
    std::vector<std::string> notes() const;
    void serve();
    void take_requests();
    void create_box(received request);
    [[noreturn]] void become_warden(box_spec spec, unique_fd socket, pid_t parent);
    std::unique_ptr<world> make_world(const box_spec& spec) const;
    void reap();
    void kill_strays();
    void end_all();

    keeper_settings settings_;
    unique_fd server_;
    unique_fd server_process_;
    unique_fd signals_;
    cgroup_base cgroups_;
    std::string temp_;
    unique_fd temp_lock_;
    bool can_mount_ = false;
    volume_folder volumes_;
    std::map<pid_t, std::string> wardens_;  // box id of each
    bool server_gone_ = false;
};

struct running_keeper {
    pid_t pid = 0;
    unique_fd process;  ///< a pidfd
    unique_fd socket;
    std::vector<std::string> notes;
    volume_support volumes = volume_support::none;
};
/// Forks it and waits for its hello. Throws `unsupported` with what it says.
running_keeper start_keeper(keeper_settings settings);
/// Tells it to end and waits, at most some seconds, until every process of every box is gone.
void end_keeper(running_keeper& keeper);

}  // namespace ecisbx::server::runtime

#endif
