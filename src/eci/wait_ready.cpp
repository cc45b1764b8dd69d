// The waits on a group's status; all of them share the client's status watcher.
#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include "eci/check_id.hpp"
#include "eci/client_impl.hpp"
#include "eci/readiness.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace ecisbx::eci {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// How long an old Running may be reported after a restart was accepted.
constexpr auto restart_delay = 3s;
// What the last look at a group that is not ready may take, beyond the deadline.
constexpr auto last_look = 800ms;

error failure_of(errc condition, const char* doing, const std::string& id, const std::string& why) {
    error_info info(condition, "sandbox " + id + ' ' + why);
    info.doing = doing;
    return error(std::move(info));
}

std::vector<std::string> starts_of(const container_group& seen) {
    std::vector<std::string> all;
    for (const auto& one : seen.containers) all.push_back(one.current.start_time);
    return all;
}

/// Ready, or never. A Running from before a restart is neither: that ends when another status or
/// another start of a container is seen.
class ready_goal final : public status_goal {
public:
    explicit ready_goal(std::optional<group_history::restart> restarted)
        : restarted_(std::move(restarted)) {}

    bool reached(const container_group& seen) override {
        auto state = readiness_of(seen);
        if (state == readiness::never) return true;
        if (seen.status != "Running") restarted_.reset();
        return state == readiness::ready && !may_be_old(seen);
    }

private:
    bool may_be_old(const container_group& seen) {
        if (!restarted_ || core::clock::now() - restarted_->at > restart_delay) return false;
        auto starts = starts_of(seen);
        auto& before = restarted_->starts_before;
        if (before.empty()) before = starts;
        bool begun_after = std::all_of(starts.begin(), starts.end(), [&](const std::string& one) {
            auto at = core::parse_rfc3339(one);
            return at && *at > restarted_->date;
        });
        return starts == before && !begun_after;
    }

    std::optional<group_history::restart> restarted_;
};

class named_goal final : public status_goal {
public:
    explicit named_goal(std::vector<std::string> wanted) : wanted_(std::move(wanted)) {}
    bool is_wanted(const container_group& seen) const {
        return std::find(wanted_.begin(), wanted_.end(), seen.status) != wanted_.end();
    }
    bool reached(const container_group& seen) override {
        return is_wanted(seen) || has_ended(seen.status);
    }

private:
    std::vector<std::string> wanted_;
};

std::string last_known(const status_outcome& outcome) {
    if (!outcome.last) return "was never listed";
    return "is " + explain(*outcome.last);
}

}  // namespace

// Events are not in a status; they say most about why.
asio::awaitable<std::string> client::impl::explain_now(std::string id, status_outcome outcome) {
    auto found = co_await as_result(find(id, core::deadline::after(last_look)));
    std::string text = found && found->group ? "is " + explain(*found->group) : last_known(outcome);
    if (!outcome.trouble.empty()) text += "; the last call failed: " + outcome.trouble;
    co_return text;
}

asio::awaitable<status_outcome> client::impl::watch(const char* doing, std::string id,
                                                    status_goal& goal, core::deadline until) {
    check_id(id);
    std::shared_ptr<void> owner = shared_from_this();
    auto created = history_.created_at(id);
    auto outcome = co_await watcher_.wait(std::move(owner), id, created, goal, until);
    if (outcome.how == status_outcome::kind::absent) {
        std::string why =
            outcome.last ? "disappeared; it " + last_known(outcome) : "does not exist";
        throw failure_of(errc::not_found, doing, id, why);
    }
    if (outcome.how == status_outcome::kind::late) {
        auto why = co_await explain_now(id, std::move(outcome));
        throw failure_of(errc::timeout, doing, id, "is not there in time; it " + why);
    }
    co_return outcome;
}

asio::awaitable<void> client::impl::wait_ready(std::string id, core::deadline until) {
    ready_goal goal(history_.restarted_at(id));
    auto outcome = co_await watch("wait_ready", id, goal, until);
    if (readiness_of(*outcome.last) == readiness::never) {
        auto why = co_await explain_now(id, std::move(outcome));
        throw failure_of(errc::not_ready, "wait_ready", id, why);
    }
    history_.ready(id, starts_of(*outcome.last));
    const auto& containers = outcome.last->containers;
    if (!containers.empty() && !containers.front().name.empty() && names_.container_of(id).empty())
        names_.learn(id, containers.front().name);
}

asio::awaitable<container_group> client::impl::wait_status(std::string id,
                                                           std::vector<std::string> wanted,
                                                           core::deadline until) {
    if (wanted.empty())
        throw error(errc::invalid_argument,
                    "wait_status: expected at least one status to wait for");
    named_goal goal(std::move(wanted));
    auto outcome = co_await watch("wait_status", id, goal, until);
    if (!goal.is_wanted(*outcome.last)) {
        auto why = co_await explain_now(id, std::move(outcome));
        throw failure_of(errc::not_ready, "wait_status", id, why);
    }
    auto group = co_await describe(id, until);
    co_return group;
}

}  // namespace ecisbx::eci
