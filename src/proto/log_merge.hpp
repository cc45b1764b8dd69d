// Puts overlapping windows of a growing log together, so that no line is repeated, and says where
// lines are missing.
#ifndef ECISBX_PROTO_LOG_MERGE_HPP
#define ECISBX_PROTO_LOG_MERGE_HPP

#include "core/time.hpp"
#include "proto/log_lines.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::proto {

/// An answer, with the bounds that were asked for: a window that reaches one may lack lines at its
/// beginning (the number of lines counts from the end) or at its end (bytes count from the
/// beginning).
struct log_window {
    std::string_view content;  ///< each line begins with its time
    std::size_t max_lines = 0;
    std::size_t max_bytes = 0;
};

/// What a window brought.
struct log_news {
    std::string text;
    bool lost = false;  ///< lines are missing before `text`, or may be
    bool more = false;  ///< there is more behind it: ask again at once
};

/// Recognises lines by all their bytes, the time included; where several lines are equal in all of
/// it, by what stands before them. Lines are kept as hashes: memory is bounded, whatever comes.
/// A line that is there in part is given out in part, and continued when more of it comes.
class log_merge {
public:
    enum class fit {
        empty,      ///< the window has no line
        first,      ///< nothing was taken yet
        continues,  ///< it has lines that were taken
        apart,      ///< it has none of them: lines were lost, or it is another log
    };

    /// `keep_times`: the text that is given out begins each line with its time.
    explicit log_merge(bool keep_times) : keep_times_(keep_times) {}

    fit look(const log_window& window) const;
    /// What is new in it. Of a window that stands apart all is new, and lines were lost.
    log_news take(const log_window& window);
    /// The next window is of another log, the container's next one. A window of it that may lack
    /// its beginning has lost lines. A line of the old log that had no end gets one.
    void begin_next();

    /// Nothing was taken of the present log.
    bool blank() const { return known_.empty() && !open_; }
    /// The second to ask from; nothing: from the beginning. One that is behind what was taken only
    /// where the window can not show the rest of a second.
    std::optional<core::utc_time> start() const;
    /// Lines of the log were passed over because no window can show them, and nothing was taken
    /// since.
    bool passed_over() const { return passed_over_; }

private:
    struct open_line {
        std::uint64_t hash = 0;
        std::size_t size = 0;  ///< that was taken of it
    };
    struct view {
        std::vector<log_line> lines;
        std::optional<log_line> open;
        bool front_cut = false;  ///< it may lack lines at its beginning
        bool full = false;       ///< it may lack lines at its end
        bool empty() const { return lines.empty() && !open; }
    };
    struct place {
        bool found = false;
        std::size_t at = 0;  ///< the first line that was not taken whole
        bool unsure = false;
    };

    view read(const log_window& window) const;
    place find(const view& v) const;
    place find_exact(const view& v, const std::vector<std::size_t>& matches) const;
    std::vector<std::size_t> match_lengths(const view& v) const;
    bool goes_on(const view& v, std::size_t at) const;
    bool ends_short(const view& v, std::size_t at) const;
    bool extends(const log_line& line) const;
    std::string give(const view& v, std::size_t from);
    void give_open(const log_line& line, std::string& text);
    std::string_view shown(const log_line& line, std::size_t taken) const;
    void remember(const log_line& line);

    bool keep_times_;
    bool next_ = false;      ///< the present log is not the first
    bool end_line_ = false;  ///< what was given out last has no line end and will get no other
    bool passed_over_ = false;
    bool from_boundary_ = false;       ///< no line right before the known ones can be equal to them
    std::deque<std::uint64_t> known_;  ///< whole lines taken, the newest last
    std::optional<open_line> open_;    ///< behind them
    std::optional<core::utc_time> second_;
};

}  // namespace ecisbx::proto

#endif
