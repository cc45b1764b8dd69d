#include "server/lifecycle/usage_history.hpp"

#include <utility>

namespace ecisbx::server::lifecycle {
namespace {

std::uint64_t rate(std::uint64_t used, time_point::duration span) {
    auto seconds = std::chrono::duration<double>(span).count();
    return seconds <= 0 ? 0 : static_cast<std::uint64_t>(static_cast<double>(used) / seconds);
}

}  // namespace

void usage_history::add(time_point now, const readings& values) {
    const usage_sample* before =
        samples_.empty() || samples_.back().at >= now ? nullptr : &samples_.back();
    usage_sample next;
    next.at = now;
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto& one = next.containers.emplace_back();
        if (!values[i]) continue;
        const auto& total = values[i]->total;
        one.emplace();
        one->total = total;
        auto start = values[i]->started;
        one->nano_cores = rate(total.cpu, now - start);
        if (before == nullptr || i >= before->containers.size() || !before->containers[i]) continue;
        const auto& last = before->containers[i]->total;
        // A container that was started anew counts from 0.
        if (start <= before->at && last.cpu <= total.cpu)
            one->nano_cores = rate(total.cpu - last.cpu, now - before->at);
    }
    samples_.push_back(std::move(next));
    if (samples_.size() > most) samples_.pop_front();
}

}  // namespace ecisbx::server::lifecycle
