#include "server/api/eci/exec_session.hpp"

#include "server/api/eci/sync_exec.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>

namespace ecisbx::server::api::eci {

namespace asio = boost::asio;
using core::deadline;
using proto::channel;

namespace {

constexpr std::size_t piece = 32 * 1024;
// A client that takes not one frame for so long is gone, whatever its TCP says.
constexpr auto write_patience = std::chrono::minutes(30);
constexpr auto close_patience = std::chrono::seconds(10);

class session_mark {
public:
    explicit session_mark(std::shared_ptr<server_metrics> in) : in_(std::move(in)) {
        in_->exec_sessions_total.Increment();
        in_->exec_sessions.Increment();
    }
    session_mark(const session_mark&) = delete;
    session_mark& operator=(const session_mark&) = delete;
    ~session_mark() { in_->exec_sessions.Decrement(); }

private:
    std::shared_ptr<server_metrics> in_;
};

}  // namespace

exec_session::exec_session(asio::any_io_executor executor, exec_wire wire,
                           std::shared_ptr<runtime::box> box, store::ticket what,
                           std::shared_ptr<server_metrics> metrics)
    : executor_(executor),
      wire_(std::move(wire)),
      box_(std::move(box)),
      what_(std::move(what)),
      metrics_(std::move(metrics)),
      changed_(executor) {}

asio::awaitable<void> exec_session::run(net::websocket socket) {
    auto self = shared_from_this();
    session_mark counted(metrics_);
    socket_ = std::move(socket);
    bool whole = false;
    try {
        co_await converse();
        whole = !socket_gone_;
    } catch (const std::exception&) {
        // The socket broke, or the server is stopping: there is nobody to tell.
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (!whole && !peer_closed_) socket_.abort();
    co_await end_children();
    if (whole) co_await socket_.close(1000, deadline::after(close_patience));
}

asio::awaitable<void> exec_session::converse() {
    auto hello = wire_.greeting();
    co_await send(std::move(hello), {});
    bool started = co_await start_process();
    if (!started) co_return;
    spawn(child::exit, await_exit());
    spawn(child::out, relay(false));
    spawn(child::err, relay(true));
    spawn(child::input, read_input());
    auto going = [this] {
        return running_[int(child::exit)] || running_[int(child::out)] || running_[int(child::err)];
    };
    while (!socket_gone_ && going()) co_await changed_.wait(deadline::never());
    if (socket_gone_) co_return;
    auto record = wire_.exit_status(what_.argv, exit_.code);
    co_await send(std::move(record), {});
}

asio::awaitable<bool> exec_session::start_process() {
    auto spec = process_for(what_);
    std::string failure;
    try {
        auto process = co_await box_->start(std::move(spec));
        process_ = std::move(process);
    } catch (const std::exception& e) {
        failure = start_failure_text(what_, e);
    }
    if (process_) {
        stdin_open_ = what_.open_stdin;
        co_return true;
    }
    auto record = wire_.failure(failure);
    co_await send(std::move(record), {});
    co_return false;
}

// Sends `bytes` in the message that wraps them, or the message's own payload.
asio::awaitable<void> exec_session::send(std::optional<proto::exec_message> message,
                                         std::string_view bytes) {
    if (!message) co_return;
    std::string_view payload = bytes;
    if (message->encoded || payload.empty()) payload = message->payload;
    co_await socket_.write(message->text, message->prefix, payload,
                           deadline::after(write_patience));
}

asio::awaitable<void> exec_session::relay(bool err) {
    auto on = err ? channel::err : channel::out;
    std::string buffer;
    for (;;) {
        buffer.resize(piece);
        std::size_t got = 0;
        if (err)
            got = co_await process_->read_err(asio::buffer(buffer));
        else
            got = co_await process_->read_out(asio::buffer(buffer));
        if (got == 0) break;
        metrics_->exec_sent.Increment(static_cast<double>(got));
        std::string_view bytes(buffer.data(), got);
        auto message = wire_.output(on, bytes);
        co_await send(std::move(message), bytes);
    }
    auto rest = wire_.end_of(on);
    co_await send(std::move(rest), {});
}

asio::awaitable<void> exec_session::read_input() {
    for (;;) {
        auto message = co_await socket_.read(deadline::never());
        if (!message) {
            peer_closed_ = true;  // the session answers its close frame by itself
            co_return;
        }
        auto frame = wire_.decode(message->text, message->payload);
        bool usable = co_await take(std::move(frame));
        if (!usable) stdin_open_ = false;
    }
}

// False when the process takes no more input.
asio::awaitable<bool> exec_session::take(proto::exec_frame frame) {
    using kind = proto::exec_frame::kind;
    if (frame.what == kind::resize && what_.tty) process_->resize(frame.rows, frame.columns);
    if (!stdin_open_) co_return true;
    if (frame.what == kind::half_close && frame.closed == std::uint8_t(channel::in)) {
        process_->close_stdin();
        co_return false;
    }
    if (frame.what != kind::in) co_return true;
    bool written = false;
    try {
        co_await process_->write(asio::buffer(frame.bytes.data(), frame.bytes.size()));
        metrics_->exec_received.Increment(static_cast<double>(frame.bytes.size()));
        written = true;
    } catch (const boost::system::system_error& e) {
        if (e.code() == errc::canceled) throw;
    }
    co_return written;
}

asio::awaitable<void> exec_session::await_exit() {
    exit_ = co_await process_->wait();
}

void exec_session::spawn(child which, asio::awaitable<void> work) {
    running_[int(which)] = true;
    auto done = [self = shared_from_this(), which](std::exception_ptr failure) {
        self->ended(which, failure);
    };
    asio::co_spawn(executor_, std::move(work),
                   asio::bind_cancellation_slot(cancel_[int(which)].slot(), std::move(done)));
}

void exec_session::ended(child which, std::exception_ptr failure) {
    running_[int(which)] = false;
    if (which == child::input) {
        socket_gone_ = true;
        if (stdin_open_) process_->close_stdin();
        stdin_open_ = false;
    }
    // Only the socket, or the end of the box, makes the others fail; either way the client must
    // not be told of a complete end.
    if (failure) socket_gone_ = true;
    changed_.notify_all();
}

asio::awaitable<void> exec_session::end_children() {
    for (auto& signal : cancel_) signal.emit(asio::cancellation_type::terminal);
    while (std::any_of(std::begin(running_), std::end(running_), [](bool on) { return on; }))
        co_await changed_.wait(deadline::never());
    process_.reset();
}

}  // namespace ecisbx::server::api::eci
