// The stdin side: preamble, `exec_options::input`, then what `process::write` brings.
#include <ecisbx/error.hpp>

#include "proto/exec_script.hpp"
#include "sandbox/running_exec.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <csignal>
#include <utility>

namespace ecisbx::detail {
namespace {

namespace asio = boost::asio;

// One piece is one message: small enough that a ping or a resize never waits long behind it.
constexpr std::size_t piece_size = 16 * 1024;
constexpr char end_of_file_key = '\x04';

error stdin_error(errc condition, std::string message) {
    error_info info(condition, std::move(message));
    info.doing = "stdin";
    return error(std::move(info));
}

}  // namespace

bool running_exec::raw_input() const {
    return options_.tty() || channel_->can_half_close();
}

/// Feeds beside the reading: a command may fill its output before it has read all of its input.
void running_exec::start_feeding() {
    asio::co_spawn(backend_->executor(), feed(shared_from_this()), asio::detached);
}

asio::awaitable<void> running_exec::feed(std::shared_ptr<running_exec> self) {
    try {
        co_await self->feed_all();
    } catch (const boost::system::system_error& e) {
        // A command may end without having read its input; the reading side knows how it ended.
        self->input_failure_ = e.what();
    }
    self->fed_ = true;
    self->wake_.notify_all();
}

asio::awaitable<void> running_exec::feed_all() {
    if (options_.tty())
        co_await channel_->resize(options_.tty()->first, options_.tty()->second, until_);
    if (!plan_.open_stdin) co_return;
    while (plan_.waits_for_ready && !judge_.ready_seen() && !ended_) co_await wake_.wait(until_);
    if (plan_.has_preamble) {
        std::string preamble = plan_.preamble(raw_input());
        co_await send_pieces(preamble, false);
    }
    if (options_.input()) co_await send_input(*options_.input());
    bool stays_open = kind_ == exec_job::use::stream && options_.stdin_open();
    bool reads = options_.input() || options_.stdin_open();
    if (reads && !stays_open) co_await end_input();
}

asio::awaitable<void> running_exec::send_input(std::string_view bytes) {
    if (bytes.empty()) co_return;
    co_await send_pieces(bytes, !raw_input());
    mid_line_ = bytes.back() != '\n';
}

asio::awaitable<void> running_exec::send_pieces(std::string_view bytes, bool framed) {
    while (!bytes.empty() && !ended_) {
        auto piece = bytes.substr(0, piece_size);
        bytes.remove_prefix(piece.size());
        if (framed) {
            std::string frame = proto::stdin_frame(piece);
            co_await channel_->write_stdin(frame, until_);
        } else {
            co_await channel_->write_stdin(piece, until_);
        }
        watch_.sent(piece.size());
    }
}

asio::awaitable<void> running_exec::end_input() {
    if (std::exchange(stdin_ended_, true) || ended_) co_return;
    if (options_.tty()) {
        // In the middle of a line the first one only hands the line over.
        std::string keys(mid_line_ ? 2 : 1, end_of_file_key);
        co_await channel_->write_stdin(keys, until_);
    } else if (channel_->can_half_close()) {
        co_await channel_->half_close(until_);
    } else {
        std::string mark = proto::stdin_end();
        co_await channel_->write_stdin(mark, until_);
    }
}

/// Returns when the preamble is out and the user's bytes may follow.
asio::awaitable<void> running_exec::input_turn() {
    while (!fed_ && !ended_) co_await wake_.wait(until_);
    if (!input_failure_.empty())
        throw stdin_error(errc::connection, "the channel is gone: " + input_failure_);
}

asio::awaitable<void> running_exec::write(std::string bytes) {
    if (kind_ != exec_job::use::stream || !options_.stdin_open())
        throw stdin_error(errc::invalid_argument, "not started with open_stdin or tty");
    co_await input_turn();
    if (stdin_ended_) throw stdin_error(errc::invalid_argument, "close_stdin was called before");
    if (ended_) throw stdin_error(errc::connection, "the command has ended");
    co_await send_input(bytes);
}

asio::awaitable<void> running_exec::close_stdin() {
    if (!options_.stdin_open() || stdin_ended_ || ended_) co_return;
    co_await input_turn();
    co_await end_input();
}

asio::awaitable<void> running_exec::resize(unsigned rows, unsigned columns) {
    if (!options_.tty()) throw error(errc::invalid_argument, "resize: not started with tty");
    if (rows < 1 || rows > 65535 || columns < 1 || columns > 65535)
        throw error(errc::invalid_argument, "resize: rows and columns must be 1 to 65535");
    // Behind the size that the wrapper sets first.
    while (!judge_.ready_seen() && !ended_) co_await wake_.wait(until_);
    if (ended_) co_return;
    co_await channel_->resize(rows, columns, until_);
}

asio::awaitable<void> running_exec::signal(int number) {
    if (number < 1 || number > 64)
        throw error(errc::invalid_argument, "signal: the number must be 1 to 64");
    auto outcome = signal_outcome::nothing_found;
    if (!ended_) {
        auto until = core::deadline::after(options_.connect_timeout());
        outcome = co_await send_signal(backend_, target_, number, until);
    }
    if (outcome == signal_outcome::sent) co_return;
    error_info info(errc::not_found, "the process is gone");
    if (outcome == signal_outcome::unknown)
        info = error_info(errc::service, "the sandbox could not tell whether it was sent");
    info.doing = "signal";
    throw error(std::move(info));
}

}  // namespace ecisbx::detail
