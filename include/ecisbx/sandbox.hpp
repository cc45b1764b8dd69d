/// @file
/// sandbox: the same handle for every backend.
#ifndef ECISBX_SANDBOX_HPP
#define ECISBX_SANDBOX_HPP

#include <ecisbx/command.hpp>
#include <ecisbx/exec.hpp>
#include <ecisbx/export.hpp>
#include <ecisbx/file.hpp>
#include <ecisbx/process.hpp>
#include <ecisbx/tmux.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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
/// Cancellation of every operation: terminal, partial and total, unless it says otherwise; it ends
/// with `canceled`, and the table tells what is known then.
/// Source followed: exec is the Kubernetes remote command protocol as the service relays it, see
/// docs/protocols/exec.md; everything else is built on it.
///
/// What is known afterwards (of exec and bash: exec.hpp; of processes: process.hpp):
/// |                   | success          | timeout        | a cut          | cancel     |
/// |-------------------|------------------|----------------|----------------|------------|
/// | exec, bash        | a result         | `timed_out`    | `lost`, throws | killed     |
/// | start, start_bash | it was asked for | throws, killed | throws, killed | killed     |
/// | wait_ready        | it runs          | it goes on     | asked again    | it goes on |
/// | remove            | taken on         | perhaps        | asked again    | perhaps    |
/// | restart           | taken on         | perhaps        | asked again    | perhaps    |
/// "Taken on": the service goes on with it; containers end in their grace time, `restart` loses
/// their files. "Killed" (also after `timed_out` and `lost`): the remote process group, in the
/// background, if the command may have started; until that got through it may run. "Asked again":
/// as long as the time permits; if it throws then, "perhaps": taken on or not. `remove` may be
/// called again, what is gone is no error; `describe` tells what became of a `restart`.
class ECISBX_API sandbox {
public:
    /// Empty: may be assigned to, copied and destroyed. `co_spawn` needs it to carry one out.
    sandbox() = default;
    /// For backends; users get one from a client.
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

    /// Starts one process and gives its stream; returns when the channel is open and the command
    /// has been asked for. Result: the `process`; dropping it kills the command. Errors and
    /// cancellation: as `exec`.
    boost::asio::awaitable<process> start(command argv, exec_options options = exec_options());

    /// Starts a script, carried and run as by `bash`, and gives its stream. Result, errors,
    /// cancellation: as `start`; `invalid_argument` for a script with NUL.
    boost::asio::awaitable<process> start_bash(std::string script,
                                               exec_options options = exec_options());

    /// Removes the sandbox; returns when the service has taken it on. One that is gone already is
    /// no error. Errors: `conflict`, `forbidden`, and those of a service call.
    boost::asio::awaitable<void> remove(remove_options options = remove_options());

    /// Restarts its containers; returns when the service has accepted. `wait_ready` waits.
    /// Errors: `not_found`, `conflict` (its state does not permit it), and those of a service call.
    boost::asio::awaitable<void> restart();

    // tmux: jobs that outlive the connection, with a terminal, their output and status kept in
    // the sandbox until `tmux_kill`. Each call but `tmux_wait` is one exec. Errors of all: those
    // of `exec`, `connection` when the answer was cut, `unsupported` when the wire can not carry
    // it, `invalid_argument` for a name that is not `[A-Za-z0-9_-]{1,64}`. What is known
    // afterwards: tmux.hpp.

    /// Starts `script` (with `bash`, else `sh`; of any length, its stdin the pane) in a new
    /// session. The job is never started twice.
    /// Errors: also `conflict` (a session of that name exists, even a completed one),
    /// `unsupported` (no tmux in the image, or nowhere to keep the state).
    boost::asio::awaitable<tmux_session> tmux_start(std::string script,
                                                    tmux_options options = tmux_options());

    /// What is known now, with the output from `from_byte` on, at most 8 MiB of it: go on at
    /// `next_byte` while `more()`. A session that does not exist is a state, not an error.
    boost::asio::awaitable<tmux_state> tmux_poll(tmux_id session, std::uint64_t from_byte = 0);

    /// Returns the moment the job ends, or with state `running` when `timeout` has passed (a
    /// connection that hangs may add 15 s to it); the job goes on then, also after a cancel.
    /// Rounds whose connection was cut, or that were throttled, are made again until the timeout;
    /// their error is thrown only if no round succeeded at all.
    boost::asio::awaitable<tmux_state> tmux_wait(tmux_id session,
                                                 tmux_wait_options options = tmux_wait_options());

    /// Ends the session, kills the job's processes and removes its state. One that does not
    /// exist is no error.
    boost::asio::awaitable<void> tmux_kill(tmux_id session);

    /// The sessions that `tmux_start` made and `tmux_kill` did not end, by name. `container`: of
    /// this container only; default the sandbox's first. Errors: as for all of tmux.
    boost::asio::awaitable<std::vector<tmux_session>> tmux_list(std::string container = "");

    /// What the session's terminal shows, one line per row: for programs that draw (plain lines
    /// read better in the output, unless the session is `cooked`). Errors: also `not_found`.
    boost::asio::awaitable<std::string> tmux_screen(tmux_id session);

    /// Writes a file: beside it first, then, when size and checksum agree, renamed over it. A
    /// symlink at `path` is replaced, not followed. See file.hpp for what is known afterwards.
    /// `path` must be absolute.
    /// Errors: `invalid_argument` (the path or an option; nothing was done), `not_found` (the
    /// folder), `conflict` (a folder or a device is there, or a part of the path is a file),
    /// `forbidden` (permissions, read-only), `quota_exceeded` (no space), `protocol` (the content
    /// did not verify twice), `unsupported` (the wire can not carry it), and those of `exec`.
    /// Cancellation: terminal, partial and total.
    boost::asio::awaitable<transfer_result> write_file(std::string path, std::string bytes,
                                                       file_options options = file_options());

    /// A regular file's bytes, verified; `too_large` over `file_options::limit`. One that changes
    /// while it is read (of /proc, say) does not verify. Errors: as `write_file`.
    boost::asio::awaitable<std::string> read_file(std::string path,
                                                  file_options options = file_options());

    /// Copies a local file of any size to the path `remote`, or a local folder, which becomes the
    /// folder `remote`: nothing or an empty folder may be there. Symlinks in it stay links; one
    /// that leads out is `invalid_argument`. A folder needs `tar` in the image (else
    /// `unsupported`) and, for a moment, twice its space. Errors: as `write_file`, and the same
    /// conditions for the local path. Blocks on the local disk for one piece at a time.
    boost::asio::awaitable<transfer_result> upload(std::string local, std::string remote,
                                                   file_options options = file_options());

    /// Copies a remote file or folder to the path `local`, likewise. The sandbox is not trusted:
    /// entries and links that lead out of a folder, and devices, are `forbidden`, and nothing of
    /// the folder is kept then. Errors: as `upload`; `forbidden` also for such an entry.
    boost::asio::awaitable<transfer_result> download(std::string remote, std::string local,
                                                     file_options options = file_options());

private:
    std::shared_ptr<detail::backend> backend_;
    std::string id_;
};

}  // namespace ecisbx

#endif
