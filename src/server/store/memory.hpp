// All groups, in memory: where they are kept, looked up and changed.
#ifndef ECISBX_SERVER_STORE_MEMORY_HPP
#define ECISBX_SERVER_STORE_MEMORY_HPP

#include "server/store/group.hpp"
#include "server/store/group_index.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ecisbx::server::store {

using group_ptr = std::shared_ptr<const group>;

/// What a listing asks for; absent parts match everything.
struct group_filter {
    std::optional<std::vector<std::string>> ids;
    std::optional<std::string> name;
    std::optional<group_status> status;
    std::optional<std::string> zone, vswitch, security_group, resource_group;
    std::vector<std::pair<std::string, std::string>> tags;  ///< all of them; empty value: any
    bool tagged = false;                                    ///< only groups that have a tag
    std::optional<time_point> changed_since;
    bool matches(const group& g) const;
    friend bool operator==(const group_filter&, const group_filter&) = default;
};

struct group_page {
    std::vector<group_ptr> groups;
    std::size_t total = 0;   ///< that match, on all pages
    std::uint64_t next = 0;  ///< pass it as `before` for the next page; 0: this is the last
};

struct limits {
    std::size_t groups = 100'000;
    std::size_t events_per_group = 50;
    std::chrono::seconds terminal_kept = std::chrono::hours(1);
    std::size_t terminal_kept_longer = 100;  ///< newest that stay after that
    std::chrono::seconds schedule_failed_kept = std::chrono::hours(24);
};

/// Single-threaded. Every change of a group goes through here, so that time stamps, indexes and
/// events agree. A group that was erased stays valid for whoever still holds it; changes to it are
/// harmless.
class memory {
public:
    explicit memory(clock_function clock, limits bounds = limits());

    time_point now() const { return clock_(); }
    std::size_t capacity() const { return bounds_.groups; }
    std::size_t size() const { return by_sequence_.size(); }

    /// Adds a group with status Scheduling and all containers waiting. Null: the store is full.
    group_ptr insert(std::string id, group_spec spec);
    group_ptr find(const std::string& id) const;
    bool erase(const std::string& id);
    /// Newest first; a page goes on behind the group whose sequence is `before` whatever was added
    /// or removed meanwhile. `before` 0: from the newest.
    group_page select(const group_filter& filter, std::size_t limit, std::uint64_t before) const;

    /// The natural course of things; ignored while the status is held, and once it is terminal or
    /// Terminating (which only `force_status` and `begin_*` leave).
    void set_status(const group& g, group_status status);
    /// Sets and holds any status.
    void force_status(const group& g, group_status status);
    void begin_restart(const group& g);
    void begin_update(const group& g);
    void begin_delete(const group& g);

    enum class role { container, init };
    void set_container(const group& g, role r, std::size_t index, container_state state);
    /// As set_container; the present state becomes the previous one.
    void replace_container(const group& g, role r, std::size_t index, container_state state);
    void count_restart(const group& g, role r, std::size_t index);

    /// Equal reason and message as an earlier event: that one's count and time go up.
    void add_event(const group& g, bool warning, const std::string& reason,
                   const std::string& message);

    /// Any change of what the group was asked to be.
    void change_spec(const group& g, const std::function<void(group_spec&)>& change);

    /// As `change_spec`, for one whose containers have all ended and may be others now. Its tags
    /// stay: they may have been changed since `spec` was read.
    void renew(const group& g, group_spec spec);

    /// Forgets what has been terminal for long enough; returns the ids.
    std::vector<std::string> expire();

private:
    group_page select_ids(const group_filter& filter, std::size_t limit,
                          std::uint64_t before) const;
    group_page select_changed(const group_filter& filter, std::size_t limit,
                              std::uint64_t before) const;
    group_page select_among(const group_index::sequences& among, const group_filter* filter,
                            std::size_t limit, std::uint64_t before) const;
    group& edit(const group& g);
    void enter(group& g, group_status status);
    container& slot(group& g, role r, std::size_t index);
    void unindex(const group& g);

    clock_function clock_;
    limits bounds_;
    std::uint64_t last_sequence_ = 0;
    std::map<std::uint64_t, std::shared_ptr<group>> by_sequence_;
    std::unordered_map<std::string, std::shared_ptr<group>> by_id_;
    std::set<std::pair<time_point, std::uint64_t>> ended_, schedule_failed_;
    group_index index_;
};

}  // namespace ecisbx::server::store

#endif
