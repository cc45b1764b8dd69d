// How many calls of each action were made, and which are too many.
#ifndef ECISBX_SERVER_API_ECI_QUOTA_HPP
#define ECISBX_SERVER_API_ECI_QUOTA_HPP

#include "server/clock.hpp"

#include <ecisbx/server/server.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::server::api::eci {

/// Fixed windows, as the service's answers tell of: one begins with the first call after the last
/// one's end. A call that was refused counts for nothing.
class quota_windows {
public:
    /// The last entry for an action holds.
    explicit quota_windows(const std::vector<call_quota>& quotas);

    struct refusal {
        std::size_t limit = 0;
        std::chrono::milliseconds left{0};  ///< until the window ends, at least 1
    };
    /// Counts the call, or tells why not.
    std::optional<refusal> take(std::string_view action, time_point now);

private:
    struct window {
        std::size_t limit = 0;
        std::chrono::milliseconds period{0};
        std::size_t used = 0;
        std::optional<time_point> began;
    };
    std::map<std::string, window, std::less<>> windows_;
};

/// Throws `invalid_argument` for a quota that can not be meant.
void check_quotas(const std::vector<call_quota>& quotas);

using call_counts = std::map<std::string, std::uint64_t>;
inline constexpr std::string_view exec_channel_count = "(exec channel)";

}  // namespace ecisbx::server::api::eci

#endif
