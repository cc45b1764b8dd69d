// The two things a backend has to do: manage sandboxes, and open an exec channel.
#ifndef ECISBX_SANDBOX_BACKEND_HPP
#define ECISBX_SANDBOX_BACKEND_HPP

#include <ecisbx/sandbox.hpp>

#include "core/deadline.hpp"
#include "core/observation.hpp"
#include "proto/exec_script.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::detail {

/// What came over an exec channel.
struct channel_event {
    enum class kind {
        out,      ///< `bytes` of stdout
        err,      ///< `bytes` of stderr
        exit,     ///< the wire's own exit record: `code`
        failure,  ///< the wire says that the process could not be run or watched: `message`
        end,      ///< the channel is over; `clean` tells whether it was closed properly
    };
    kind what = kind::end;
    std::string_view bytes;  ///< valid until the next read
    int code = 0;
    bool clean = false;
    std::string message;
    /// Why bytes of the output may be wrong or missing; empty: they are right.
    std::string_view doubt;
};

/// One started process and its streams. Reading and writing may go on at the same time.
class exec_channel {
public:
    /// Dropping it closes the connection at once.
    virtual ~exec_channel() = default;
    /// The next event; `end` again and again after the end. A cut is `end` with `clean` false and
    /// the reason in `message`, not a throw. Throws `timeout` and `canceled`, after which it may
    /// be called again and nothing is lost.
    virtual boost::asio::awaitable<channel_event> read(core::deadline until) = 0;
    virtual boost::asio::awaitable<void> write_stdin(std::string_view bytes,
                                                     core::deadline until) = 0;
    /// Whether the wire can end stdin by itself (`v5.channel.k8s.io`).
    virtual bool can_half_close() const = 0;
    /// Precondition: `can_half_close()`.
    virtual boost::asio::awaitable<void> half_close(core::deadline until) = 0;
    virtual boost::asio::awaitable<void> resize(unsigned rows, unsigned columns,
                                                core::deadline until) = 0;
    /// Hangs up properly; does not throw.
    virtual boost::asio::awaitable<void> close(core::deadline until) = 0;
    virtual const std::string& request_id() const = 0;
};

struct exec_request {
    std::vector<std::string> argv;  ///< as planned by `proto::plan_exec`
    bool open_stdin = false;
    bool tty = false;
    std::string container;  ///< empty: the first
    core::deadline::duration idle{};
    /// Set to true by the backend just before it does what can start the process. A caller whose
    /// `open_exec` was cancelled or timed out learns from it whether there is something to kill.
    std::shared_ptr<bool> may_have_started = {};
};

/// Lives as long as a sandbox, a process or a background kill needs it.
class backend {
public:
    virtual ~backend() = default;
    virtual boost::asio::any_io_executor executor() const = 0;
    /// Who is told what is done with the sandboxes. Nobody by default.
    virtual core::observation observed() const { return {}; }
    /// What an argv may be to travel as an argument of the service's call.
    virtual proto::exec_limits limits() const = 0;
    /// Opens a channel: the command starts, once. Retries inside only while nothing can have
    /// started. Throws as documented at `sandbox::exec`.
    virtual boost::asio::awaitable<std::unique_ptr<exec_channel>> open_exec(
        std::string id, exec_request request, core::deadline until) = 0;
    virtual boost::asio::awaitable<void> wait_ready(std::string id, core::deadline until) = 0;
    virtual boost::asio::awaitable<void> remove(std::string id, remove_options options) = 0;
    virtual boost::asio::awaitable<void> restart(std::string id) = 0;
};

}  // namespace ecisbx::detail

#endif
