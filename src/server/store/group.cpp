#include "server/store/group.hpp"

#include <array>

namespace ecisbx::server::store {
namespace {

constexpr std::array<std::string_view, 10> status_names = {
    "Scheduling", "ScheduleFailed", "Pending",  "Running",     "Succeeded",
    "Failed",     "Restarting",     "Updating", "Terminating", "Expired"};
constexpr std::array<std::string_view, 3> policy_names = {"Always", "OnFailure", "Never"};

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view name) {
    for (std::size_t i = 0; i < N; ++i)
        if (names[i] == name) return static_cast<Enum>(i);
    return std::nullopt;
}

}  // namespace

std::string_view to_string(group_status status) {
    return status_names[static_cast<std::size_t>(status)];
}

std::string_view to_string(restart_policy policy) {
    return policy_names[static_cast<std::size_t>(policy)];
}

std::optional<group_status> parse_group_status(std::string_view name) {
    return find_name<group_status>(status_names, name);
}

std::optional<restart_policy> parse_restart_policy(std::string_view name) {
    return find_name<restart_policy>(policy_names, name);
}

bool is_terminal(group_status status) {
    return status == group_status::succeeded || status == group_status::failed ||
           status == group_status::expired || status == group_status::schedule_failed;
}

}  // namespace ecisbx::server::store
