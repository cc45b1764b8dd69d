// What a simulated network is made of.
#ifndef ECISBX_TESTS_SIMULATION_NETWORK_PARTS_HPP
#define ECISBX_TESTS_SIMULATION_NETWORK_PARTS_HPP

#include "simulation/network.hpp"

namespace ecisbx::sim {

struct network::packet {
    enum class kind { data, end, reset };
    kind what = kind::data;
    std::string bytes;
};

/// One direction of a connection: what was sent and has not arrived, and what has not been read.
struct network::lane {
    std::deque<packet> flying;
    std::size_t in_flight = 0;
    std::string received;
    std::size_t read_at = 0;
    std::uint64_t passed = 0;
    moment last{0};           ///< when the last piece is to arrive: nothing overtakes
    bool finished = false;    ///< by its sender
    bool dead = false;        ///< what is sent is swallowed
    bool end_here = false;    ///< the receiver sees the end ...
    bool reset_here = false;  ///< ... or a reset, of which it is told once
    bool reset_told = false;
    bool full = false;  ///< the sender waits for room

    std::size_t unread() const { return received.size() - read_at; }
    std::size_t held() const { return in_flight + unread(); }
};

/// Ends: 0 is who connected, 1 who accepted. Lane n goes from end n to the other.
struct network::connection {
    std::uint64_t number = 0;
    lane lanes[2];
    socket* ends[2] = {nullptr, nullptr};
    bool gone[2] = {false, false};
    bool absorbs = false;  ///< end 0 is nobody, who takes what comes
    std::size_t window = 0;
    fault fate = fault::none;
    int fate_lane = 0;
    std::uint64_t fate_after = 0;
    bool silent = false;
    bool loses_end = false;
    bool repeats = false;
    std::string request;  ///< to repeat; until its head is whole
    std::uint16_t port = 0;
    int family = AF_INET;
};

struct network::socket {
    enum class kind { fresh, listening, connecting, connected, failed };
    int fd = -1;
    int family = AF_INET;
    kind what = kind::fresh;
    std::uint16_t port = 0, peer_port = 0;
    bool client = false;
    int error = 0;
    bool resets_on_close = false;
    std::deque<connection_ptr> backlog;
    connection_ptr over;
    int end = 0;
};

}  // namespace ecisbx::sim

#endif
