// What the containers of a group used, over the last while.
#ifndef ECISBX_SERVER_LIFECYCLE_USAGE_HISTORY_HPP
#define ECISBX_SERVER_LIFECYCLE_USAGE_HISTORY_HPP

#include "server/clock.hpp"
#include "server/runtime/box_usage.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace ecisbx::server::lifecycle {

/// Of one container at one moment.
struct container_usage {
    runtime::box_usage total;
    /// Nanoseconds of vCPU a second since the sample before, or since the container started.
    std::uint64_t nano_cores = 0;
};

struct usage_sample {
    time_point at;
    std::vector<std::optional<container_usage>> containers;  ///< as in the group; nothing: no box
};

/// Kept only for groups that somebody asked about: from the first question on, a sample every 15 s,
/// an hour of them, until nobody has asked for ten minutes.
class usage_history {
public:
    /// What the runtime says of one container now.
    struct reading {
        runtime::box_usage total;
        time_point started;
    };
    using readings = std::vector<std::optional<reading>>;

    /// Somebody asks: whether a sample must be taken first.
    bool ask(time_point now) {
        asked_ = now;
        return samples_.empty() || now - samples_.back().at >= std::chrono::seconds(1) ||
               now < samples_.back().at;
    }
    bool due(time_point now) const {
        return samples_.empty() || now - samples_.back().at >= interval;
    }
    bool forgotten(time_point now) const { return now - asked_ > std::chrono::minutes(10); }
    void add(time_point now, const readings& values);
    const std::deque<usage_sample>& samples() const { return samples_; }

private:
    static constexpr auto interval = std::chrono::seconds(15);
    static constexpr std::size_t most = 480;  // questions add samples between

    std::deque<usage_sample> samples_;
    time_point asked_{};
};

}  // namespace ecisbx::server::lifecycle

#endif
