#include "sandbox/running_exec.hpp"

#include <ecisbx/error.hpp>

#include "sandbox/exec_checks.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <utility>

namespace ecisbx::detail {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kill_wait = 1s;       // how much later than the deadline a call may end
constexpr auto last_look = 50ms;     // for output that arrived while nobody was reading
constexpr std::size_t before_ready = 1024 * 1024;

const char* killed_note = "the deadline passed; its process group was killed";
const char* not_confirmed_note =
    "the deadline passed; the kill of its process group is not confirmed yet";

core::deadline deadline_of(const exec_options& options) {
    return options.timeout() ? core::deadline::after(*options.timeout()) : core::deadline::never();
}

proto::exec_wish checked_wish(const exec_job& job) {
    check_options(job.options, job.kind);
    return wish_of(job);
}

}  // namespace

running_exec::running_exec(std::shared_ptr<backend> via, const exec_job& job)
    : running_exec(std::move(via), job, checked_wish(job)) {}

running_exec::running_exec(std::shared_ptr<backend> via, const exec_job& job,
                           const proto::exec_wish& wish)
    : backend_(std::move(via)),
      options_(job.options),
      kind_(job.kind),
      plan_(proto::plan_exec(wish, backend_->limits())),
      target_(std::make_shared<const kill_target>(job.sandbox_id, options_.container(), wish.id)),
      started_(core::clock::now()),
      until_(deadline_of(options_)),
      judge_(wish.nonce, wish.tty),
      wake_(backend_->executor()),
      watchdog_(backend_->executor()) {}

asio::awaitable<void> running_exec::open() {
    co_await open_channel();
    result_.request_id = channel_->request_id();
    if (kind_ == exec_job::use::stream) arm_watchdog();
    start_feeding();
    if (kind_ == exec_job::use::stream && plan_.waits_for_ready) co_await wait_until_ready();
}

asio::awaitable<void> running_exec::open_channel() {
    auto touched = std::make_shared<bool>(false);
    exec_request request;
    request.argv = plan_.argv;
    request.open_stdin = plan_.open_stdin;
    request.tty = options_.tty().has_value();
    request.container = options_.container();
    request.idle = options_.idle_timeout();
    request.may_have_started = touched;
    try {
        channel_ = co_await backend_->open_exec(target_->sandbox_id, std::move(request),
                                                until_.sooner(options_.connect_timeout()));
    } catch (...) {
        if (*touched) begin_kill();
        throw;
    }
}

/// A terminal's loader takes its preamble only when it has set the terminal up. For a process this
/// is the last moment before the user's own bytes could get there first.
asio::awaitable<void> running_exec::wait_until_ready() {
    std::size_t held = 0;
    while (!judge_.ready_seen() && !ended_) {
        co_await pump();
        held = 0;
        for (const auto& piece : pieces_) held += piece.bytes.size();
        if (held > before_ready)
            throw error(errc::protocol, "the terminal sent output without end before the command");
    }
}

asio::awaitable<std::optional<chunk>> running_exec::read() {
    auto piece = next_piece();
    while (!piece && !ended_) {
        co_await pump();
        piece = next_piece();
    }
    co_return piece;
}

asio::awaitable<exec_result> running_exec::wait() {
    collect();
    while (!ended_) {
        co_await pump();
        collect();
    }
    if (dropped_ && result_.complete) {
        result_.complete = false;
        result_.note = "more output than exec_options::max_output; the rest was dropped";
    }
    exec_result given = result_;
    result_.out.clear();
    result_.err.clear();
    co_return given;
}

/// Takes one event, or finds that the time is over. Everything that was learned is stored before
/// the next suspension, so that a cancellation loses nothing.
asio::awaitable<void> running_exec::pump() {
    auto limit = read_limit();
    bool too_late = limit.expired();  // bytes may be there for ever, so time is looked at here too
    try {
        if (!too_late) {
            channel_event event = co_await channel_->read(limit);
            take(event);
        }
    } catch (const boost::system::system_error& e) {
        if (e.code() != errc::timeout) throw;
        too_late = true;
    }
    if (too_late) co_await time_out();
}

core::deadline running_exec::read_limit() {
    if (until_.expired() && !last_look_) last_look_ = core::deadline::after(last_look);
    return last_look_.value_or(until_);
}

void running_exec::take(const channel_event& event) {
    std::string out, err;
    judge_.take(event, out, err);
    result_.out_bytes += out.size();
    result_.err_bytes += err.size();
    if (!out.empty()) pieces_.emplace_back(stream_id::out, std::move(out));
    if (!err.empty()) pieces_.emplace_back(stream_id::err, std::move(err));
    if (judge_.ready_seen() && !fed_) wake_.notify_all();
    if (judge_.decided()) conclude();
}

void running_exec::conclude() {
    auto status = judge_.status();
    bool lost = status.end_reason() == end_reason::lost;
    // The watchdog of a process kills at the deadline while its reader is away.
    bool killed = kill_ && until_.expired() && (lost || status.signal() == SIGKILL);
    if (killed) {
        end(exit_status(end_reason::timed_out, 124), false, killed_note);
        return;
    }
    end(status, judge_.complete(), judge_.note());
    const auto& failure = judge_.failure();
    if (lost && !(failure && failure->code == errc::unsupported)) begin_kill();
    if (!failure) return;
    error_info info = *failure;
    info.doing = "exec";
    info.request_id = result_.request_id;
    throw error(std::move(info));
}

asio::awaitable<void> running_exec::time_out() {
    begin_kill();
    end(exit_status(end_reason::timed_out, 124), false, not_confirmed_note);
    auto kill = kill_;
    co_await kill->wait(core::deadline(until_.at() + kill_wait));
    if (kill->confirmed()) result_.note = killed_note;
    result_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(core::clock::now() -
                                                                            started_);
}

void running_exec::end(exit_status status, bool complete, std::string note) {
    ended_ = true;
    result_.status = status;
    result_.complete = complete;
    result_.note = std::move(note);
    result_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(core::clock::now() -
                                                                            started_);
    watchdog_.cancel();
    wake_.notify_all();
    close_in_background(backend_->executor(), channel_);
}

void running_exec::abandon() noexcept {
    if (ended_ || !channel_) return;
    try {
        begin_kill();
        end(exit_status(), false, "it was given up");
    } catch (const std::exception&) {
        // Out of memory: the connection still closes with the channel.
    }
}

void running_exec::begin_kill() {
    bool seen = result_.out_bytes + result_.err_bytes > 0 || judge_.ready_seen();
    if (!kill_) kill_ = background_kill::start(backend_, target_, seen);
}

void running_exec::arm_watchdog() {
    if (until_.is_never()) return;
    watchdog_.expires_at(until_.at());
    watchdog_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
        auto self = weak.lock();
        if (!ec && self && !self->ended_) self->begin_kill();
    });
}

std::optional<chunk> running_exec::next_piece() {
    // A wait that was cancelled has collected what `read` must return now.
    for (auto [from, stream] : {std::pair(&result_.out, stream_id::out),
                                std::pair(&result_.err, stream_id::err)})
        if (!from->empty()) return chunk(stream, std::exchange(*from, {}));
    if (pieces_.empty()) return std::nullopt;
    chunk piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
}

void running_exec::collect() {
    for (const auto& piece : pieces_)
        keep(piece.bytes, piece.stream == stream_id::out ? result_.out : result_.err);
    pieces_.clear();
}

void running_exec::keep(const std::string& bytes, std::string& into) {
    auto room = options_.max_output() - std::min(options_.max_output(), into.size());
    auto taken = std::min(room, bytes.size());
    into.append(bytes, 0, taken);
    dropped_ = dropped_ || taken < bytes.size();
}

}  // namespace ecisbx::detail
