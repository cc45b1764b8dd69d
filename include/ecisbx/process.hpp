// process: the stream of one running command.
#ifndef ECISBX_PROCESS_HPP
#define ECISBX_PROCESS_HPP

#include <ecisbx/exec.hpp>

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
/// Thread safety: none; one `read` or `wait` and one writing call may be under way at a time.
///
/// What is known afterwards:
/// | after ...         | status     | output                     | may still run remotely |
/// |-------------------|------------|----------------------------|------------------------|
/// | read gave nothing | final      | all, if `wait()`.complete  | no                     |
/// | the deadline      | timed_out  | what had arrived           | no: group killed       |
/// | a cut             | lost       | what had arrived           | yes, a kill is tried   |
/// | cancel            | none yet   | nothing lost, call again   | yes                    |
/// | destruction       | none       | -                          | no: group killed       |
class process {
public:
    /// Empty: may be assigned to and destroyed. `co_spawn` needs it to carry one out.
    process() = default;
    explicit process(std::shared_ptr<detail::running_exec> impl);
    process(process&&) noexcept;
    process& operator=(process&&) noexcept;
    ~process();

    /// The next piece of output; nothing after the end of the process.
    /// Cancellation: terminal, partial and total; no byte is lost, `read` may be called again.
    /// Errors: none of the command's; `errc::canceled`. A connection that is cut ends the output.
    boost::asio::awaitable<std::optional<chunk>> read();

    /// Writes all of `bytes` to stdin. Precondition: started with `open_stdin` or `tty`.
    /// Errors: `invalid_argument` (stdin is not open), `connection` (the channel is gone),
    /// `timeout`, `canceled` (after which how much was written is not known).
    boost::asio::awaitable<void> write(std::string bytes);

    /// Ends stdin: the command reads end of file after what was written. Idempotent.
    boost::asio::awaitable<void> close_stdin();

    /// Tells the terminal its new size. Precondition: started with `tty`.
    boost::asio::awaitable<void> resize(unsigned rows, unsigned columns);

    /// Sends a signal (`SIGINT`, ...) to the remote process group, over a channel of its own.
    /// Errors: as opening an exec; `not_found` when the process is gone.
    boost::asio::awaitable<void> signal(int number);

    /// Reads to the end and returns how it ended. `out` and `err` hold what `read` had not
    /// returned before, at most `exec_options::max_output` bytes each.
    boost::asio::awaitable<exec_result> wait();

    /// The service's id of the call that opened the channel.
    const std::string& request_id() const noexcept;

private:
    std::shared_ptr<detail::running_exec> impl_;
};

}  // namespace ecisbx

#endif
