// The process that keeps one box: it makes the box's world, starts processes in it, sees their
// exits and ends all of them. It ends when the server's end of its socket does, however that went.
#ifndef ECISBX_SERVER_RUNTIME_WARDEN_HPP
#define ECISBX_SERVER_RUNTIME_WARDEN_HPP

#include "server/runtime/launch.hpp"
#include "server/runtime/packet.hpp"
#include "server/runtime/world.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace ecisbx::server::runtime {

class warden {
public:
    /// `server`: its socket. `server_process`: a pidfd, or -1; other processes may hold copies of
    /// the socket's far end.
    warden(unique_fd server, int server_process, std::unique_ptr<world> keeps, environment env);
    [[noreturn]] void run();

private:
    using clock = std::chrono::steady_clock;
    struct child {
        std::uint32_t id = 0;
        pid_t pid = 0;     // 0: not known yet
        unique_fd launch;  // open while its exec is under way
        unique_fd terminal;
        std::optional<int> status;
        std::uint64_t memory_kills = 0;  // of the whole box, when it was started
    };
    struct outgoing {
        packet content;
        unique_fd fd;
    };

    bool open_world();
    void wait_for_events();
    void take_requests();
    void start(received request);
    void refuse(std::uint32_t id, launch_stage stage, int code);
    void follow(child& c);
    void follow_launches();
    void reap();
    bool out_of_memory(const child& c) const;
    void report_exits();
    void progress();
    void send(packet p, unique_fd fd = unique_fd());
    void flush();
    bool running() const;
    int timeout() const;

    unique_fd server_;
    int server_process_;
    std::unique_ptr<world> world_;
    environment env_;
    int signals_ = -1;
    std::vector<child> children_;
    std::deque<outgoing> outbox_;
    bool server_gone_ = false;
    bool killing_ = false;
    std::optional<clock::time_point> kill_at_;
};

}  // namespace ecisbx::server::runtime

#endif
