// The last lines that a container printed, with the times at which they came.
#ifndef ECISBX_SERVER_LIFECYCLE_LOG_RING_HPP
#define ECISBX_SERVER_LIFECYCLE_LOG_RING_HPP

#include "server/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::server::lifecycle {

enum class log_source : std::uint8_t { out, err };

/// What to show: of the last `tail` lines those not before `since`, and of them the first `bytes`.
struct log_query {
    std::size_t tail = std::numeric_limits<std::size_t>::max();
    std::optional<time_point> since;
    std::size_t bytes = std::numeric_limits<std::size_t>::max();
    bool timestamps = false;
};

/// Keeps a log as container runtimes do: a line is entered when its line feed comes, so that lines
/// of stdout and stderr are never mixed; one that is longer than 16 KiB is entered in pieces, and
/// one without a line feed when its stream ends. Times only grow within a log, unless the clock is
/// set back by more than a second.
class log_ring {
public:
    /// Of text and what is kept beside it; the oldest lines go first.
    static constexpr std::size_t capacity = 1024 * 1024;

    void append(log_source from, std::string_view bytes, time_point now);
    /// The stream has ended.
    void finish(log_source from, time_point now);
    bool finished() const { return finished_[0] && finished_[1]; }
    /// Bytes as they were printed; lines end as they did.
    std::string text(const log_query& what = log_query()) const;

private:
    struct entry {
        time_point at;
        std::uint32_t size = 0;
        log_source from = log_source::out;
        bool ends = false;  ///< with a line feed, which is not in the text
    };

    void enter(log_source from, std::string_view text, bool ends, time_point now);
    bool begins_line(std::size_t index) const;
    std::size_t first_of_tail(std::size_t tail) const;

    std::array<std::string, 2> open_;  ///< of each stream, what has no line feed yet
    std::array<bool, 2> finished_{};
    std::deque<entry> entries_;
    std::string text_;       ///< of the entries, one behind the other
    std::size_t begin_ = 0;  ///< of the first of them in it
    time_point last_{};
};

}  // namespace ecisbx::server::lifecycle

#endif
