// sandbox: the same handle for every backend.
#ifndef ECISBX_SANDBOX_HPP
#define ECISBX_SANDBOX_HPP

#include <ecisbx/command.hpp>
#include <ecisbx/exec.hpp>
#include <ecisbx/process.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace ecisbx {

namespace detail {
class backend;
}

/// How `sandbox::wait_ready` waits.
class wait_options {
public:
    using milliseconds = std::chrono::milliseconds;
    wait_options() = default;
    /// Gives up after this long with `errc::timeout`; the sandbox goes on. Default 300 s.
    wait_options& timeout(milliseconds length) & { return timeout_ = length, *this; }
    wait_options&& timeout(milliseconds length) && { return std::move(timeout(length)); }
    milliseconds timeout() const noexcept { return timeout_; }

private:
    milliseconds timeout_ = std::chrono::seconds(300);
};

/// How `sandbox::remove` removes.
class remove_options {
public:
    remove_options() = default;
    /// Do not wait for a graceful end of the containers. Default: graceful.
    remove_options& force(bool on = true) & { return force_ = on, *this; }
    remove_options&& force(bool on = true) && { return std::move(force(on)); }
    bool forced() const noexcept { return force_; }

private:
    bool force_ = false;
};

/// A handle to one sandbox; copies share it. It keeps what it needs of its client alive.
/// Dropping the handle does not remove the sandbox.
/// Thread safety: none; use it on the executor of its client.
class sandbox {
public:
    /// Empty: may be assigned to, copied and destroyed. `co_spawn` needs it to carry one out.
    sandbox() = default;
    sandbox(std::shared_ptr<detail::backend> backend, std::string id);

    /// The service's id, e.g. `eci-2ze0...`.
    const std::string& id() const noexcept { return id_; }

    /// Returns when the sandbox runs and takes commands. Ends at once when it can not any more.
    /// Errors: `not_ready` (it failed, could not be scheduled, expired or is being removed; the
    /// message has the container's reason and the last events), `not_found`, `timeout`,
    /// `canceled`, and those of a service call.
    boost::asio::awaitable<void> wait_ready(wait_options options = wait_options());

    /// Runs one process to its end. See `process` for what is known afterwards.
    ///
    /// The command runs below a POSIX shell (`/bin/sh` of the image) that reports its status;
    /// the arguments themselves pass no shell. Never runs a command twice: only opening the
    /// channel is retried, and only while nothing can have started.
    /// Result: `exec_result`, also for a command that fails or runs out of time.
    /// Errors: `invalid_argument` (NUL in an argument, empty argv, bad variable name; nothing was
    /// sent), `not_found`, `conflict` (the sandbox is not running), `throttled`, `timeout`
    /// (before the channel was open), `connection`, `tls`, `protocol`, `canceled`, ...
    /// Cancellation: terminal, partial and total. The remote process group is killed in the
    /// background when the command may have started.
    boost::asio::awaitable<exec_result> exec(command argv, exec_options options = exec_options());

    /// Runs a script of any length with `bash` (with `sh` where the image has none), its stdin
    /// detached unless `input` is given. The script is data: it is never typed at a shell, so
    /// comments, heredocs and children that read stdin do no harm.
    /// Result, errors, cancellation: as `exec`; `invalid_argument` for a script with NUL.
    boost::asio::awaitable<exec_result> bash(std::string script,
                                             exec_options options = exec_options());

    /// Starts one process and gives its stream. Errors: as `exec`.
    boost::asio::awaitable<process> start(command argv, exec_options options = exec_options());

    /// Removes the sandbox. One that is gone already is no error.
    boost::asio::awaitable<void> remove(remove_options options = remove_options());

    /// Restarts its containers; returns when the service has accepted. `wait_ready` waits.
    boost::asio::awaitable<void> restart();

private:
    std::shared_ptr<detail::backend> backend_;
    std::string id_;
};

}  // namespace ecisbx

#endif
