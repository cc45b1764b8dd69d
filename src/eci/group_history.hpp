// What this client did to a group lately, which decides what its status means now.
#ifndef ECISBX_ECI_GROUP_HISTORY_HPP
#define ECISBX_ECI_GROUP_HISTORY_HPP

#include "core/deadline.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// Bounded: when it is full it starts anew, which costs a few calls more per group.
class group_history {
public:
    using time_point = core::clock::time_point;
    struct restart {
        time_point at;
        core::utc_time date;                     ///< by our clock, before the call
        std::vector<std::string> starts_before;  ///< of the containers, as far as they are known
    };

    void created(const std::string& id) { entry(id).created = core::clock::now(); }
    void restarted(const std::string& id, core::utc_time date) {
        auto& one = entry(id);
        one.restarted = restart{core::clock::now(), date, one.starts};
    }
    /// It was seen ready, with these starts of its containers.
    void ready(const std::string& id, std::vector<std::string> starts) {
        auto& one = entry(id);
        one.restarted.reset();
        one.starts = std::move(starts);
    }
    void forget(const std::string& id) { entries_.erase(id); }

    std::optional<time_point> created_at(const std::string& id) const {
        auto at = entries_.find(id);
        return at == entries_.end() ? std::nullopt : at->second.created;
    }
    std::optional<restart> restarted_at(const std::string& id) const {
        auto at = entries_.find(id);
        return at == entries_.end() ? std::nullopt : at->second.restarted;
    }

private:
    struct record {
        std::optional<time_point> created;
        std::optional<restart> restarted;
        std::vector<std::string> starts;
    };
    record& entry(const std::string& id) {
        if (entries_.size() >= most && !entries_.contains(id)) entries_.clear();
        return entries_[id];
    }

    static constexpr std::size_t most = 100'000;
    std::unordered_map<std::string, record> entries_;
};

}  // namespace ecisbx::eci

#endif
