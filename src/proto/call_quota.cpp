#include "proto/call_quota.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>

namespace ecisbx::proto {
namespace {

using seconds = std::chrono::duration<double>;

constexpr double lowest_share = 1.0 / 16;
constexpr double dropped_share = 16;
constexpr double step_up = 0.01;
// The most common one of the published limits: an action without one is not far from it.
constexpr double usual_limit = 500;
constexpr auto longest_pause = std::chrono::minutes(5);
constexpr seconds far_off = std::chrono::hours(24 * 365);
constexpr double rounding = 1e-12;  // sums of fractions of a token

std::int64_t slot_number(core::clock::time_point now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count() / 5;
}

}  // namespace

void recent_calls::note(time_point now) {
    auto number = slot_number(now);
    auto& at = slots_[static_cast<std::size_t>(number) % slots_.size()];
    if (at.number != number) at = slot{number, 0};
    ++at.calls;
}

std::uint64_t recent_calls::count(time_point now) const {
    auto oldest = slot_number(now) - static_cast<std::int64_t>(slots_.size());
    std::uint64_t sum = 0;
    for (const auto& one : slots_)
        if (one.number > oldest) sum += one.calls;
    return sum;
}

call_quota::call_quota(std::optional<unsigned> per_minute) : learning_(!per_minute) {
    if (!per_minute) return;
    set_limit(std::max(1u, *per_minute));
    tokens_ = burst_;
}

// A burst and what trickles in during the minute after it are the limit together, so that no minute
// sees more calls, wherever the service lets its minutes begin.
void call_quota::set_limit(double per_minute) {
    limit_ = per_minute;
    auto two_seconds = std::max(10.0, std::floor(limit_ / 30));
    burst_ = std::clamp(std::floor(limit_ / 4), 1.0, two_seconds);
    refill_ = limit_ - burst_ + 1;
}

double call_quota::rate() const {
    return refill_ * share_ / 60;
}

double call_quota::capacity() const {
    return std::max(1.0, burst_ * std::min(share_, 1.0));
}

unsigned call_quota::per_minute() const {
    return static_cast<unsigned>(std::ceil(std::min(limit_ * share_, 4e9)));
}

double call_quota::tokens_at(time_point now) const {
    if (now <= filled_) return tokens_;
    return std::min(capacity(), tokens_ + rate() * seconds(now - filled_).count());
}

void call_quota::refill(time_point now) {
    tokens_ = tokens_at(now);
    filled_ = std::max(filled_, now);
}

// The `number`-th call from now on, from 1.
call_quota::time_point call_quota::time_of(std::size_t number, time_point now) const {
    if (unlimited()) return now;
    auto from = std::max(now, filled_);
    auto missing = static_cast<double>(number) - tokens_at(now);
    if (missing <= 0) return from;
    auto wait = std::min(seconds(missing / rate()), far_off);
    return from + std::chrono::ceil<duration>(wait);
}

bool call_quota::take(time_point now) {
    if (unlimited()) {
        recent_.note(now);
        return true;
    }
    refill(now);
    if (queued_ > 0 || now < filled_ || tokens_ < 1 - rounding) return false;
    tokens_ -= 1;
    return true;
}

// Each other group has had as many turns as ours when ours comes, and those before it one more.
std::size_t call_quota::ahead_of_next(std::string_view group) const {
    auto own = line_of_.find(group);
    if (own == line_of_.end()) return lines_.size();
    std::size_t before = own->second->calls.size();
    std::size_t ahead = before;
    bool earlier = true;
    for (auto at = lines_.begin(); at != lines_.end(); ++at) {
        if (at == lines::const_iterator(own->second))
            earlier = false;
        else
            ahead += std::min(at->calls.size(), before + (earlier ? 1 : 0));
    }
    return ahead;
}

call_quota::time_point call_quota::turn_of_next(std::string_view group, time_point now) const {
    return time_of(ahead_of_next(group) + 1, now);
}

bool call_quota::join(ticket who, std::string_view group, time_point until, time_point now) {
    if (turn_of_next(group, now) >= until) return false;
    auto own = line_of_.find(group);
    if (own == line_of_.end()) {
        auto made = lines_.insert(lines_.end(), line{std::string(group), {}});
        own = line_of_.emplace(made->group, made).first;
    }
    own->second->calls.push_back(waiting{who, until});
    first_late_ = std::min(first_late_, until);
    ++queued_;
    return true;
}

void call_quota::leave(ticket who, std::string_view group) {
    auto own = line_of_.find(group);
    if (own == line_of_.end()) return;
    auto& calls = own->second->calls;
    queued_ -= std::erase_if(calls, [&](const waiting& w) { return w.who == who; });
    if (calls.empty()) erase(own->second);
}

call_quota::lines::iterator call_quota::erase(lines::iterator one) {
    line_of_.erase(one->group);
    return lines_.erase(one);
}

void call_quota::give_back() {
    if (!unlimited()) tokens_ = std::min(capacity(), tokens_ + 1);
}

void call_quota::refuse_late(turns& ended, time_point now) {
    auto soonest = time_of(1, now);
    if (soonest < first_late_) return;
    first_late_ = time_point::max();
    for (auto at = lines_.begin(); at != lines_.end();) {
        for (const auto& one : at->calls)
            if (one.until <= soonest) ended.refused.push_back(one.who);
        queued_ -= std::erase_if(at->calls, [&](const waiting& w) { return w.until <= soonest; });
        for (const auto& one : at->calls) first_late_ = std::min(first_late_, one.until);
        at = at->calls.empty() ? erase(at) : std::next(at);
    }
}

call_quota::ticket call_quota::pop_first() {
    auto first = lines_.begin();
    auto who = first->calls.front().who;
    first->calls.pop_front();
    --queued_;
    if (first->calls.empty())
        erase(first);
    else
        lines_.splice(lines_.end(), lines_, first);
    return who;
}

call_quota::turns call_quota::advance(time_point now) {
    turns ended;
    while (true) {
        refuse_late(ended, now);
        if (queued_ == 0) return ended;
        if (unlimited()) {
            recent_.note(now);
        } else {
            refill(now);
            if (now < filled_ || tokens_ < 1 - rounding) return ended;
            tokens_ -= 1;
        }
        ended.granted.push_back(pop_first());
    }
}

std::optional<call_quota::time_point> call_quota::next_turn(time_point now) const {
    if (queued_ == 0) return std::nullopt;
    return time_of(1, now);
}

void call_quota::throttled(time_point sent, duration pause, time_point now) {
    if (unlimited()) {
        set_limit(std::max(usual_limit, static_cast<double>(recent_.count(now))));
        share_ = 1;
        tokens_ = 1;
        filled_ = now;
        halved_ = now;
    } else if (!halved_ || sent > *halved_) {
        refill(now);
        share_ = std::max(lowest_share, share_ / 2);
        halved_ = now;
    }
    refill(now);
    // One is left: the call that comes first after the pause tells whether it is over.
    tokens_ = std::min(tokens_, 1.0);
    auto until = now + std::clamp<duration>(pause, duration::zero(), longest_pause);
    filled_ = std::max(filled_, until);
}

void call_quota::succeeded() {
    if (unlimited()) return;
    share_ += step_up;
    if (!learning_) {
        share_ = std::min(share_, 1.0);
    } else if (share_ >= dropped_share) {
        limit_ = 0;
        halved_.reset();
    }
}

}  // namespace ecisbx::proto
