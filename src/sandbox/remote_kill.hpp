// Signals for a running exec, sent over a channel of their own.
#ifndef ECISBX_SANDBOX_REMOTE_KILL_HPP
#define ECISBX_SANDBOX_REMOTE_KILL_HPP

#include "core/deadline.hpp"
#include "net/wait.hpp"
#include "sandbox/backend.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace ecisbx::detail {

/// Which exec of which sandbox.
class kill_target {
public:
    kill_target(std::string sandbox, std::string container_, std::string exec)
        : sandbox_id(std::move(sandbox)),
          container(std::move(container_)),
          exec_id(std::move(exec)) {}
    std::string sandbox_id;
    std::string container;
    std::string exec_id;
};

enum class signal_outcome {
    sent,           ///< something was signalled
    nothing_found,  ///< no process of the exec exists
    unknown,        ///< it could not be done, or nobody told
};

/// Sends `number` to the process group of the exec. Throws what opening a channel throws.
boost::asio::awaitable<signal_outcome> send_signal(std::shared_ptr<backend> via,
                                                   std::shared_ptr<const kill_target> target,
                                                   int number, core::deadline until);

/// A SIGKILL that goes on without anyone waiting for it. It holds the backend alive and takes at
/// most a few seconds.
class background_kill {
public:
    /// `seen`: something of the command was seen, so it had been started. If not, finding nothing
    /// may mean that it is about to start, and is tried again.
    static std::shared_ptr<background_kill> start(std::shared_ptr<backend> via,
                                                  std::shared_ptr<const kill_target> target,
                                                  bool seen);

    explicit background_kill(const boost::asio::any_io_executor& executor);

    /// Returns when it is done or at `until`; does not throw but for a cancellation.
    boost::asio::awaitable<void> wait(core::deadline until);
    /// No process of the exec is left.
    bool confirmed() const { return done_ && outcome_ != signal_outcome::unknown; }

private:
    static boost::asio::awaitable<void> run(std::shared_ptr<background_kill> self,
                                            std::shared_ptr<backend> via,
                                            std::shared_ptr<const kill_target> target, bool seen);

    net::notifier wake_;
    bool done_ = false;
    signal_outcome outcome_ = signal_outcome::unknown;
};

/// Hangs up properly without anyone waiting for it; what was writing to the channel fails.
void close_in_background(const boost::asio::any_io_executor& executor,
                         std::shared_ptr<exec_channel> channel);

}  // namespace ecisbx::detail

#endif
