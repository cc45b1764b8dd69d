// When a silent session pings.
#ifndef ECISBX_PROTO_PING_SCHEDULE_HPP
#define ECISBX_PROTO_PING_SCHEDULE_HPP

#include "core/deadline.hpp"

namespace ecisbx::proto {

/// Somewhere in the last quarter of `idle`, by `random` in [0, 1): sessions that were opened in one
/// burst would else ping in one instant, for ever. Of a session's own, so that its rhythm, too,
/// drifts away from that of the others.
inline core::clock::duration ping_after(core::clock::duration idle, double random) {
    return idle - std::chrono::duration_cast<core::clock::duration>(
                      std::chrono::duration<double, core::clock::period>(idle / 4) * random);
}

}  // namespace ecisbx::proto

#endif
