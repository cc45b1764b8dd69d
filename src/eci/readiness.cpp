#include "eci/readiness.hpp"

#include <algorithm>
#include <string_view>

namespace ecisbx::eci {
namespace {

constexpr std::size_t shown_events = 5;
constexpr std::size_t shown_text = 500;

std::string shortened(const std::string& text) {
    return text.size() <= shown_text ? text : text.substr(0, shown_text) + "...";
}

std::string explain_container(const container& one) {
    const auto& now = one.current;
    std::string text = "container " + one.name + ' ' + (now.state.empty() ? "unknown" : now.state);
    if (!now.reason.empty()) text += ", " + now.reason;
    if (now.exit_code) text += ", exit code " + std::to_string(*now.exit_code);
    if (now.signal && *now.signal != 0) text += ", signal " + std::to_string(*now.signal);
    if (one.restart_count > 0) text += ", " + std::to_string(one.restart_count) + " restarts";
    if (!now.message.empty()) text += ": " + shortened(now.message);
    return text;
}

}  // namespace

bool has_ended(std::string_view status) {
    for (std::string_view end : {"Failed", "ScheduleFailed", "Expired", "Succeeded", "Terminating"})
        if (status == end) return true;
    return false;
}

readiness readiness_of(const container_group& group) {
    if (has_ended(group.status)) return readiness::never;
    if (group.status != "Running") return readiness::not_yet;
    bool all = std::all_of(group.containers.begin(), group.containers.end(),
                           [](const container& one) { return one.current.state == "Running"; });
    return all ? readiness::ready : readiness::not_yet;
}

std::string explain(const container_group& group) {
    std::string text = group.status;
    const char* before = ": ";
    for (const auto& one : group.containers) {
        if (one.current.state == "Running") continue;
        text += before + explain_container(one);
        before = "; ";
    }
    if (group.events.empty()) return text;
    text += "; events";
    before = ": ";
    auto first = group.events.size() - std::min(group.events.size(), shown_events);
    for (auto i = first; i < group.events.size(); ++i) {
        const auto& one = group.events[i];
        text += before + one.type + ' ' + one.reason + ": " + shortened(one.message);
        before = "; ";
    }
    return text;
}

}  // namespace ecisbx::eci
