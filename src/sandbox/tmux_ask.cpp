#include "sandbox/tmux_ask.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>
#include <utility>

namespace ecisbx::detail {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

// The text runs in a healthy sandbox within much less; the connection's own clocks come sooner.
constexpr milliseconds patience = std::chrono::seconds(15);

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
    bool late = result.status.end_reason() == end_reason::timed_out;
    error_info info(late ? errc::timeout : errc::connection,
                    late ? "the sandbox did not answer in time"
                         : "the answer did not come whole: " + result.note);
    info.doing = "tmux";
    info.request_id = result.request_id;
    throw error(std::move(info));
}

asio::awaitable<tmux_state> tmux_look(sandbox box, std::string container, proto::tmux_look look) {
    exec_result result = co_await tmux_ask(std::move(box), std::move(container),
                                           proto::tmux_look_text(look), {}, look.wait + patience);
    auto sight = proto::parse_tmux_sight(look, result.out);
    if (!sight) throw_no_answer(result);
    co_return state_of(look, std::move(*sight));
}

}  // namespace ecisbx::detail
