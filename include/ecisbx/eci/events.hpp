/// @file
/// Events of container groups (DescribeContainerGroupEvents).
#ifndef ECISBX_ECI_EVENTS_HPP
#define ECISBX_ECI_EVENTS_HPP

#include <ecisbx/eci/model.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// Which events of one group. Checked before the call; the errors begin `event_options:`.
class event_options {
public:
    event_options() = default;

    /// Who reported them: `EciService` or `K8sAgent`. Default: both.
    event_options& source(std::string name) & { return source_ = std::move(name), *this; }
    event_options&& source(std::string name) && { return std::move(source(std::move(name))); }
    /// Only those of the last `n` seconds, at least 1. Default: all that are kept, 50 per group.
    event_options& since_seconds(std::int64_t n) & { return since_ = n, *this; }
    event_options&& since_seconds(std::int64_t n) && { return std::move(since_seconds(n)); }

    const std::string& source() const noexcept { return source_; }
    std::optional<std::int64_t> since_seconds() const noexcept { return since_; }

private:
    std::string source_;
    std::optional<std::int64_t> since_;
};
static_assert(!std::is_aggregate_v<event_options>);

/// Which groups' events; each setting narrows the answer. Checked before the call; the errors begin
/// `event_query:`.
class event_query {
public:
    event_query() = default;

    /// One more group; at most 20. Default: all groups.
    event_query& id(std::string v) & { return ids_.push_back(std::move(v)), *this; }
    event_query&& id(std::string v) && { return std::move(id(std::move(v))); }
    /// Groups with this tag; at most 20 tags.
    event_query& tag(std::string key, std::string value) & {
        return tags_.emplace_back(std::move(key), std::move(value)), *this;
    }
    event_query&& tag(std::string key, std::string value) && {
        return std::move(tag(std::move(key), std::move(value)));
    }
    /// As in `event_options`.
    event_query& source(std::string name) & { return only_.source(std::move(name)), *this; }
    event_query&& source(std::string name) && { return std::move(source(std::move(name))); }
    /// As in `event_options`.
    event_query& since_seconds(std::int64_t n) & { return only_.since_seconds(n), *this; }
    event_query&& since_seconds(std::int64_t n) && { return std::move(since_seconds(n)); }
    /// Groups per page, 1 to 200. Default 200.
    event_query& limit(int count) & { return limit_ = count, *this; }
    event_query&& limit(int count) && { return std::move(limit(count)); }
    /// Continue where the page that gave this token ended.
    event_query& next_token(std::string token) & { return token_ = std::move(token), *this; }
    event_query&& next_token(std::string token) && {
        return std::move(next_token(std::move(token)));
    }

    const std::vector<std::string>& ids() const noexcept { return ids_; }
    const std::vector<std::pair<std::string, std::string>>& tags() const noexcept { return tags_; }
    const event_options& only() const noexcept { return only_; }
    int limit() const noexcept { return limit_; }
    const std::string& next_token() const noexcept { return token_; }

private:
    std::vector<std::string> ids_;
    std::vector<std::pair<std::string, std::string>> tags_;
    event_options only_;
    int limit_ = 200;
    std::string token_;
};
static_assert(!std::is_aggregate_v<event_query>);

/// An event with where it came from.
class group_event : public event {
public:
    group_event() = default;
    std::string name;
    std::string component;  ///< of its source, e.g. `EciService`
    std::string host;       ///< of its source
    std::string reporting_component;
    std::string object_kind;  ///< what it is about, e.g. `Pod`
    std::string object_name;
};

/// The events of one group, in the order of the service. Times are RFC 3339 UTC text.
class group_events {
public:
    group_events() = default;
    std::string id;
    std::string name;
    std::string uuid;
    std::vector<group_event> events;
    std::string request_id;
};

/// One page of groups and their events.
class event_page {
public:
    event_page() = default;
    std::vector<group_events> groups;
    std::int64_t total_count = 0;
    std::string next_token;  ///< empty on the last page, and where the service gives none
    std::string request_id;
};

}  // namespace ecisbx::eci

#endif
