#include "sandbox/remote_kill.hpp"

#include <ecisbx/error.hpp>

#include "proto/exec_script.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <csignal>
#include <exception>
#include <utility>

namespace ecisbx::detail {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kill_budget = 5s;
constexpr auto close_budget = 2s;
constexpr auto silence_limit = 10s;
constexpr auto start_grace = 500ms;

asio::awaitable<void> close_channel(std::shared_ptr<exec_channel> channel) {
    co_await channel->close(core::deadline::after(close_budget));
}

signal_outcome outcome_of(const channel_event& event) {
    using kind = channel_event::kind;
    // Some wires have no record for success; they close properly then.
    if (event.what == kind::end && event.clean) return signal_outcome::sent;
    if (event.what != kind::exit) return signal_outcome::unknown;
    if (event.code == 0) return signal_outcome::sent;
    return event.code == 1 ? signal_outcome::nothing_found : signal_outcome::unknown;
}

bool is_output(const channel_event& event) {
    return event.what == channel_event::kind::out || event.what == channel_event::kind::err;
}

/// Kills, and once more when the command may not have started yet at the first time.
asio::awaitable<signal_outcome> kill(std::shared_ptr<backend> via,
                                     std::shared_ptr<const kill_target> target, bool seen) {
    auto until = core::deadline::after(kill_budget);
    auto outcome = co_await send_signal(via, target, SIGKILL, until);
    if (outcome == signal_outcome::nothing_found && !seen) {
        co_await net::sleep_for(start_grace, until);
        outcome = co_await send_signal(via, target, SIGKILL, until);
    }
    co_return outcome;
}

/// Tells the observers how sending a signal ended, by an exception too.
class signal_watch {
public:
    signal_watch(core::observation who, std::shared_ptr<const kill_target> target, int number)
        : who_(std::move(who)), target_(std::move(target)), number_(number) {}
    signal_watch(const signal_watch&) = delete;
    signal_watch& operator=(const signal_watch&) = delete;
    ~signal_watch() {
        if (!who_) return;
        using to = events::signal_sent::outcome;
        events::signal_sent event;
        event.sandbox_id = core::identifier(target_->sandbox_id);
        event.number = number_;
        if (outcome_ == signal_outcome::sent) event.result = to::sent;
        if (outcome_ == signal_outcome::nothing_found) event.result = to::nothing_found;
        who_.tell(&observer::on_signal, event);
    }
    void ended(signal_outcome outcome) { outcome_ = outcome; }

private:
    core::observation who_;
    std::shared_ptr<const kill_target> target_;
    int number_;
    signal_outcome outcome_ = signal_outcome::unknown;
};

}  // namespace

asio::awaitable<signal_outcome> send_signal(std::shared_ptr<backend> via,
                                            std::shared_ptr<const kill_target> target, int number,
                                            core::deadline until) {
    signal_watch watch(via->observed(), target, number);
    exec_request request;
    request.argv = proto::kill_argv(target->exec_id, number);
    request.container = target->container;
    request.idle = silence_limit;
    std::shared_ptr<exec_channel> channel =
        co_await via->open_exec(target->sandbox_id, std::move(request), until);
    auto event = co_await channel->read(until);
    while (is_output(event)) event = co_await channel->read(until);
    close_in_background(via->executor(), channel);
    auto outcome = outcome_of(event);
    watch.ended(outcome);
    co_return outcome;
}

background_kill::background_kill(const asio::any_io_executor& executor) : wake_(executor) {}

std::shared_ptr<background_kill> background_kill::start(std::shared_ptr<backend> via,
                                                        std::shared_ptr<const kill_target> target,
                                                        bool seen) {
    auto executor = via->executor();
    auto self = std::make_shared<background_kill>(executor);
    asio::co_spawn(executor, run(self, std::move(via), std::move(target), seen), asio::detached);
    return self;
}

asio::awaitable<void> background_kill::run(std::shared_ptr<background_kill> self,
                                           std::shared_ptr<backend> via,
                                           std::shared_ptr<const kill_target> target, bool seen) {
    auto outcome = signal_outcome::unknown;
    try {
        outcome = co_await kill(std::move(via), std::move(target), seen);
    } catch (const boost::system::system_error&) {
        // Not confirmed then; there is nobody to tell but through `confirmed()`.
    }
    self->outcome_ = outcome;
    self->done_ = true;
    self->wake_.notify_all();
}

asio::awaitable<void> background_kill::wait(core::deadline until) {
    try {
        while (!done_) co_await wake_.wait(until);
    } catch (const boost::system::system_error& e) {
        if (e.code() != errc::timeout) throw;
    }
}

void close_in_background(const asio::any_io_executor& executor,
                         std::shared_ptr<exec_channel> channel) {
    asio::co_spawn(executor, close_channel(std::move(channel)), asio::detached);
}

}  // namespace ecisbx::detail
