// One question to a sandbox about its tmux sessions: one exec.
#ifndef ECISBX_SANDBOX_TMUX_ASK_HPP
#define ECISBX_SANDBOX_TMUX_ASK_HPP

#include <ecisbx/sandbox.hpp>
#include <ecisbx/tmux.hpp>

#include "core/observation.hpp"
#include "proto/tmux_script.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace ecisbx::detail {

/// Most output that one poll carries.
inline constexpr std::size_t tmux_poll_limit = std::size_t(8) << 20;

/// Runs `text` with `sh -c`. `input` is its stdin. Throws `connection` or `timeout` when not all
/// of its answer came, `unsupported` when the wire has changed it, besides what an exec throws.
boost::asio::awaitable<exec_result> tmux_ask(sandbox box, std::string container, std::string text,
                                             std::string input, std::chrono::milliseconds timeout);

/// One poll that may stay in the sandbox for `look.wait`; `observed` is told of it.
boost::asio::awaitable<tmux_state> tmux_look(sandbox box, std::string container,
                                             proto::tmux_look look, core::observation observed);

/// The rounds of `sandbox::tmux_wait`.
boost::asio::awaitable<tmux_state> tmux_wait_rounds(sandbox box, tmux_id session,
                                                    tmux_wait_options options,
                                                    core::observation observed);

/// What is not what the texts answer: `errc::protocol`.
[[noreturn]] void throw_no_answer(const exec_result& result);

}  // namespace ecisbx::detail

#endif
