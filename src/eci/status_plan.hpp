// Which calls of DescribeContainerGroupStatus tell any number of waiters what they want to know.
// No I/O and no clock.
//
// Up to 20 groups are asked for by their ids. More share region-wide calls with `SinceSecond`: each
// round asks for what changed since the round before it began, so that nothing falls between two
// rounds, however long a call takes. What such a window can not tell (a group that nobody has seen
// yet, one that was deleted) is looked at by id, or by a whole listing when there are many.
#ifndef ECISBX_ECI_STATUS_PLAN_HPP
#define ECISBX_ECI_STATUS_PLAN_HPP

#include "core/deadline.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ecisbx::eci {

/// One call.
struct status_ask {
    std::vector<std::string> ids;       ///< empty: the whole region
    std::optional<std::int64_t> since;  ///< seconds
    std::string next_token;
};

class status_plan {
public:
    using clock = core::clock;
    using time_point = clock::time_point;

    static constexpr std::size_t most_ids = 20;
    static constexpr std::size_t most_pages =
        1000;  ///< of a round; a service in a circle ends there

    /// One more waiter. `created`: when this client created the group, if it did: it may not be
    /// listed yet, and its changes since then are enough to know.
    void add(const std::string& id, std::optional<time_point> created, time_point now);
    void remove(const std::string& id);
    bool empty() const { return groups_.empty(); }
    std::size_t groups() const { return groups_.size(); }
    std::size_t waiters() const { return waiters_; }

    /// How long to pause from `now` on before the next round.
    clock::duration pause(time_point now) const;

    /// The first call of a round. Precondition: not empty.
    status_ask begin(time_point now);
    struct verdict {
        std::vector<std::string> absent;  ///< do not exist
        std::optional<status_ask> next;   ///< nothing: the round is over
    };
    /// The answer to the call that was asked for last: the ids in it, and its NextToken.
    verdict answered(const std::vector<std::string>& seen, const std::string& next_token,
                     time_point now);
    /// The call failed: the round is over, and the next one covers what it should have.
    void failed(time_point now);

private:
    struct group {
        std::size_t waiters = 0;
        time_point from;      ///< changes since then are of interest
        bool known = false;   ///< was seen
        bool missed = false;  ///< was not in the last whole listing
        time_point look_due;  ///< when to look at it directly
    };
    bool is_small() const { return groups_.size() <= most_ids; }
    void queue_looks(time_point now);
    std::int64_t window(time_point now) const;
    std::vector<std::string> not_there(const status_ask& asked, time_point now);
    void end_round(time_point now, bool whole);

    std::unordered_map<std::string, group> groups_;
    std::size_t waiters_ = 0;

    // The round under way.
    time_point round_began_{};
    bool shared_round_ = false;                     // with region-wide calls
    std::deque<status_ask> queue_;                  // its front is being asked
    std::unordered_set<std::string> seen_in_call_;  // over the pages of one call
    std::string last_token_;
    std::size_t pages_ = 0;

    std::optional<time_point> covered_;  ///< region-wide: all changes before are known
    std::optional<time_point> last_round_;
    clock::duration step_{};  ///< the pause now
    bool hurry_ = false;      ///< somebody came whom the next round should serve soon
};

}  // namespace ecisbx::eci

#endif
