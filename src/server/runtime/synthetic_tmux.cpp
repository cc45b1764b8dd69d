#include "server/runtime/synthetic_tmux.hpp"

#include "server/runtime/synthetic_job.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

namespace ecisbx::server::runtime {

struct synthetic_tmux::session {
    std::shared_ptr<synthetic_job> job;
    std::int64_t created = 0;
    std::string out;
    bool ended = false;  // and all of its output is in `out`
    std::vector<std::weak_ptr<synthetic_job>> waiters;
};

synthetic_tmux::synthetic_tmux(boost::asio::any_io_executor executor)
    : executor_(std::move(executor)) {}

void synthetic_tmux::end_waits(session& of) {
    auto waiters = std::exchange(of.waiters, {});
    for (auto& waiter : waiters)
        if (auto job = waiter.lock()) job->end_wait();
}

boost::asio::awaitable<void> synthetic_tmux::drain(std::shared_ptr<session> from) {
    char buffer[4096];
    for (;;) {
        // stdout and stderr are one terminal.
        auto room = std::min(sizeof buffer, max_output - from->out.size());
        auto n = from->job->pull_out(buffer, room);
        if (n == 0) n = from->job->pull_err(buffer, room);
        from->out.append(buffer, n);
        if (n > 0) continue;
        if (from->job->ended()) break;
        co_await from->job->changed().wait(core::deadline::never());
    }
    from->ended = true;
    end_waits(*from);
}

std::string synthetic_tmux::start(const proto::wanted_tmux& wanted, std::string_view input) {
    if (sessions_.contains(wanted.name)) return "exists\n";
    if (input.size() != wanted.input_size || sessions_.size() >= max_sessions) return "no-folder\n";
    auto made = std::make_shared<session>();
    made->job = std::make_shared<synthetic_job>(executor_, false);
    auto now = std::chrono::system_clock::now().time_since_epoch();
    made->created = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    sessions_[wanted.name] = made;
    made->job->end_input();
    made->job->begin_script(input.substr(wanted.runner_size));
    boost::asio::co_spawn(executor_, drain(made), boost::asio::detached);
    return "ok " + std::to_string(made->created) + "\n";
}

std::string synthetic_tmux::look(const proto::tmux_look& look) const {
    using kind = proto::tmux_sight::kind;
    auto at = sessions_.find(look.name);
    if (at == sessions_.end()) return proto::tmux_sight_text(look, kind::none, 0, {});
    const auto& one = *at->second;
    if (!one.ended) return proto::tmux_sight_text(look, kind::running, 0, one.out);
    return proto::tmux_sight_text(look, kind::completed, one.job->exit()->code, one.out);
}

std::string synthetic_tmux::list() const {
    std::string text;
    for (const auto& [name, one] : sessions_)
        text += proto::tmux_entry_text({name, one->created, !one->ended});
    return text + ".\n";
}

void synthetic_tmux::kill(const std::string& name) {
    auto at = sessions_.find(name);
    if (at == sessions_.end()) return;
    auto one = at->second;
    sessions_.erase(at);
    one->job->signal(SIGKILL);
    end_waits(*one);
}

void synthetic_tmux::kill_all() {
    while (!sessions_.empty()) kill(std::string(sessions_.begin()->first));
}

bool synthetic_tmux::wait_for(const std::string& name, std::weak_ptr<synthetic_job> waiter) {
    auto at = sessions_.find(name);
    if (at == sessions_.end() || at->second->ended) return false;
    auto& waiters = at->second->waiters;
    std::erase_if(waiters, [](const auto& w) { return w.expired(); });
    waiters.push_back(std::move(waiter));
    return true;
}

}  // namespace ecisbx::server::runtime
