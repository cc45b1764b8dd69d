// A container's log as a service keeps it, and the windows it shows of it.
#ifndef ECISBX_TESTS_UNIT_PROTO_LOG_SIMULATION_HPP
#define ECISBX_TESTS_UNIT_PROTO_LOG_SIMULATION_HPP

#include "core/time.hpp"
#include "proto/log_merge.hpp"

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace log_test {

using ecisbx::core::utc_time;

class simulated_log {
public:
    enum class cut { behind, before };  ///< which end a limit of bytes cuts off

    /// Nanoseconds since the epoch.
    std::int64_t now = 1'767'323'045'000'000'000;

    void line(const std::string& text) {
        begin(text);
        lines_.back().whole = true;
    }
    /// The beginning of a line, or more of it.
    void begin(const std::string& text) {
        if (!lines_.empty() && !lines_.back().whole)
            lines_.back().text += text;
        else
            lines_.push_back({now, text, false});
    }
    void end() { lines_.back().whole = true; }
    /// Forgets the oldest, as a log that is rotated.
    void forget(std::size_t count) {
        lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    std::size_t size() const { return lines_.size(); }

    /// What a reader who missed nothing has.
    std::string truth(bool times = false) const {
        std::string all;
        for (const auto& one : lines_) all += shown(one, times);
        return all;
    }

    std::string window(std::optional<utc_time> start, std::size_t tail, std::size_t bytes,
                       cut how = cut::behind) const {
        std::string text;
        auto first = lines_.size() > tail ? lines_.size() - tail : 0;
        for (auto i = first; i < lines_.size(); ++i)
            if (!start || lines_[i].at / 1'000'000'000 >= start->time_since_epoch().count())
                text += shown(lines_[i], true);
        if (text.size() <= bytes) return text;
        return how == cut::behind ? text.substr(0, bytes) : text.substr(text.size() - bytes);
    }

private:
    struct one_line {
        std::int64_t at = 0;
        std::string text;
        bool whole = false;
    };

    static std::string shown(const one_line& one, bool times) {
        return (times ? time_text(one.at) + ' ' : "") + one.text + (one.whole ? "\n" : "");
    }
    static std::string time_text(std::int64_t at) {
        auto second = utc_time(std::chrono::seconds(at / 1'000'000'000));
        auto text = ecisbx::core::format_rfc3339(second);
        char fraction[16];
        std::snprintf(fraction, sizeof fraction, ".%09lldZ",
                      static_cast<long long>(at % 1'000'000'000));
        return text.substr(0, text.size() - 1) + fraction;
    }

    std::vector<one_line> lines_;
};

/// Reads a simulated log as a follower does.
class follower {
public:
    explicit follower(const simulated_log& log, std::size_t tail = 2000,
                      std::size_t bytes = 1 << 20,
                      simulated_log::cut how = simulated_log::cut::behind, bool times = false)
        : merge(times), log_(log), tail_(tail), bytes_(bytes), how_(how) {}

    /// Polls until nothing more is there to be had at once; what came in this time.
    std::string poll() {
        std::string all;
        for (int round = 0; round < 1000; ++round) {
            auto content = log_.window(merge.start(), tail_, bytes_, how_);
            bool passed = merge.passed_over();
            auto news = take(content);
            all += news.text;
            if (!news.more && passed == merge.passed_over()) break;
        }
        return all;
    }
    /// A look at the end of the log, whatever the times of its lines.
    std::string glance(std::size_t tail) { return take(log_.window({}, tail, bytes_, how_)).text; }

    ecisbx::proto::log_news take(const std::string& content) {
        auto news = merge.take({content, tail_, bytes_});
        if (news.lost) ++gaps;
        text += news.text;
        return news;
    }

    ecisbx::proto::log_merge merge;
    std::string text;
    int gaps = 0;

private:
    const simulated_log& log_;
    std::size_t tail_, bytes_;
    simulated_log::cut how_;
};

}  // namespace log_test

#endif
