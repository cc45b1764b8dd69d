// How many connections may be made at once: the decisions, without I/O, clock or queue.
#ifndef ECISBX_NET_DIAL_SLOTS_HPP
#define ECISBX_NET_DIAL_SLOTS_HPP

#include "core/backoff.hpp"
#include "core/deadline.hpp"
#include "core/random.hpp"

#include <cstddef>
#include <optional>
#include <set>

namespace ecisbx::net {

/// Whoever dials holds a slot from the name lookup to the end of the TLS handshake. The queue of
/// those who wait is the caller's, who tells its length.
///
/// A slot whose dial failed rests for a random part of a time that doubles with each failure in a
/// row: else a peer that is away, or out of room, would have to turn down a whole queue as fast as
/// the queue can dial. A success ends that. Nobody notices a rest while other slots are free.
class dial_slots {
public:
    using time_point = core::clock::time_point;
    static constexpr std::chrono::milliseconds first_rest{10};
    static constexpr std::chrono::milliseconds longest_rest{250};

    /// `most`: 0 counts as 1.
    dial_slots(std::size_t most, core::random_source random);

    /// Somebody wants a slot while `waiting` others wait already. True: it has one; false: it must
    /// wait until `take` gives it one.
    bool ask(std::size_t waiting, time_point now) { return waiting == 0 && take(now); }
    /// Takes a slot for the first of those who wait. False: none is free and rested.
    bool take(time_point now);
    /// When the slot that is rested first is; nothing when none rests.
    std::optional<time_point> next_rested() const;

    void succeeded();
    void failed(time_point now);
    /// Given up by its holder, which says nothing about the peer.
    void gave_up() { --in_use_; }

    std::size_t most() const { return most_; }
    std::size_t in_use() const { return in_use_; }

private:
    core::backoff new_rests() const;

    std::size_t most_;
    core::random_source random_;
    core::backoff rests_;  ///< of failures in a row
    std::size_t in_use_ = 0;
    std::multiset<time_point> resting_;
};

}  // namespace ecisbx::net

#endif
