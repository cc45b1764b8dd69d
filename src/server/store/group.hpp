// What the server knows of a sandbox: a group of containers, as it was asked for and as it is.
#ifndef ECISBX_SERVER_STORE_GROUP_HPP
#define ECISBX_SERVER_STORE_GROUP_HPP

#include "server/clock.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::server::store {

enum class group_status {
    scheduling,
    schedule_failed,
    pending,
    running,
    succeeded,
    failed,
    restarting,
    updating,
    terminating,
    expired
};
enum class restart_policy { always, on_failure, never };

/// Names as the wire writes them, `ScheduleFailed` and so on.
std::string_view to_string(group_status status);
std::string_view to_string(restart_policy policy);
std::optional<group_status> parse_group_status(std::string_view name);
std::optional<restart_policy> parse_restart_policy(std::string_view name);
/// Ended for good: succeeded, failed, expired, schedule_failed.
bool is_terminal(group_status status);

struct env_var {
    std::string key;
    std::string value;
    std::string field_path;  ///< not empty: the value is looked up when the container starts
};

struct config_file {
    std::string path;  ///< relative, without `..`
    std::string content;
    unsigned mode = 0644;
};

/// A volume, as far as a local runtime could have it.
struct volume {
    enum class kind { empty_dir, config, other };
    std::string name;
    kind what = kind::other;
    std::uint64_t size = 0;  ///< of an empty_dir, bytes; 0: no limit of its own
    std::vector<config_file> files;
};

struct mount {
    std::string volume;
    std::string path;
    std::string sub_path;
    bool read_only = false;
};

struct container_spec {
    std::string name;
    std::string image;
    std::string image_pull_policy = "IfNotPresent";
    double cpu = 0;     ///< vCPU; 0: the group's
    double memory = 0;  ///< GiB; 0: the group's
    int gpu = 0;
    std::vector<std::string> command;
    std::vector<std::string> args;
    std::string working_dir;
    std::vector<env_var> env;
    bool hide_env = false;  ///< descriptions do not show it
    std::vector<mount> mounts;
    std::vector<std::pair<int, std::string>> ports;  ///< number, protocol
    bool open_stdin = false;
    bool stdin_once = false;
    bool tty = false;
    boost::json::object extra;  ///< parts that are only shown again, in the form they are shown in
};

struct group_spec {
    std::string name;
    std::vector<container_spec> containers;
    std::vector<container_spec> init_containers;
    double cpu = 0;
    double memory = 0;  ///< GiB
    restart_policy restart = restart_policy::always;
    std::chrono::seconds grace{30};
    std::chrono::seconds active_deadline{0};  ///< 0: none
    std::vector<std::pair<std::string, std::string>> tags;
    std::string zone, vswitch, security_group, resource_group;
    std::vector<volume> volumes;
    boost::json::object extra;  ///< as in container_spec
    /// The request that it was made by, for updates; without credentials and tags. A form.
    std::string request;
};

struct container_state {
    enum class kind { waiting, running, terminated };
    kind state = kind::waiting;
    std::string reason;
    std::string message;
    int exit_code = 0;
    int signal = 0;
    std::optional<time_point> started;
    std::optional<time_point> finished;
};

struct container {
    container_state current;
    std::optional<container_state> previous;
    int restarts = 0;
};

struct event {
    std::string name;
    std::string reason;
    std::string message;
    bool warning = false;
    int count = 1;
    time_point first, last;
};

/// Changed only through `store::memory`, which keeps times and indexes in step.
struct group {
    std::string id;
    std::string uuid;
    std::uint64_t sequence = 0;
    group_spec spec;
    group_status status = group_status::scheduling;
    bool held = false;  ///< a forced status: the containers' fate no longer changes it
    time_point created, changed;
    std::optional<time_point> ended;
    std::vector<container> containers;       ///< as in spec
    std::vector<container> init_containers;  ///< as in spec
    std::vector<event> events;               ///< oldest first, a bounded number
};

}  // namespace ecisbx::server::store

#endif
