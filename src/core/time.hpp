// Dates as the wire writes them. All UTC, whole seconds, years 0000 to 9999.
#ifndef ECISBX_CORE_TIME_HPP
#define ECISBX_CORE_TIME_HPP

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::core {

using utc_time = std::chrono::sys_seconds;

/// Now, whole seconds.
utc_time utc_now();

/// `2026-01-02T03:04:05Z`. A time outside of years 0000 to 9999 is moved to the nearest end.
std::string format_rfc3339(utc_time at);

/// Exactly that form; nothing for any other text or an impossible date (a leap second included).
std::optional<utc_time> parse_rfc3339(std::string_view text);

/// `Fri, 02 Jan 2026 03:04:05 GMT`, the Date header of HTTP (IMF-fixdate).
std::string format_http_date(utc_time at);

/// IMF-fixdate only; the day of the week must be right too. A leap second (`:60`) is taken as
/// the second after it.
std::optional<utc_time> parse_http_date(std::string_view text);

}  // namespace ecisbx::core

#endif
