// The rounds of tmux_wait: what to do next is decided here, the waiting is done in the sandbox.
#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include "core/backoff.hpp"
#include "core/deadline.hpp"
#include "core/random.hpp"
#include "net/wait.hpp"
#include "proto/wait_schedule.hpp"
#include "sandbox/tmux_ask.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace ecisbx::detail {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

void check(const tmux_wait_options& o) {
    auto require = [](bool fine, const char* message) {
        if (!fine) throw error(errc::invalid_argument, message);
    };
    require(o.timeout() > milliseconds::zero(), "tmux_wait_options: timeout must be > 0");
    require(o.first() > milliseconds::zero(), "tmux_wait_options: first must be > 0");
    require(o.cap() >= o.first(), "tmux_wait_options: cap must be >= first");
    require(o.factor() >= 1, "tmux_wait_options: factor must be >= 1");
    require(o.jitter() >= 0 && o.jitter() <= 1, "tmux_wait_options: jitter must be 0 to 1");
}

// A round whose result was lost says nothing about the job.
bool is_passing(const error_info& failure) {
    for (errc e :
         {errc::connection, errc::timeout, errc::throttled, errc::unavailable, errc::resolve})
        if (failure.code == e) return true;
    return false;
}

class rounds {
public:
    rounds(std::string name, const tmux_wait_options& options)
        : name_(std::move(name)),
          options_(options),
          until_(core::deadline::after(options.timeout())),
          schedule_(options.first(), options.factor(), options.cap(), options.jitter(),
                    core::system_random()) {
        all_.next_byte = options.from_byte();
    }

    proto::tmux_look next() {
        proto::tmux_look look;
        look.name = name_;
        look.from = all_.next_byte;
        look.limit = std::min(tmux_poll_limit, room());
        // What is there already is fetched before the job is waited for.
        if (!(known_ && room() > 0 && all_.more())) look.wait = interval();
        return look;
    }

    /// Takes a round's state; true: that was the last.
    bool take(tmux_state state) {
        known_ = true;
        all_.out += state.out;
        state.out = std::move(all_.out);
        all_ = std::move(state);
        schedule_.grow();
        if (all_.state == tmux_state::not_found) return true;
        bool ended = all_.state == tmux_state::completed && (room() == 0 || !all_.more());
        return ended || until_.expired();
    }

    bool known() const { return known_; }
    core::deadline until() const { return until_; }

    tmux_state result() && {
        if (all_.more() && all_.state != tmux_state::not_found)
            all_.note += (all_.note.empty() ? "" : "; ") + std::string("there is more output");
        return std::move(all_);
    }

private:
    std::size_t room() const {
        return options_.max_output() - std::min(options_.max_output(), all_.out.size());
    }
    milliseconds interval() {
        return schedule_.length(std::chrono::ceil<milliseconds>(
            std::min<core::deadline::duration>(until_.remaining(), std::chrono::hours(24))));
    }

    std::string name_;
    tmux_wait_options options_;
    core::deadline until_;
    proto::wait_schedule schedule_;
    bool known_ = false;
    tmux_state all_;
};

}  // namespace

asio::awaitable<tmux_state> tmux_wait_rounds(sandbox box, tmux_id session,
                                             tmux_wait_options options,
                                             core::observation observed) {
    check(options);
    rounds plan(session.name(), options);
    core::backoff_settings between;
    between.longest = std::chrono::seconds(5);
    core::backoff pause(between, core::system_random());
    for (;;) {
        proto::tmux_look look = plan.next();
        auto seen =
            co_await as_result(tmux_look(box, session.container(), std::move(look), observed));
        if (seen) {
            pause = core::backoff(between, core::system_random());
            if (plan.take(std::move(*seen))) break;
            continue;
        }
        if (!is_passing(seen.error())) throw error(seen.error());
        // With no round that succeeded not even `running` is known.
        auto length = pause.next();
        if (plan.until().remaining() <= length) {
            if (!plan.known()) throw error(seen.error());
            break;
        }
        co_await net::sleep_for(length, core::deadline::never());
    }
    co_return std::move(plan).result();
}

}  // namespace ecisbx::detail
