#include "sandbox/tmux_ask.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace ecisbx::detail {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

// The text runs in a healthy sandbox within much less; the connection's own clocks come sooner.
constexpr milliseconds patience = std::chrono::seconds(15);

// What a wire of text messages puts in the place of bytes that are none.
constexpr std::string_view replacement = "\xEF\xBF\xBD";

tmux_state state_of(const proto::tmux_look& look, proto::tmux_sight sight) {
    using kind = proto::tmux_sight::kind;
    tmux_state state;
    state.out = std::move(sight.out);
    state.total_bytes = sight.size;
    state.next_byte = look.from + state.out.size();
    if (sight.what == kind::running) state.state = tmux_state::running;
    if (sight.what == kind::none) state.note = "no such session";
    if (sight.what == kind::gone)
        state.note =
            "the session is gone and left no status: it was killed, tmux or the sandbox "
            "was restarted, or its start did not come to an end";
    if (sight.what == kind::completed) {
        state.state = tmux_state::completed;
        state.status = exit_status::from_shell(sight.code);
        state.drained = sight.drained;
        if (!sight.drained)
            state.note =
                "the end of the output was not seen: a child that goes on writing, or "
                "no space left in the sandbox";
    }
    return state;
}

/// Tells the observers of one look.
class round_watch {
public:
    round_watch(core::observation who, std::string sandbox_id, milliseconds wait)
        : who_(std::move(who)), sandbox_id_(std::move(sandbox_id)), wait_(wait) {}

    void succeeded(const tmux_state& state) const {
        using to = events::tmux_round::outcome;
        auto result = to::not_found;
        if (state.state == tmux_state::running) result = to::running;
        if (state.state == tmux_state::completed) result = to::completed;
        tell(result, std::nullopt, state.out.size());
    }
    void failed(std::exception_ptr why) const {
        tell(events::tmux_round::outcome::failed, core::failure_in(std::move(why)), 0);
    }

private:
    void tell(events::tmux_round::outcome result, std::optional<errc> failure,
              std::size_t out) const {
        if (!who_) return;
        events::tmux_round event;
        event.sandbox_id = core::identifier(sandbox_id_);
        event.result = result;
        event.failure = failure;
        event.out = out;
        event.wait = wait_;
        event.elapsed = core::since(began_);
        who_.tell(&observer::on_tmux_round, event);
    }

    core::observation who_;
    std::string sandbox_id_;
    milliseconds wait_;
    core::clock::time_point began_ = core::clock::now();
};

}  // namespace

void throw_no_answer(const exec_result& result) {
    error_info info(errc::protocol, "the sandbox gave an answer that can not be understood");
    info.doing = "tmux";
    info.request_id = result.request_id;
    throw error(std::move(info));
}

asio::awaitable<exec_result> tmux_ask(sandbox box, std::string container, std::string text,
                                      std::string input, milliseconds timeout) {
    command what("/bin/sh", "-c", std::move(text));
    exec_options options;
    options.container(std::move(container)).timeout(timeout).connect_timeout(patience);
    options.max_output(tmux_poll_limit + (std::size_t(1) << 20));
    if (!input.empty()) options.input(std::move(input));
    exec_result result = co_await box.exec(std::move(what), std::move(options));
    if (result.complete) co_return result;
    error_info info(errc::connection, "the answer did not come whole: " + result.note);
    if (result.status.end_reason() == end_reason::timed_out)
        info = error_info(errc::timeout, "the sandbox did not answer in time");
    else if (result.status.exited() && result.out.find(replacement) != std::string::npos)
        info = error_info(errc::unsupported, "the answer could not come unchanged: " + result.note);
    info.doing = "tmux";
    info.request_id = result.request_id;
    throw error(std::move(info));
}

namespace {

asio::awaitable<tmux_state> look_once(sandbox box, std::string container, proto::tmux_look look) {
    exec_result result = co_await tmux_ask(std::move(box), std::move(container),
                                           proto::tmux_look_text(look), {}, look.wait + patience);
    auto sight = proto::parse_tmux_sight(look, result.out);
    if (!sight) throw_no_answer(result);
    co_return state_of(look, std::move(*sight));
}

}  // namespace

asio::awaitable<tmux_state> tmux_look(sandbox box, std::string container, proto::tmux_look look,
                                      core::observation observed) {
    round_watch watch(std::move(observed), box.id(), look.wait);
    try {
        auto state = co_await look_once(std::move(box), std::move(container), std::move(look));
        watch.succeeded(state);
        co_return state;
    } catch (...) {
        watch.failed(std::current_exception());
        throw;
    }
}

}  // namespace ecisbx::detail
