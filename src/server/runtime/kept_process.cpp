#include "server/runtime/kept_process.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/ioctl.h>
#include <termios.h>

#include <algorithm>
#include <cerrno>

namespace ecisbx::server::runtime {
namespace asio = boost::asio;

namespace {

[[noreturn]] void fail(const boost::system::error_code& cause) {
    error_info info(cause == asio::error::operation_aborted ? errc::canceled : errc::connection,
                    cause.message());
    info.cause = cause;
    throw error(std::move(info));
}

}  // namespace

kept_process::kept_process(std::shared_ptr<box_link> link, std::shared_ptr<process_record> record,
                           unique_fd in, unique_fd out, unique_fd err)
    : link_(std::move(link)),
      record_(std::move(record)),
      tty_(static_cast<bool>(record_->terminal)) {
    in_ = adopt(std::move(in));
    out_ = tty_ ? adopt(std::move(record_->terminal)) : adopt(std::move(out));
    err_ = adopt(std::move(err));
    if (tty_) in_ = out_;
}

kept_process::~kept_process() {
    boost::system::error_code ignored;
    for (const auto& p : {in_, out_, err_})
        if (p) p->close(ignored);
}

kept_process::pipe kept_process::adopt(unique_fd fd) const {
    if (!fd) return nullptr;
    set_nonblocking(fd.get());
    return std::make_shared<asio::posix::stream_descriptor>(link_->executor(), fd.release());
}

asio::awaitable<std::size_t> kept_process::read(pipe from, asio::mutable_buffer into) {
    if (!from || into.size() == 0) co_return 0;
    boost::system::error_code failed;
    auto n =
        co_await from->async_read_some(into, asio::redirect_error(asio::use_awaitable, failed));
    // A terminal whose last user has gone answers EIO.
    if (failed == asio::error::eof || failed.value() == EIO) co_return 0;
    if (failed) fail(failed);
    co_return n;
}

asio::awaitable<std::size_t> kept_process::read_out(asio::mutable_buffer into) {
    return read(out_, into);
}

asio::awaitable<std::size_t> kept_process::read_err(asio::mutable_buffer into) {
    return read(err_, into);
}

asio::awaitable<void> kept_process::write_all(pipe to, asio::const_buffer bytes) {
    if (!to || !to->is_open())
        throw error(errc::connection, "the standard input of the process is closed");
    while (bytes.size() > 0) {
        auto n = write_without_signal(to->native_handle(), bytes.data(), bytes.size());
        if (n > 0) {
            bytes += static_cast<std::size_t>(n);
            continue;
        }
        boost::system::error_code failed(errno, boost::system::system_category());
        if (n < 0 && errno != EAGAIN) fail(failed);
        co_await to->async_wait(asio::posix::stream_descriptor::wait_write,
                                asio::redirect_error(asio::use_awaitable, failed));
        if (failed) fail(failed);
    }
}

asio::awaitable<void> kept_process::write(asio::const_buffer bytes) {
    return write_all(in_, bytes);
}

// A terminal has no half to close: who wants to end its input types ^D.
void kept_process::close_stdin() {
    boost::system::error_code ignored;
    if (in_ && !tty_) in_->close(ignored);
}

void kept_process::resize(unsigned rows, unsigned columns) {
    if (!tty_ || !out_->is_open()) return;
    winsize size{};
    size.ws_row = static_cast<unsigned short>(std::min(rows, 65535U));
    size.ws_col = static_cast<unsigned short>(std::min(columns, 65535U));
    ::ioctl(out_->native_handle(), TIOCSWINSZ, &size);
}

void kept_process::kill(int signal) {
    link_->kill(*record_, signal);
}

namespace {

asio::awaitable<exit_info> wait_for(std::shared_ptr<process_record> record) {
    while (!record->exit) co_await record->changed.wait(core::deadline::never());
    co_return *record->exit;
}

}  // namespace

asio::awaitable<exit_info> kept_process::wait() {
    return wait_for(record_);
}

}  // namespace ecisbx::server::runtime
