// What the server and its keepers say to each other over a SEQPACKET socket: small fixed packets
// with descriptors. Anything long travels as an anonymous file.
#ifndef ECISBX_SERVER_RUNTIME_PACKET_HPP
#define ECISBX_SERVER_RUNTIME_PACKET_HPP

#include "server/runtime/posix.hpp"

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace ecisbx::server::runtime {

enum class packet_kind : std::uint32_t {
    hello,         ///< keeper -> server: file of notes; value 0, or 1: unsupported, the file says
                   ///< why; detail: volume_support
    create_box,    ///< server -> keeper: file of a box_spec, socket of its warden
    ready,         ///< warden -> server: the box is there; value: its pid
    failed,        ///< warden -> server: file with the reason
    start,         ///< server -> warden: id, value: pipes that follow the file of a process_spec
    started,       ///< warden -> server: id; the terminal, if it has one
    start_failed,  ///< warden -> server: id, value: launch_stage, detail: errno
    exited,        ///< warden -> server: id, value: wait status, detail 1: memory was used up
    kill,          ///< server -> warden: id, value: signal
    stop,          ///< server -> warden: value: grace in ms; the answer is the end of the socket
    drop_volumes,  ///< server -> keeper: file with the id of a group
};

struct packet {
    packet_kind kind{};
    std::uint32_t id = 0;
    std::int32_t value = 0;
    std::int32_t detail = 0;
};

/// Where a launch failed.
enum class launch_stage : std::int32_t { none, join, fork, setup, terminal, dir, exec };

inline constexpr std::size_t max_packet_fds = 5;

/// 0 or errno (EAGAIN: later). Never raises SIGPIPE.
int send_packet(int socket, const packet& p, const std::vector<int>& fds);

enum class receipt { packet, nothing, end };
struct received {
    receipt what = receipt::nothing;
    packet content;
    std::vector<unique_fd> fds;
    pid_t sender = 0;  ///< where the socket has SO_PASSCRED
};
/// Does not block.
received receive_packet(int socket);

}  // namespace ecisbx::server::runtime

#endif
