// What the server keeps beside container groups: image caches, data caches, commit tasks, ops
// records, virtual nodes. Nothing is behind them here: each goes through its states by the clock.
#ifndef ECISBX_SERVER_STORE_RESOURCES_HPP
#define ECISBX_SERVER_STORE_RESOURCES_HPP

#include "server/store/group.hpp"
#include "server/store/table.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::server::store {

/// What all of them have.
struct resource {
    std::string id;
    std::uint64_t sequence = 0;
    std::string name;
    std::string resource_group;
    std::vector<std::pair<std::string, std::string>> tags;
    time_point created;
    std::optional<time_point> expires;
    std::vector<event> events;  ///< oldest first
};

/// Where a resource is on its way: a name of the wire and percent done.
struct progress {
    std::string_view status;
    int percent = 0;
    bool settled = false;  ///< it stays as it is until somebody changes it
};

struct image_cache : resource {
    std::vector<std::string> images;
    int size = 20;  ///< GiB
    bool lru = false;
    bool flash = false;
    std::string snapshot_id;
    std::string group_id;   ///< of the helper group that the service would have
    time_point began;       ///< the creation or the last update
    bool updating = false;  ///< `began` is an update
    std::optional<time_point> matched;
};

struct data_cache : resource {
    std::string region;  ///< another one than the server's for a copy
    std::string bucket;
    std::string path;
    int size = 20;  ///< GiB
    std::string source_type;
    boost::json::object source_options;
    std::string snapshot_id;
    std::string group_id;
    time_point began;
    bool updating = false;
    std::optional<time_point> matched;
};

struct commit_task {
    std::string id;
    std::uint64_t sequence = 0;
    std::string group_id;
    std::string container;
    std::string image;  ///< repository:tag
    time_point created;
};

struct ops_record {
    std::string id;
    std::uint64_t sequence = 0;
    std::string group_id;
    std::string type;  ///< coredump or tcpdump
    time_point created, expires;
    bool closed = false;
};

struct virtual_node : resource {
    std::string security_group;
    std::string vswitch;
};

/// Preparing, Creating, Ready; after an update Updating, Ready.
progress progress_of(const image_cache& cache, time_point now);
/// Loading, Creating, Available; after an update Updating, Available.
progress progress_of(const data_cache& cache, time_point now);
/// Running, Succeeded.
progress progress_of(const commit_task& task, time_point now);
/// Pending, Ready.
progress progress_of(const virtual_node& node, time_point now);
/// Ready, Closed, Expired.
std::string_view status_of(const ops_record& record, time_point now);

/// The phases of a commit, each as long as `commit_phase`.
inline constexpr std::string_view commit_phases[] = {"PullBaseImage", "CommitContainer",
                                                     "PushCommittedImage"};
inline constexpr std::chrono::milliseconds commit_phase{500};

struct resources {
    table<image_cache> image_caches{1000};
    table<data_cache> data_caches{1000};
    table<commit_task> commit_tasks{1000};
    table<ops_record> ops_records{1000};
    table<virtual_node> virtual_nodes{1000};

    /// Forgets caches whose retention is over.
    void expire(time_point now);
};

}  // namespace ecisbx::server::store

#endif
