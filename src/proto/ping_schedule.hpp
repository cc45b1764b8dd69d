// What a silent session does when.
#ifndef ECISBX_PROTO_PING_SCHEDULE_HPP
#define ECISBX_PROTO_PING_SCHEDULE_HPP

#include "core/deadline.hpp"

#include <chrono>
#include <cstdint>
#include <ratio>

namespace ecisbx::proto {

/// Somewhere in the last quarter of `idle`, by `random` in [0, 1): sessions that were opened in one
/// burst would else ping in one instant, for ever. Of a session's own, so that its rhythm, too,
/// drifts away from that of the others.
inline core::clock::duration ping_after(core::clock::duration idle, double random) {
    return idle - std::chrono::duration_cast<core::clock::duration>(
                      std::chrono::duration<double, core::clock::period>(idle / 4) * random);
}

/// When a session that hears nothing from `now` on gives its buffers back: after a second, at one
/// of a hundred marks in each, which all sessions share. Thousands that speak now and then would
/// else wake the loop, each for itself, about as often as their messages do.
inline core::clock::time_point release_at(core::clock::time_point now) {
    return std::chrono::ceil<std::chrono::duration<std::int64_t, std::ratio<1, 100>>>(
        now + std::chrono::seconds(1));
}

}  // namespace ecisbx::proto

#endif
