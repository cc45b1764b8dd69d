// When to ask for credentials anew: the rules, without clock and I/O.
#ifndef ECISBX_ECI_CREDENTIALS_REFRESH_PLAN_HPP
#define ECISBX_ECI_CREDENTIALS_REFRESH_PLAN_HPP

#include "core/deadline.hpp"
#include "core/time.hpp"

#include <optional>

namespace ecisbx::eci {

/// Both clocks at one moment: expiries are wall time, pauses are not.
struct moment {
    core::utc_time wall;
    core::clock::time_point steady;
};

class refresh_plan {
public:
    enum class advice {
        use,
        use_and_refresh,  ///< still valid, but not for long
        refresh,          ///< nothing that is valid
        fail,             ///< nothing that is valid, and asked without success a moment ago
    };

    advice at(moment now) const;

    /// `temporary`: they have a token. A value that is expired on arrival by this machine's clock
    /// is used for a minute: the service knows the time better.
    void obtained(moment now, std::optional<core::utc_time> expires, bool temporary);
    /// Asked without success: a pause of 1 s, doubled each time up to 30 s.
    void failed(moment now);

    /// The service refused the value: may others be asked for now?
    bool may_replace(moment now) const;
    /// Asking gave the same again: not for the next 10 s.
    void replaced_in_vain(moment now);

    /// There is a value, and it has not expired.
    bool is_valid(moment now) const;

private:
    bool is_paused(moment now) const { return pause_until_ && now.steady < *pause_until_; }

    bool has_value_ = false;
    std::optional<core::utc_time> expires_;
    std::optional<core::utc_time> refresh_at_;
    unsigned failures_ = 0;
    std::optional<core::clock::time_point> pause_until_;
    std::optional<core::clock::time_point> replace_after_;
};

}  // namespace ecisbx::eci

#endif
