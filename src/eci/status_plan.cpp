#include "eci/status_plan.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::eci {
namespace {

using namespace std::chrono_literals;

constexpr status_plan::clock::duration first_pause = 200ms;
constexpr status_plan::clock::duration longest_pause = 2s;
// Of rounds with many waiters: a round that took many calls is made less often.
constexpr status_plan::clock::duration shared_pause = 1s, pause_per_page = 250ms,
                                       longest_shared_pause = 10s;
// Those who come one after the other share a round.
constexpr status_plan::clock::duration least_gap = 100ms;
// A group that was just created may not be listed at once.
constexpr status_plan::clock::duration listing_delay = 5s;
// Whatever a window may have missed is found by then.
constexpr status_plan::clock::duration recheck = 30s;
// The service counts whole seconds.
constexpr std::int64_t margin_seconds = 2;
constexpr std::size_t most_looks = 60;

}  // namespace

void status_plan::add(const std::string& id, std::optional<time_point> created, time_point now) {
    ++waiters_;
    auto [at, is_new] = groups_.try_emplace(id);
    ++at->second.waiters;
    if (!is_new) return;
    at->second.from = created.value_or(now);
    at->second.look_due = created ? std::max(now, *created + listing_delay) : now;
    if (is_small()) {
        hurry_ = true;
        step_ = first_pause;
    }
}

void status_plan::remove(const std::string& id) {
    auto at = groups_.find(id);
    if (at == groups_.end()) return;
    --waiters_;
    if (--at->second.waiters == 0) groups_.erase(at);
    if (groups_.empty()) covered_.reset();
}

status_plan::clock::duration status_plan::pause(time_point now) const {
    if (!last_round_) return {};
    auto next = *last_round_ + (hurry_ ? least_gap : step_);
    return std::max(clock::duration::zero(), next - now);
}

std::int64_t status_plan::window(time_point now) const {
    auto from = covered_.value_or(now);
    for (const auto& [id, one] : groups_)
        if (!covered_ || !one.known) from = std::min(from, one.from);
    return std::chrono::ceil<std::chrono::seconds>(now - from).count() + margin_seconds;
}

void status_plan::queue_looks(time_point now) {
    std::vector<std::string> due;
    for (const auto& [id, one] : groups_)
        if (is_small() || one.look_due <= now) due.push_back(id);
    std::sort(due.begin(), due.end());
    if (due.size() > most_looks) {
        queue_.assign(1, status_ask());  // everything there is, in place of the window
        return;
    }
    for (std::size_t i = 0; i < due.size(); i += most_ids) {
        status_ask one;
        auto end = std::min(due.size(), i + most_ids);
        one.ids.assign(due.begin() + static_cast<std::ptrdiff_t>(i),
                       due.begin() + static_cast<std::ptrdiff_t>(end));
        queue_.push_back(std::move(one));
    }
}

status_ask status_plan::begin(time_point now) {
    round_began_ = now;
    queue_.clear();
    seen_in_call_.clear();
    last_token_.clear();
    pages_ = 0;
    hurry_ = false;
    shared_round_ = !is_small();
    if (!shared_round_) {
        covered_.reset();  // a later window begins where each group was seen last
    } else {
        status_ask changes;
        changes.since = window(now);
        queue_.push_back(std::move(changes));
    }
    queue_looks(now);
    return queue_.front();
}

status_plan::verdict status_plan::answered(const std::vector<std::string>& seen,
                                           const std::string& next_token, time_point now) {
    verdict result;
    if (queue_.empty()) return result;
    ++pages_;
    status_ask& asked = queue_.front();
    for (const auto& id : seen) {
        seen_in_call_.insert(id);
        auto at = groups_.find(id);
        if (at == groups_.end()) continue;
        at->second.known = true;
        at->second.missed = false;
        at->second.from = round_began_;
        at->second.look_due = now + recheck;
    }
    if (!next_token.empty()) {
        if (next_token == last_token_ || pages_ >= most_pages) {
            failed(now);
            return result;
        }
        last_token_ = asked.next_token = next_token;
        if (!groups_.empty()) result.next = asked;
        return result;
    }
    result.absent = not_there(asked, now);
    queue_.pop_front();
    seen_in_call_.clear();
    last_token_.clear();
    if (queue_.empty() || groups_.empty())
        end_round(now, true);
    else
        result.next = queue_.front();
    return result;
}

// A group may slip through between two pages of a listing that changes meanwhile, so only the
// second one without it counts. Whoever came while the call was under way was not asked for.
std::vector<std::string> status_plan::not_there(const status_ask& asked, time_point now) {
    std::vector<std::string> ids;
    if (asked.since) return ids;
    for (auto& [id, one] : groups_) {
        if (seen_in_call_.contains(id)) continue;
        if (!asked.ids.empty()) {
            bool asked_for = std::binary_search(asked.ids.begin(), asked.ids.end(), id);
            if (asked_for && (one.known || one.look_due <= round_began_)) ids.push_back(id);
        } else if (one.look_due <= round_began_) {
            if (one.missed) ids.push_back(id);
            one.missed = true;
            one.look_due = now;
        }
    }
    return ids;
}

void status_plan::failed(time_point now) {
    end_round(now, false);
}

void status_plan::end_round(time_point now, bool whole) {
    if (whole && shared_round_) covered_ = round_began_;
    queue_.clear();
    last_round_ = now;
    if (shared_round_) {
        auto cost = pause_per_page * static_cast<std::int64_t>(pages_);
        step_ = std::clamp<clock::duration>(cost, shared_pause, longest_shared_pause);
    } else {
        step_ = std::clamp<clock::duration>(step_ * 3 / 2, first_pause, longest_pause);
    }
}

}  // namespace ecisbx::eci
