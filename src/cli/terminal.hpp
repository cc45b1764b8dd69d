// The local terminal: raw mode that is always undone, its size, and stdin as an event source.
#ifndef ECISBX_CLI_TERMINAL_HPP
#define ECISBX_CLI_TERMINAL_HPP

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <termios.h>

#include <optional>
#include <string>
#include <utility>

namespace ecisbx::cli {

/// Puts the terminal on stdin into raw mode; the destructor, and a fatal signal, restore it.
class raw_terminal {
public:
    raw_terminal();
    ~raw_terminal();
    raw_terminal(const raw_terminal&) = delete;
    raw_terminal& operator=(const raw_terminal&) = delete;
};

/// Rows and columns of the terminal on stdout, or on stdin; 24 x 80 if there is none.
std::pair<unsigned, unsigned> terminal_size();

/// Reads this process's stdin without changing how others that share it see it: a terminal or a
/// pipe is opened anew, so O_NONBLOCK stays ours; a regular file is read directly.
class standard_input {
public:
    explicit standard_input(const boost::asio::any_io_executor& executor);
    /// The next bytes, empty at the end of input. Cancellation: `cancel`, or as usual.
    boost::asio::awaitable<std::string> read();
    void cancel();

private:
    std::optional<boost::asio::posix::stream_descriptor> events_;  // none: a regular file
};

/// All of `bytes` to a file descriptor, waiting while it takes no more. Throws `connection` when
/// the reader is gone.
void write_all(int fd, std::string_view bytes);

}  // namespace ecisbx::cli

#endif
