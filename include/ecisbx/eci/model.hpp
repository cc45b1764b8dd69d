/// @file
/// What the ECI service tells about container groups.
#ifndef ECISBX_ECI_MODEL_HPP
#define ECISBX_ECI_MODEL_HPP

#include <ecisbx/secret.hpp>

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::eci {

/// `CurrentState` of a container. Times are RFC 3339 UTC text as the service sends them.
class container_state {
public:
    container_state() = default;
    std::string state;  ///< Waiting, Running, Terminated
    std::string reason;
    std::string message;
    std::optional<int> exit_code;
    std::optional<int> signal;
    std::string start_time;
    std::string finish_time;
};

/// A port that a container declares.
class container_port {
public:
    container_port() = default;
    int port = 0;
    std::string protocol;  ///< TCP, UDP
};

/// A variable of a container.
class environment_variable {
public:
    environment_variable() = default;
    std::string key;
    std::string value;
    std::string field_path;  ///< not empty: the value is looked up when the container starts
};

/// Where a container has a volume of its group.
class volume_mount {
public:
    volume_mount() = default;
    std::string volume;
    std::string path;
    std::string sub_path;
    bool read_only = false;
};

/// A volume of a group. What its kind does not have is empty.
class group_volume {
public:
    group_volume() = default;
    std::string name;
    std::string type;
    std::string medium;                     ///< of an EmptyDirVolume
    std::string size_limit;                 ///< of an EmptyDirVolume
    std::string server;                     ///< of an NFSVolume
    std::string path;                       ///< of an NFSVolume
    std::string disk_id;                    ///< of a DiskVolume
    std::string driver;                     ///< of a FlexVolume
    std::string options;                    ///< of a FlexVolume, JSON text
    std::vector<std::string> config_paths;  ///< of a ConfigFileVolume
};

/// A container or an init container.
class container {
public:
    container() = default;
    std::string name;
    std::string image;
    std::string image_pull_policy;
    double cpu = 0;     ///< vCPU
    double memory = 0;  ///< GiB
    int gpu = 0;
    bool ready = false;
    int restart_count = 0;
    std::vector<std::string> command;
    std::vector<std::string> args;
    std::string working_dir;
    std::vector<environment_variable> env;
    std::vector<container_port> ports;
    std::vector<volume_mount> mounts;
    bool has_liveness_probe = false;
    bool has_readiness_probe = false;
    container_state current;
    container_state previous;
};

/// Something that happened to a group. Times are RFC 3339 UTC text.
class event {
public:
    event() = default;
    std::string type;  ///< Normal, Warning
    std::string reason;
    std::string message;
    int count = 0;
    std::string first_time;
    std::string last_time;
};

/// One container group as DescribeContainerGroups reports it.
class container_group {
public:
    container_group() = default;
    std::string id;
    std::string name;
    std::string region;
    std::string zone;
    /// Scheduling, ScheduleFailed, Pending, Running, Succeeded, Failed, Restarting, Updating,
    /// Terminating, Expired.
    std::string status;
    std::string restart_policy;
    double cpu = 0;     ///< vCPU
    double memory = 0;  ///< GiB
    std::string instance_type;
    double ephemeral_storage = 0;  ///< GiB beside the free ones
    /// Times are RFC 3339 UTC text; empty until it happened.
    std::string creation_time;
    std::string succeeded_time;
    std::string failed_time;
    std::string expired_time;
    std::string intranet_ip;
    std::string internet_ip;
    std::string ipv6_address;
    std::string vpc;
    std::string vswitch;
    std::string security_group;
    std::string resource_group;
    std::string ram_role;
    std::string spot_strategy;
    double spot_price_limit = 0;
    std::string dns_policy;
    std::map<std::string, std::string> tags;
    std::vector<container> containers;
    std::vector<container> init_containers;
    std::vector<group_volume> volumes;
    std::vector<event> events;
    /// The whole object as it came, for what is not typed here. Never null.
    std::shared_ptr<const boost::json::value> raw;
};

/// One page of a listing.
class group_page {
public:
    group_page() = default;
    std::vector<container_group> groups;
    std::string next_token;  ///< empty on the last page
    std::int64_t total_count = 0;
    std::string request_id;
};

/// Filters of `client::list`; each one set narrows the answer.
class list_options {
public:
    list_options() = default;
    /// Groups per page, 1 to 20. Default 20. Larger values are cut to 20, as the service does.
    list_options& limit(int count) & { return limit_ = count, *this; }
    /// Groups with this status, `Running` say.
    list_options& status(std::string name) & { return status_ = std::move(name), *this; }
    /// Groups of this name; names need not be unique.
    list_options& name(std::string group_name) & { return name_ = std::move(group_name), *this; }
    /// Groups with this tag; given again: with all of them.
    list_options& tag(std::string key, std::string value) & {
        return tags_.emplace_back(std::move(key), std::move(value)), *this;
    }
    /// Continue where the page that gave this token ended.
    list_options& next_token(std::string token) & { return token_ = std::move(token), *this; }
    /// One more id to look for; at most 20.
    list_options& id(std::string v) & { return ids_.push_back(std::move(v)), *this; }
    /// Ask for events too. Default off.
    list_options& with_events(bool on = true) & { return events_ = on, *this; }

    list_options&& limit(int count) && { return std::move(limit(count)); }
    list_options&& status(std::string name) && { return std::move(status(std::move(name))); }
    list_options&& name(std::string n) && { return std::move(name(std::move(n))); }
    list_options&& tag(std::string key, std::string value) && {
        return std::move(tag(std::move(key), std::move(value)));
    }
    list_options&& next_token(std::string t) && { return std::move(next_token(std::move(t))); }
    list_options&& id(std::string v) && { return std::move(id(std::move(v))); }
    list_options&& with_events(bool on = true) && { return std::move(with_events(on)); }

    int limit() const noexcept { return limit_; }
    const std::string& status() const noexcept { return status_; }
    const std::string& name() const noexcept { return name_; }
    const std::vector<std::pair<std::string, std::string>>& tags() const noexcept { return tags_; }
    const std::string& next_token() const noexcept { return token_; }
    const std::vector<std::string>& ids() const noexcept { return ids_; }
    bool wants_events() const noexcept { return events_; }

private:
    int limit_ = 20;
    std::string status_;
    std::string name_;
    std::vector<std::pair<std::string, std::string>> tags_;
    std::string token_;
    std::vector<std::string> ids_;
    bool events_ = false;
};

/// The short-lived URLs of one exec. Whoever has one can use it for 30 s.
class exec_urls {
public:
    exec_urls() = default;
    secret websocket;
    secret http;
    std::string request_id;
};

}  // namespace ecisbx::eci

#endif
