// What a supervisor tells about containers: their logs and what they use.
#include "core/deadline.hpp"
#include "server/lifecycle/supervisor.hpp"

#include <chrono>

namespace ecisbx::server::lifecycle {

using core::deadline;

std::shared_ptr<const log_ring> supervisor::log_of(const std::string& group_id,
                                                   store::memory::role r, std::size_t container,
                                                   bool previous) const {
    auto live = live_of(group_id);
    if (!live) return nullptr;
    const auto& list = r == role::init ? live->init_containers : live->containers;
    if (container >= list.size()) return nullptr;
    return previous ? list[container].previous_log : list[container].log;
}

const std::deque<usage_sample>& supervisor::usage_of(const std::string& group_id) {
    static const std::deque<usage_sample> none;
    auto live = live_of(group_id);
    if (!live) return none;
    auto& history = usage_[group_id];
    if (history.ask(store_->now())) sample(*live, history);
    return history.samples();
}

void supervisor::sample(const live_group& live, usage_history& history) const {
    usage_history::readings values;
    for (std::size_t i = 0; i < live.containers.size(); ++i) {
        auto& one = values.emplace_back();
        const auto& box = live.containers[i].box;
        const auto& state = live.group->containers[i].current;
        auto usage = box ? box->usage() : std::nullopt;
        if (!usage || !state.started) continue;
        one.emplace();
        one->total = *usage;
        one->started = *state.started;
    }
    history.add(store_->now(), values);
}

void supervisor::sample_all() {
    auto now = store_->now();
    // Without control groups a sample looks at all processes; what is left over comes next time.
    auto until = deadline::after(std::chrono::milliseconds(20));
    for (auto at = usage_.begin(); at != usage_.end();) {
        auto live = live_of(at->first);
        if (!live || at->second.forgotten(now)) {
            at = usage_.erase(at);
            continue;
        }
        if (at->second.due(now) && !until.expired()) sample(*live, at->second);
        ++at;
    }
}

}  // namespace ecisbx::server::lifecycle
