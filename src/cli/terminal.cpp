#include "cli/terminal.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace ecisbx::cli {
namespace {

termios saved_mode;  // written before `mode_changed` is set
volatile std::sig_atomic_t mode_changed = 0;

void restore_mode() {
    if (mode_changed) tcsetattr(STDIN_FILENO, TCSANOW, &saved_mode);
    mode_changed = 0;
}

// tcsetattr is async-signal-safe; the handler then lets the signal do what it does.
void restore_and_die(int number) {
    restore_mode();
    std::signal(number, SIG_DFL);
    std::raise(number);
}

}  // namespace

raw_terminal::raw_terminal() {
    if (tcgetattr(STDIN_FILENO, &saved_mode) != 0)
        throw error(errc::invalid_argument, "-t needs a terminal on stdin");
    // INT, TERM and HUP cancel the command, which comes back here.
    for (int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGQUIT})
        std::signal(number, restore_and_die);
    termios raw = saved_mode;
    cfmakeraw(&raw);
    mode_changed = 1;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

raw_terminal::~raw_terminal() {
    restore_mode();
}

std::pair<unsigned, unsigned> terminal_size() {
    winsize size{};
    for (int fd : {STDOUT_FILENO, STDIN_FILENO})
        if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
            return {size.ws_row, size.ws_col};
    return {24, 80};
}

standard_input::standard_input(const boost::asio::any_io_executor& executor) {
    int fd = ::open("/proc/self/fd/0", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) fd = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);  // a socket can not be reopened
    if (fd < 0) return;
    try {
        events_.emplace(executor, fd);
    } catch (const boost::system::system_error&) {
        ::close(fd);  // epoll takes no regular files
    }
}

boost::asio::awaitable<std::string> standard_input::read() {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        ssize_t n =
            ::read(events_ ? events_->native_handle() : STDIN_FILENO, buffer.data(), buffer.size());
        if (n >= 0) co_return std::string(buffer.data(), static_cast<std::size_t>(n));
        if (errno == EINTR) continue;
        if (errno == EIO) co_return std::string();  // the terminal hung up
        if (errno != EAGAIN || !events_)
            throw boost::system::system_error(errno, boost::system::system_category(), "stdin");
        co_await events_->async_wait(boost::asio::posix::descriptor_base::wait_read,
                                     boost::asio::use_awaitable);
    }
}

void standard_input::cancel() {
    if (events_) events_->cancel();
}

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        } else if (errno == EAGAIN) {
            pollfd wait{fd, POLLOUT, 0};
            ::poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            throw error(errc::connection, "standard output is closed");
        }
    }
}

}  // namespace ecisbx::cli
