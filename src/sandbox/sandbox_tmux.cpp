#include <ecisbx/error.hpp>
#include <ecisbx/sandbox.hpp>

#include "core/random.hpp"
#include "sandbox/backend.hpp"
#include "sandbox/public_op.hpp"
#include "sandbox/tmux_ask.hpp"

#include <utility>

namespace ecisbx {
namespace {

namespace asio = boost::asio;
using detail::public_op;
using detail::tmux_ask;
using std::chrono::milliseconds;

constexpr milliseconds short_answer = std::chrono::seconds(30);
constexpr milliseconds long_transfer = std::chrono::seconds(300);  // a script may be long

[[noreturn]] void refuse(errc what, std::string message, const exec_result& answer) {
    error_info info(what, std::move(message));
    info.doing = "tmux_start";
    info.request_id = answer.request_id;
    throw error(std::move(info));
}

proto::tmux_job job_of(std::string script, const tmux_options& options) {
    proto::tmux_job job;
    job.name = options.session().empty() ? "ecisbx-" + core::random_hex(6) : options.session();
    job.script = std::move(script);
    job.dir = options.dir();
    job.env = options.env();
    job.rows = options.rows();
    job.columns = options.columns();
    job.history = options.history_limit();
    job.cooked = options.is_cooked();
    job.id = core::random_hex(12);
    job.nonce = core::random_hex(16);
    return job;
}

asio::awaitable<tmux_session> start_session(sandbox box, std::string script, tmux_options options) {
    proto::tmux_job job = job_of(std::move(script), options);
    proto::tmux_start_plan plan = proto::plan_tmux_start(job);
    exec_result answer =
        co_await tmux_ask(std::move(box), options.container(), std::move(plan.text),
                          std::move(plan.input), long_transfer);
    auto started = proto::parse_tmux_started(answer.out);
    if (!started) detail::throw_no_answer(answer);
    using kind = proto::tmux_started::kind;
    if (started->what == kind::exists)
        refuse(errc::conflict, "there is a tmux session of the name " + job.name, answer);
    if (started->what == kind::no_tmux)
        refuse(errc::unsupported,
               "there is no tmux in the sandbox's image: install it there (apt-get install tmux, "
               "apk add tmux), or run the script with bash",
               answer);
    if (started->what == kind::no_folder)
        refuse(errc::unsupported, "the sandbox has no writable folder for the session's state",
               answer);
    if (started->what == kind::failed)
        refuse(errc::unsupported, "tmux did not start the session: " + started->message, answer);
    tmux_session session(job.name);
    session.container = options.container();
    session.created = std::chrono::system_clock::time_point(std::chrono::seconds(started->created));
    session.running = true;
    co_return session;
}

asio::awaitable<tmux_state> poll_session(sandbox box, tmux_id session, std::uint64_t from,
                                         core::observation observed) {
    proto::tmux_look look;
    look.name = session.name();
    look.from = from;
    look.limit = detail::tmux_poll_limit;
    co_return co_await detail::tmux_look(std::move(box), session.container(), std::move(look),
                                         std::move(observed));
}

asio::awaitable<void> end_session(sandbox box, tmux_id session) {
    exec_result answer = co_await tmux_ask(std::move(box), session.container(),
                                           proto::tmux_kill_text(session.name()), {}, short_answer);
    if (answer.status.code() != 0) detail::throw_no_answer(answer);
}

asio::awaitable<std::vector<tmux_session>> list_sessions(sandbox box, std::string container) {
    exec_result answer =
        co_await tmux_ask(std::move(box), container, proto::tmux_list_text(), {}, short_answer);
    auto entries = proto::parse_tmux_list(answer.out);
    if (!entries) detail::throw_no_answer(answer);
    std::vector<tmux_session> all;
    for (auto& entry : *entries) {
        tmux_session& session = all.emplace_back(std::move(entry.name));
        session.container = container;
        session.created =
            std::chrono::system_clock::time_point(std::chrono::seconds(entry.created));
        session.running = entry.running;
    }
    co_return all;
}

asio::awaitable<std::string> session_screen(sandbox box, tmux_id session) {
    exec_result answer =
        co_await tmux_ask(std::move(box), session.container(),
                          proto::tmux_screen_text(session.name()), {}, short_answer);
    auto text = proto::parse_tmux_screen(answer.out);
    if (!text) throw error(errc::not_found, "there is no tmux session " + session.name());
    co_return std::move(*text);
}

}  // namespace

asio::awaitable<tmux_session> sandbox::tmux_start(std::string script, tmux_options options) {
    return public_op(backend_, start_session(*this, std::move(script), std::move(options)));
}

asio::awaitable<tmux_state> sandbox::tmux_poll(tmux_id session, std::uint64_t from_byte) {
    return public_op(backend_,
                     poll_session(*this, std::move(session), from_byte, backend_->observed()));
}

asio::awaitable<tmux_state> sandbox::tmux_wait(tmux_id session, tmux_wait_options options) {
    return public_op(backend_, detail::tmux_wait_rounds(*this, std::move(session), options,
                                                        backend_->observed()));
}

asio::awaitable<void> sandbox::tmux_kill(tmux_id session) {
    return public_op(backend_, end_session(*this, std::move(session)));
}

asio::awaitable<std::vector<tmux_session>> sandbox::tmux_list(std::string container) {
    return public_op(backend_, list_sessions(*this, std::move(container)));
}

asio::awaitable<std::string> sandbox::tmux_screen(tmux_id session) {
    return public_op(backend_, session_screen(*this, std::move(session)));
}

}  // namespace ecisbx
