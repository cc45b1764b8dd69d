// The decisions of a connection pool for one origin, without I/O, clock or connections.
#ifndef ECISBX_NET_POOL_PLAN_HPP
#define ECISBX_NET_POOL_PLAN_HPP

#include "core/deadline.hpp"
#include "net/http.hpp"

#include <ecisbx/error.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace ecisbx::net {

/// A *slot* is the right to have one connection in use; there are as many as connections may be
/// open at once. Whoever has a slot uses an idle connection or dials one. Connections are named by
/// numbers. The queue of those who wait for a slot is the caller's, who tells its length.
///
/// Idle and used connections together never exceed the slots: an idle one was parked by the holder
/// of a slot, and who gets a slot later takes idle ones before it dials.
///
/// A burst does not dial for each of its callers, whose requests may be served by a connection that
/// comes free sooner: no more dials are under way than connections are open, or than `first_dials`.
/// So a pool that is needed doubles in each round trip, and all but the first can resume a session.
class pool_plan {
public:
    using connection = std::uint64_t;
    using time_point = core::clock::time_point;

    static constexpr std::size_t first_dials = 8;

    pool_plan(std::size_t slots, std::size_t max_waiting, core::deadline::duration expiry);

    enum class answer { slot, wait, refuse };
    /// Somebody wants a slot and `waiting` others wait already.
    answer ask(std::size_t waiting);
    /// A slot for the first of those who wait. To ask again after `free_slot` and `end_dial`.
    bool admit();
    /// The holder of a new slot has taken an idle connection, or is about to dial.
    void decided() { --undecided_; }
    void begin_dial() { ++dialling_; }
    void end_dial() { --dialling_; }

    /// The holder of a slot takes the connection used last (the older ones may expire), nothing
    /// when none is idle.
    std::optional<connection> take_idle();

    /// The holder of a slot parks its connection before it gives the slot up.
    void park(connection which, time_point now);
    void free_slot() { --in_use_; }

    /// Idle connections to close now, oldest first.
    std::vector<connection> take_expired(time_point now);
    std::vector<connection> take_all_idle();

    std::size_t idle() const { return idle_.size(); }
    std::size_t in_use() const { return in_use_; }
    std::size_t dialling() const { return dialling_; }

private:
    struct parked {
        connection which;
        time_point expires;
    };

    std::size_t slots_;
    std::size_t max_waiting_;
    core::deadline::duration expiry_;
    std::size_t in_use_ = 0;
    std::size_t undecided_ = 0;  ///< of those in use: neither with a connection nor dialling yet
    std::size_t dialling_ = 0;   ///< of those in use
    std::deque<parked> idle_;    // oldest first
};

/// Whether a request that failed on a reused connection may go to a new one: the server had closed
/// the connection in the meantime, and can not have acted on the request, or acting twice does no
/// harm.
bool may_send_again(const error_info& why, exchange_progress progress, bool idempotent);

}  // namespace ecisbx::net

#endif
