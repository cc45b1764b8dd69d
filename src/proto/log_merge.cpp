#include "proto/log_merge.hpp"

#include <algorithm>
#include <functional>

namespace ecisbx::proto {
namespace {

// More than a window can have, so that what it shows of the past is known whole.
constexpr std::size_t most_known = 4096;
constexpr std::string_view no_character = "\xEF\xBF\xBD";

std::uint64_t hash_of(std::string_view bytes) {
    return std::hash<std::string_view>()(bytes);
}

/// For each position how many values from there on agree with the values from the beginning.
std::vector<std::size_t> z_function(const std::vector<std::uint64_t>& values) {
    std::vector<std::size_t> z(values.size(), 0);
    for (std::size_t i = 1, left = 0, right = 0; i < values.size(); ++i) {
        if (i < right) z[i] = std::min(right - i, z[i - left]);
        while (i + z[i] < values.size() && values[z[i]] == values[i + z[i]]) ++z[i];
        if (i + z[i] > right) left = i, right = i + z[i];
    }
    return z;
}

/// Without what may be the beginning of a character whose rest has not come yet.
std::string_view whole_characters(const log_line& line) {
    auto text = line.raw;
    while (text.size() > line.prefix && text.ends_with(no_character))
        text.remove_suffix(no_character.size());
    return text;
}

}  // namespace

log_merge::view log_merge::read(const log_window& window) const {
    auto split = split_log(window.content);
    view v;
    std::size_t longest = 0;
    bool times = second_.has_value();
    for (const auto& line : split.whole) {
        longest = std::max(longest, line.raw.size());
        times = times || line.second;
    }
    v.lines = std::move(split.whole);
    v.front_cut = v.lines.size() + (split.open ? 1 : 0) >= window.max_lines;
    // A service whose limit of bytes counts from the end cuts the first line.
    if (times && !v.lines.empty() && !v.lines.front().second) {
        v.lines.erase(v.lines.begin());
        v.front_cut = true;
    }
    if (split.open && (!times || split.open->second)) v.open = split.open;
    constexpr std::size_t roughly = 64;  // limits are kept to the line or to the byte
    v.full = window.content.size() + longest + roughly >= window.max_bytes;
    return v;
}

// matches[p]: how many of the last lines known are the ones before position p.
std::vector<std::size_t> log_merge::match_lengths(const view& v) const {
    std::vector<std::uint64_t> values(known_.rbegin(), known_.rend());
    auto first = values.size();
    for (auto line = v.lines.rbegin(); line != v.lines.rend(); ++line)
        values.push_back(hash_of(line->raw));
    auto z = z_function(values);
    std::vector<std::size_t> matches(v.lines.size() + 1, 0);
    for (std::size_t p = 1; p < matches.size(); ++p)
        matches[p] = std::min({z[first + v.lines.size() - p], first, p});
    return matches;
}

bool log_merge::extends(const log_line& line) const {
    return line.raw.size() >= open_->size &&
           hash_of(line.raw.substr(0, open_->size)) == open_->hash;
}

bool log_merge::goes_on(const view& v, std::size_t at) const {
    if (!open_) return at > 0;
    if (at < v.lines.size()) return extends(v.lines[at]);
    return v.open && extends(*v.open);
}

// The window ends before the line that is known in part, or within what is known of it.
bool log_merge::ends_short(const view& v, std::size_t at) const {
    return open_ && at > 0 && at == v.lines.size() && !known_.empty() &&
           (!v.open || v.open->raw.size() < open_->size);
}

// A position fits when all before it, as far back as both reach, is known in the same order.
// Those that have all that is known before them come first. Several fit where lines are equal in
// all, their time included. The first of them is right when nothing equal was there before the
// known ones; else the last, which repeats nothing.
log_merge::place log_merge::find_exact(const view& v,
                                       const std::vector<std::size_t>& matches) const {
    std::vector<std::size_t> with_all, with_some;
    for (std::size_t p = 0; p < matches.size(); ++p) {
        if (matches[p] != std::min(p, known_.size())) continue;
        if (goes_on(v, p) || ends_short(v, p))
            (matches[p] == known_.size() ? with_all : with_some).push_back(p);
    }
    place best;
    best.found = !with_all.empty() || !with_some.empty();
    if (!best.found) return best;
    if (with_all.empty())
        best.at = with_some.back();
    else
        best.at = from_boundary_ ? with_all.front() : with_all.back();
    // A window that has its beginning decides by that.
    bool several = with_all.size() + with_some.size() > 1;
    best.unsure = several && (v.front_cut || (with_all.size() > 1 && !from_boundary_));
    return best;
}

log_merge::place log_merge::find(const view& v) const {
    auto matches = match_lengths(v);
    auto best = find_exact(v, matches);
    if (best.found) return best;
    // Lines stand between known ones that were never seen: a clock that was set back hid them.
    auto longest = std::max_element(matches.rbegin(), matches.rend());
    if (*longest == 0) return best;
    best.found = best.unsure = true;
    best.at = static_cast<std::size_t>(matches.rend() - longest) - 1;
    return best;
}

log_merge::fit log_merge::look(const log_window& window) const {
    auto v = read(window);
    if (v.empty()) return fit::empty;
    if (blank()) return fit::first;
    return find(v).found ? fit::continues : fit::apart;
}

log_news log_merge::take(const log_window& window) {
    log_news news;
    auto v = read(window);
    if (v.empty()) return news;
    place from;
    if (blank()) {
        news.lost = next_ && v.front_cut;
    } else {
        from = find(v);
        news.lost = from.unsure || !from.found;
    }
    bool apart = !blank() && !from.found;
    if (blank() || apart) from_boundary_ = !v.front_cut;
    if (apart) known_.clear();
    if (open_ && (apart || !(goes_on(v, from.at) || ends_short(v, from.at)))) {
        open_.reset();
        end_line_ = true;
    }
    news.text = give(v, from.at);
    if (news.text.empty()) {
        // The same again would be all that comes, for ever.
        passed_over_ = passed_over_ || (v.full && second_);
        news.lost = false;
        return news;
    }
    if (end_line_) news.text.insert(0, 1, '\n');
    end_line_ = passed_over_ = false;
    news.more = v.full;
    return news;
}

std::string_view log_merge::shown(const log_line& line, std::size_t taken) const {
    return line.raw.substr(taken > 0 ? taken : keep_times_ ? 0 : line.prefix);
}

void log_merge::remember(const log_line& line) {
    known_.push_back(hash_of(line.raw));
    if (known_.size() > most_known) {
        known_.pop_front();
        from_boundary_ = false;
    }
    if (line.second) second_ = line.second;
}

std::string log_merge::give(const view& v, std::size_t from) {
    std::string text;
    for (auto i = from; i < v.lines.size(); ++i) {
        text += shown(v.lines[i], open_ ? open_->size : 0);
        text += '\n';
        open_.reset();
        remember(v.lines[i]);
    }
    if (v.open) give_open(*v.open, text);
    return text;
}

void log_merge::give_open(const log_line& line, std::string& text) {
    log_line known = line;
    known.raw = whole_characters(line);
    auto taken = open_ ? open_->size : 0;
    if (known.raw.size() <= taken) return;
    text += shown(known, taken);
    open_ = {hash_of(known.raw), known.raw.size()};
    if (line.second) second_ = line.second;
}

void log_merge::begin_next() {
    known_.clear();
    end_line_ = end_line_ || open_;
    open_.reset();
    second_.reset();
    next_ = true;
    passed_over_ = false;
}

std::optional<core::utc_time> log_merge::start() const {
    if (second_ && passed_over_) return *second_ + std::chrono::seconds(1);
    return second_;
}

}  // namespace ecisbx::proto
