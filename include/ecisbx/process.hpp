/// @file
/// process: the stream of one running command.
#ifndef ECISBX_PROCESS_HPP
#define ECISBX_PROCESS_HPP

#include <ecisbx/exec.hpp>
#include <ecisbx/export.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace ecisbx {

namespace detail {
class running_exec;
}

/// A command that runs in a sandbox, made by `sandbox::start`. Move-only.
///
/// Dropping it hangs up and kills the remote process group (in the background, on the executor;
/// the io_context must go on running for that). At most 64 KiB and one message are read ahead of
/// `read` and `wait`: a reader that stops reading stops the command's writes, not memory.
/// Memory: a process whose output nobody reads holds at most 200 KiB and twice the largest message
/// of its peer (32 KiB is usual; more than 4 MiB ends the process as `lost`), beside what the
/// kernel keeps for its socket.
/// Thread safety: none; one `read` or `wait` and one writing call may be under way at a time.
/// Cancellation of every operation: terminal, partial and total; it ends with `canceled`.
///
/// What is known afterwards:
/// |             | success            | timeout           | a cut        | cancel            |
/// |-------------|--------------------|-------------------|--------------|-------------------|
/// | read        | a piece or the end | no more           | no more      | nothing is lost   |
/// | wait        | status             | `timed_out`       | `lost`       | nothing is lost   |
/// | write       | sent, not yet read | how much: unknown | throws       | how much: unknown |
/// | close_stdin | sent, in order     | perhaps sent      | throws       | perhaps sent      |
/// | resize      | sent               | perhaps sent      | throws       | perhaps sent      |
/// | signal      | signalled          | perhaps sent      | perhaps sent | perhaps sent      |
/// After a timeout or a cut `read` and `wait` give what had arrived, and `wait` the status. A
/// cancelled one may be called again.
/// May it run remotely? After an end: no. After the deadline: no, its process group is killed (by
/// a watchdog, also while nobody reads); the note tells when that is not confirmed. After a cut:
/// yes, a kill is tried. After a cancelled call: yes, as before. After destruction: no, as soon as
/// the kill got through. A process that the command left behind and that outlived it is not killed.
class ECISBX_API process {
public:
    /// Empty: may be assigned to and destroyed. `co_spawn` needs it to carry one out.
    process() = default;
    /// For the library; users get one from `sandbox::start`.
    explicit process(std::shared_ptr<detail::running_exec> impl);
    process(process&&) noexcept;
    process& operator=(process&&) noexcept;
    ~process();

    /// The next piece of output; nothing after the end of the process. The control byte 0x1E, which
    /// begins the wrapper's report, comes with the byte behind it or with the end, not before.
    /// Cancellation: terminal, partial and total; no byte is lost, `read` may be called again.
    /// Errors: none of the command's; `errc::canceled`. A connection that is cut ends the output.
    boost::asio::awaitable<std::optional<chunk>> read();

    /// Writes all of `bytes` to stdin. Precondition: started with `open_stdin` or `tty`.
    /// Errors: `invalid_argument` (stdin is not open), `connection` (the channel is gone),
    /// `timeout`, `canceled` (after which how much was written is not known).
    boost::asio::awaitable<void> write(std::string bytes);

    /// Ends stdin: the command reads end of file after what was written. Idempotent, and no error
    /// after the end. How: the wire's half-close where `v5.channel.k8s.io` was agreed on; Ctrl-D
    /// for a terminal; else stdin travels in frames that a reader inside takes apart, on any wire.
    /// Errors: `connection`, `timeout`, `canceled`.
    boost::asio::awaitable<void> close_stdin();

    /// Tells the terminal its new size. Precondition: started with `tty`. Nothing after the end.
    /// Errors: `invalid_argument` (no terminal, or not 1 to 65535), `connection`, `timeout`,
    /// `canceled`.
    boost::asio::awaitable<void> resize(unsigned rows, unsigned columns);

    /// Sends a signal (`SIGINT`, ...) to the remote process group, over a channel of its own.
    /// The wrapper that reports the status is spared. A shell that waits for a program of its own
    /// runs its traps when that ends, so signal the group, as this does.
    /// Errors: `invalid_argument` (not 1 to 64), `not_found` when the process is gone, `service`
    /// when the sandbox could not tell; as opening an exec.
    boost::asio::awaitable<void> signal(int number);

    /// Reads to the end and returns how it ended. `out` and `err` hold what `read` had not
    /// returned before, at most `exec_options::max_output` bytes each.
    /// Errors: none of the command's; `canceled`, after which `wait` may be called again.
    boost::asio::awaitable<exec_result> wait();

    /// The service's id of the call that opened the channel.
    const std::string& request_id() const noexcept;

private:
    std::shared_ptr<detail::running_exec> impl_;
};

}  // namespace ecisbx

#endif
