// The text of a container log with times, taken apart into lines.
#ifndef ECISBX_PROTO_LOG_LINES_HPP
#define ECISBX_PROTO_LOG_LINES_HPP

#include "core/time.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace ecisbx::proto {

/// `2026-01-02T03:04:05.123456789Z` or with `+08:00` and the like: the second, in UTC. Nothing for
/// any other text.
std::optional<core::utc_time> parse_log_time(std::string_view text);

struct log_line {
    std::string_view raw;    ///< without its line feed; a carriage return stays
    std::size_t prefix = 0;  ///< bytes of it that are the time and the space behind; 0: no time
    std::optional<core::utc_time> second;
};

struct log_lines {
    std::vector<log_line> whole;
    std::optional<log_line> open;  ///< what stands behind the last line feed
};

/// Views into `text`.
log_lines split_log(std::string_view text);

}  // namespace ecisbx::proto

#endif
