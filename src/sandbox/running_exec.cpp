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

// A call ends within a second of its deadline, what comes after the kill included.
constexpr auto kill_wait = 900ms;
constexpr std::chrono::hours longest_idle{24};

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
      watchdog_(backend_->executor()),
      watch_(backend_->observed(), job.sandbox_id) {}

asio::awaitable<void> running_exec::open() {
    co_await open_channel();
    result_.request_id = channel_->request_id();
    watch_.opened(result_.request_id);
    start_feeding();
    if (kind_ == exec_job::use::to_the_end) co_return;
    arm_watchdog();
    start_reading_ahead();
    if (plan_.waits_for_ready) co_await wait_until_ready();
}

asio::awaitable<void> running_exec::open_channel() {
    auto touched = std::make_shared<bool>(false);
    exec_request request;
    request.argv = plan_.argv;
    request.open_stdin = plan_.open_stdin;
    request.tty = options_.tty().has_value();
    request.container = options_.container();
    request.idle = std::min<exec_options::milliseconds>(options_.idle_timeout(), longest_idle);
    request.may_have_started = touched;
    try {
        channel_ = co_await backend_->open_exec(target_->sandbox_id, std::move(request),
                                                until_.sooner(options_.connect_timeout()));
    } catch (...) {
        watch_.not_opened(std::current_exception());
        if (*touched) begin_kill();
        throw;
    }
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
    failure_ = std::make_exception_ptr(error(std::move(info)));
}

/// The command has ended, the channel has not in the time that `exec_options::drain` gives it.
void running_exec::settle() {
    if (ended_) return;
    std::string out, err;
    judge_.settle(out, err);
    store(std::move(out), std::move(err));
    conclude();
}

asio::awaitable<void> running_exec::time_out() {
    begin_kill();
    end(exit_status(end_reason::timed_out, 124), false, not_confirmed_note);
    auto kill = kill_;
    co_await kill->wait(core::deadline(until_.at() + kill_wait));
    if (kill->confirmed()) result_.note = killed_note;
    result_.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(core::clock::now() - started_);
}

void running_exec::end(exit_status status, bool complete, std::string note) {
    ended_ = true;
    result_.status = status;
    result_.complete = complete;
    result_.note = std::move(note);
    result_.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(core::clock::now() - started_);
    watchdog_.cancel();
    wake_.notify_all();
    watch_.ended(result_, judge_.failure());
    close_in_background(backend_->executor(), channel_);
}

void running_exec::abandon() noexcept {
    if (ended_ || !channel_) return;
    try {
        if (judge_.proven()) return settle();
        watch_.abandoned();
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
        if (!ec && self && !self->ended_ && !self->judge_.proven()) self->begin_kill();
    });
}

}  // namespace ecisbx::detail
