// When may the next call of one action be sent? Decisions only: no clock, no timer.
//
// A token bucket. Calls that find no token queue up; those of one group (a sandbox) in the order
// they came, the groups in turn. A limit that the service shows by refusing calls is learned.
#ifndef ECISBX_PROTO_CALL_QUOTA_HPP
#define ECISBX_PROTO_CALL_QUOTA_HPP

#include "core/deadline.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ecisbx::proto {

/// How many calls were made in about the last minute. Constant size.
class recent_calls {
public:
    using time_point = core::clock::time_point;
    void note(time_point now);
    std::uint64_t count(time_point now) const;

private:
    struct slot {
        std::int64_t number = -1;  // of its five seconds
        std::uint64_t calls = 0;
    };
    std::array<slot, 12> slots_;
};

/// `now` never goes back between two calls of one object.
class call_quota {
public:
    using time_point = core::clock::time_point;
    using duration = core::clock::duration;
    using ticket = std::uint64_t;

    /// At most `per_minute` calls, at least 1, in any minute; nothing: no limit until the service
    /// refuses a call because of its rate.
    explicit call_quota(std::optional<unsigned> per_minute);
    call_quota(const call_quota&) = delete;
    call_quota& operator=(const call_quota&) = delete;

    /// True: it may be sent now, and counts. False: it has to `join` the queue.
    bool take(time_point now);

    /// Queues a call, under a ticket that no other one in the queue has. False, and nothing done,
    /// when its turn would come after `until`, by the present rate and those ahead of it.
    bool join(ticket who, std::string_view group, time_point until, time_point now);
    /// It is not wanted any more: the others move up. Does nothing for one that is not queued.
    void leave(ticket who, std::string_view group);
    /// A turn that was granted is not used.
    void give_back();

    struct turns {
        std::vector<ticket> granted;
        std::vector<ticket> refused;  ///< can not be sent before their time any more
    };
    /// Ends the waits of those whose turn it is. Call it at `next_turn`, and after anything
    /// changed.
    turns advance(time_point now);
    /// When the first in the queue may be sent; nothing: the queue is empty.
    std::optional<time_point> next_turn(time_point now) const;
    /// When a call that joined now would be sent.
    time_point turn_of_next(std::string_view group, time_point now) const;

    /// The service refused a call that was sent at `sent`: halves the rate, once for all calls that
    /// were under way, empties the bucket, and sends nothing for `pause` (at most 5 minutes).
    void throttled(time_point sent, duration pause, time_point now);
    /// The service took a call: the rate goes back up by a hundredth of the limit. A learned limit
    /// grows on and is dropped at 16 times what it began with.
    void succeeded();

    bool unlimited() const { return limit_ == 0; }
    /// Calls a minute at present, rounded up.
    unsigned per_minute() const;
    std::size_t queued() const { return queued_; }

private:
    struct waiting {
        ticket who;
        time_point until;
    };
    struct line {
        std::string group;
        std::deque<waiting> calls;
    };
    using lines = std::list<line>;

    void set_limit(double per_minute);
    double rate() const;  // tokens a second
    double capacity() const;
    double tokens_at(time_point now) const;
    void refill(time_point now);
    time_point time_of(std::size_t number, time_point now) const;
    std::size_t ahead_of_next(std::string_view group) const;
    void refuse_late(turns& ended, time_point now);
    lines::iterator erase(lines::iterator one);
    ticket pop_first();

    const bool learning_;
    double limit_ = 0;   // calls a minute; 0: none
    double burst_ = 0;   // of them at once
    double refill_ = 0;  // and so many one by one
    double share_ = 1;   // of the rate, at present
    double tokens_ = 0;
    time_point filled_;  // until when tokens were counted; in the future: nothing is sent before
    std::optional<time_point> halved_;
    recent_calls recent_;
    lines lines_;  // the first is the next one to be served
    std::unordered_map<std::string_view, lines::iterator> line_of_;  // keys are in the lines
    std::size_t queued_ = 0;
    time_point first_late_ = time_point::max();  // nobody in the queue is late before
};

}  // namespace ecisbx::proto

#endif
