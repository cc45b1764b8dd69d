// Which groups have a property: so that a listing looks at those only, not at all there are.
#ifndef ECISBX_SERVER_STORE_GROUP_INDEX_HPP
#define ECISBX_SERVER_STORE_GROUP_INDEX_HPP

#include "server/store/group.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ecisbx::server::store {

struct group_filter;

/// Groups by sequence number. Every operation on one group is O(log n) for each of its properties.
class group_index {
public:
    using sequences = std::set<std::uint64_t>;

    void add(const group& g);
    void remove(const group& g);
    /// Before `g.status` becomes `next`, and before `g.changed` becomes `at`; nothing for a group
    /// that is not there.
    void change_status(const group& g, group_status next);
    void change_time(const group& g, time_point at);

    struct choice {
        const sequences* smallest = nullptr;  ///< each match is in it
        bool exact = false;                   ///< and it has nothing but matches
    };
    /// Of all properties that the filter asks for but ids and time; without any: all groups.
    choice choose(const group_filter& filter) const;
    /// Those that changed at `since` or later, in no order; nothing when they are more than `most`.
    std::optional<std::vector<std::uint64_t>> changed_since(time_point since,
                                                            std::size_t most) const;

private:
    void enter(const std::string& key, std::uint64_t sequence);
    void leave(const std::string& key, std::uint64_t sequence);

    std::unordered_map<std::string, sequences> by_key_;
    std::set<std::pair<time_point, std::uint64_t>> by_time_;
};

}  // namespace ecisbx::server::store

#endif
