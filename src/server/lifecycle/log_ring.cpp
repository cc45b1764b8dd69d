#include "server/lifecycle/log_ring.hpp"

#include "core/time.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ecisbx::server::lifecycle {
namespace {

constexpr std::size_t longest_piece = 16 * 1024;
constexpr auto tick = time_point::duration(1);

std::size_t index_of(log_source from) {
    return static_cast<std::size_t>(from);
}

/// `2026-01-02T03:04:05.123456789Z `
std::string time_prefix(time_point at) {
    auto second = std::chrono::floor<std::chrono::seconds>(at);
    auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(at - second).count();
    auto digits = std::to_string(rest);
    auto text = core::format_rfc3339(second);
    text.pop_back();
    return text + '.' + std::string(9 - digits.size(), '0') + digits + "Z ";
}

}  // namespace

void log_ring::append(log_source from, std::string_view bytes, time_point now) {
    auto& open = open_[index_of(from)];
    while (!bytes.empty()) {
        auto end = bytes.find('\n');
        bool ends = end != std::string_view::npos;
        auto room = longest_piece - open.size();
        auto taken = bytes.substr(0, std::min(ends ? end : bytes.size(), room));
        open += taken;
        bytes.remove_prefix(taken.size());
        ends = ends && taken.size() == end;
        if (ends) bytes.remove_prefix(1);
        if (!ends && open.size() < longest_piece) return;
        enter(from, open, ends, now);
        open.clear();
    }
}

void log_ring::finish(log_source from, time_point now) {
    auto open = std::exchange(open_[index_of(from)], std::string());
    if (!open.empty()) enter(from, open, false, now);
    finished_[index_of(from)] = true;
}

void log_ring::enter(log_source from, std::string_view text, bool ends, time_point now) {
    if (now <= last_ && last_ - now < std::chrono::seconds(1)) now = last_ + tick;
    last_ = now;
    entries_.push_back({now, static_cast<std::uint32_t>(text.size()), from, ends});
    text_ += text;
    while (text_.size() - begin_ + entries_.size() * sizeof(entry) > capacity) {
        begin_ += entries_.front().size;
        entries_.pop_front();
    }
    if (begin_ < capacity) return;  // moved away rarely
    text_.erase(0, begin_);
    begin_ = 0;
}

bool log_ring::begins_line(std::size_t index) const {
    if (index == 0) return true;
    const auto& before = entries_[index - 1];
    return before.ends || before.from != entries_[index].from;
}

std::size_t log_ring::first_of_tail(std::size_t tail) const {
    auto index = entries_.size();
    while (index > 0 && tail > 0)
        if (begins_line(--index)) --tail;
    return index;
}

std::string log_ring::text(const log_query& what) const {
    std::string shown;
    auto index = first_of_tail(what.tail);
    auto at = begin_;
    for (std::size_t i = 0; i < index; ++i) at += entries_[i].size;
    bool skipped = false;
    for (; index < entries_.size() && shown.size() < what.bytes; ++index) {
        const auto& one = entries_[index];
        auto text = std::string_view(text_).substr(at, one.size);
        at += one.size;
        if (begins_line(index)) {
            skipped = what.since && one.at < *what.since;
            if (skipped) continue;
            if (!shown.empty() && shown.back() != '\n') shown += '\n';
            if (what.timestamps) shown += time_prefix(one.at);
        }
        if (skipped) continue;
        shown += text;
        if (one.ends) shown += '\n';
    }
    if (shown.size() > what.bytes) shown.resize(what.bytes);
    return shown;
}

}  // namespace ecisbx::server::lifecycle
