// The reading side: from events to pieces and to the result.
#include <ecisbx/error.hpp>

#include "sandbox/running_exec.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace ecisbx::detail {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto last_look = 50ms;  // for output that arrived while nobody was reading
constexpr std::size_t read_ahead_limit = 64 * 1024;

}  // namespace

asio::awaitable<std::optional<chunk>> running_exec::read() {
    auto piece = next_piece();
    while (!piece && !ended_) {
        co_await more();
        piece = next_piece();
    }
    if (!piece) rethrow_failure();
    co_return piece;
}

asio::awaitable<exec_result> running_exec::wait() {
    collect();
    while (!ended_) {
        co_await more();
        collect();
    }
    rethrow_failure();
    if (dropped_ && result_.complete) {
        result_.complete = false;
        result_.note = "more output than exec_options::max_output; the rest was dropped";
    }
    auto out = std::exchange(result_.out, {});
    auto err = std::exchange(result_.err, {});
    exec_result given = result_;
    given.out = std::move(out);
    given.err = std::move(err);
    co_return given;
}

/// Returns when there is something new: output, or the end. Everything that was learned is stored
/// before the next suspension, so that a cancellation loses nothing.
asio::awaitable<void> running_exec::more() {
    auto limit = read_limit();
    bool too_late = limit.expired();  // bytes may be there for ever, so time is looked at here too
    try {
        if (!too_late && reads_ahead_) co_await wake_.wait(limit);
        if (!too_late && !reads_ahead_) {
            channel_event event = co_await channel_->read(limit);
            take(event);
        }
    } catch (const boost::system::system_error& e) {
        if (e.code() != errc::timeout) throw;
        too_late = true;
    }
    if (!too_late || ended_) co_return;
    if (judge_.proven())
        settle();
    else
        co_await time_out();
}

core::deadline running_exec::read_limit() {
    if (drain_until_) return *drain_until_;
    if (until_.expired() && !last_look_) last_look_ = core::deadline::after(last_look);
    return last_look_.value_or(until_);
}

/// A stream is read a little ahead of its reader: a connection on which nobody listens answers no
/// ping and would be taken for gone.
void running_exec::start_reading_ahead() {
    reads_ahead_ = true;
    asio::co_spawn(backend_->executor(), read_ahead(shared_from_this()), asio::detached);
}

asio::awaitable<void> running_exec::read_ahead(std::shared_ptr<running_exec> self) {
    try {
        while (!self->ended_) co_await self->read_ahead_once();
    } catch (const boost::system::system_error& e) {
        if (self->judge_.proven())
            self->settle();
        else
            self->fail(std::current_exception(), e.what());
    }
}

asio::awaitable<void> running_exec::read_ahead_once() {
    auto limit = drain_until_.value_or(core::deadline::never());
    if (held_ >= read_ahead_limit) {
        co_await wake_.wait(limit);
        co_return;
    }
    channel_event event = co_await channel_->read(limit);
    if (ended_) co_return;
    take(event);
    wake_.notify_all();
}

/// The channel could not be read on. After an end that is only the channel being closed.
void running_exec::fail(std::exception_ptr why, const char* note) {
    if (ended_) return;
    failure_ = why;
    begin_kill();
    end(exit_status(), false, note);
}

/// A terminal's loader takes its preamble only when it has set the terminal up. For a process this
/// is the last moment before the user's own bytes could get there first.
asio::awaitable<void> running_exec::wait_until_ready() {
    while (!judge_.ready_seen() && !ended_) {
        if (held_ >= read_ahead_limit)
            throw error(errc::protocol, "the terminal sent output without end before the command");
        co_await more();
    }
    rethrow_failure();
}

void running_exec::rethrow_failure() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void running_exec::take(const channel_event& event) {
    std::string out, err;
    judge_.take(event, out, err);
    store(std::move(out), std::move(err));
    if (judge_.ready_seen() && !fed_) wake_.notify_all();
    if (judge_.decided()) return conclude();
    if (judge_.proven() && !drain_until_) drain_until_ = core::deadline::after(options_.drain());
}

void running_exec::store(std::string out, std::string err) {
    result_.out_bytes += out.size();
    result_.err_bytes += err.size();
    held_ += out.size() + err.size();
    watch_.received(out.size() + err.size());
    if (!out.empty()) pieces_.emplace_back(stream_id::out, std::move(out));
    if (!err.empty()) pieces_.emplace_back(stream_id::err, std::move(err));
}

std::optional<chunk> running_exec::next_piece() {
    // A wait that was cancelled has collected what `read` must return now.
    for (auto [from, stream] :
         {std::pair(&result_.out, stream_id::out), std::pair(&result_.err, stream_id::err)})
        if (!from->empty()) return chunk(stream, std::exchange(*from, {}));
    if (pieces_.empty()) return std::nullopt;
    chunk piece = std::move(pieces_.front());
    pieces_.pop_front();
    release(piece.bytes.size());
    return piece;
}

void running_exec::collect() {
    for (const auto& piece : pieces_)
        keep(piece.bytes, piece.stream == stream_id::out ? result_.out : result_.err);
    pieces_.clear();
    release(held_);
}

void running_exec::keep(const std::string& bytes, std::string& into) {
    auto room = options_.max_output() - std::min(options_.max_output(), into.size());
    auto taken = std::min(room, bytes.size());
    into.append(bytes, 0, taken);
    dropped_ = dropped_ || taken < bytes.size();
}

/// Pieces were taken: there may be room for reading ahead again.
void running_exec::release(std::size_t bytes) {
    bool was_full = held_ >= read_ahead_limit;
    held_ -= bytes;
    if (was_full && reads_ahead_) wake_.notify_all();
}

}  // namespace ecisbx::detail
