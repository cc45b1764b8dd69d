// A backend in memory: tests write what comes over the wire and see what was sent.
#ifndef ECISBX_TESTS_UNIT_SANDBOX_FAKE_BACKEND_HPP
#define ECISBX_TESTS_UNIT_SANDBOX_FAKE_BACKEND_HPP

#include <ecisbx/error.hpp>
#include <ecisbx/sandbox.hpp>

#include "net/wait.hpp"
#include "proto/exit_trailer.hpp"
#include "sandbox/backend.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ecisbx::test {

namespace asio = boost::asio;
using detail::channel_event;

/// One channel's wire. What is not there yet is waited for.
class fake_wire {
public:
    fake_wire(asio::any_io_executor executor, detail::exec_request request_);

    fake_wire& out(std::string bytes);
    fake_wire& err(std::string bytes);
    fake_wire& exit(int code);
    fake_wire& failure(std::string message);
    fake_wire& end(bool clean, std::string message = "reset");
    /// The wrapper's trailers on both streams.
    fake_wire& trailers(int status);
    std::string trailer(int status) const;
    std::string ready_mark() const;

    asio::any_io_executor executor;
    detail::exec_request request;
    std::string nonce;
    std::string input;  ///< what came on stdin
    std::size_t largest_write = 0;
    bool half_closes = false;  ///< it is a wire that can
    bool half_closed = false;
    bool writes_block = false;
    std::vector<std::pair<unsigned, unsigned>> sizes;
    bool closed = false;
    bool dropped = false;
    int reads = 0;
    int delivered = 0;  ///< events that were read
    /// Called with what came on stdin so far, after each write.
    std::function<void(fake_wire&)> on_input;
    /// Makes events when none is queued.
    std::function<bool(fake_wire&)> source;

    struct queued {
        channel_event event;
        std::string bytes;
    };
    std::deque<queued> events;
    net::notifier wake;

private:
    fake_wire& push(channel_event::kind what, std::string bytes);
};

class fake_channel : public detail::exec_channel {
public:
    explicit fake_channel(std::shared_ptr<fake_wire> wire) : wire_(std::move(wire)) {}
    ~fake_channel() override { wire_->dropped = true; }
    asio::awaitable<channel_event> read(core::deadline until) override;
    asio::awaitable<void> write_stdin(std::string_view bytes, core::deadline until) override;
    bool can_half_close() const override { return wire_->half_closes; }
    asio::awaitable<void> half_close(core::deadline until) override;
    asio::awaitable<void> resize(unsigned rows, unsigned columns, core::deadline until) override;
    asio::awaitable<void> close(core::deadline until) override;
    const std::string& request_id() const override { return request_id_; }

private:
    std::shared_ptr<fake_wire> wire_;
    std::string held_;
    std::string request_id_ = "REQ-1";
};

class fake_backend : public detail::backend {
public:
    explicit fake_backend(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    asio::any_io_executor executor() const override { return executor_; }
    core::observation observed() const override { return observation; }
    proto::exec_limits limits() const override { return {}; }
    asio::awaitable<std::unique_ptr<detail::exec_channel>> open_exec(std::string id,
                                                                     detail::exec_request request,
                                                                     core::deadline until) override;
    asio::awaitable<void> wait_ready(std::string id, core::deadline until) override;
    asio::awaitable<void> remove(std::string id, remove_options options) override;
    asio::awaitable<void> restart(std::string id) override;

    /// Scripts the command's wire, and that of a kill.
    std::function<void(fake_wire&)> on_command = [](fake_wire&) {};
    std::function<void(fake_wire&)> on_kill = [](fake_wire& wire) { wire.exit(0).end(true); };
    core::observation observation;
    std::optional<error_info> refusal;  ///< opening throws it
    bool started_before_refusal = false;
    bool opening_blocks = false;

    std::vector<std::shared_ptr<fake_wire>> commands;
    std::vector<std::shared_ptr<fake_wire>> kills;
    std::vector<std::string> calls;  ///< of the other functions

private:
    asio::any_io_executor executor_;
};

bool is_kill(const std::vector<std::string>& argv);

/// A context, a backend and a sandbox on it.
struct fake_world {
    asio::io_context context;
    std::shared_ptr<fake_backend> backend = std::make_shared<fake_backend>(context.get_executor());
    sandbox box{backend, "eci-1"};

    fake_wire& wire(std::size_t i = 0) { return *backend->commands.at(i); }
    std::size_t kills() const { return backend->kills.size(); }

    /// Runs `op` and everything in the background to the end.
    template <class T>
    T run(asio::awaitable<T> op) {
        std::optional<T> value;
        std::exception_ptr failure;
        asio::co_spawn(context, std::move(op), [&](std::exception_ptr e, T v) {
            failure = e;
            if (!e) value.emplace(std::move(v));
        });
        context.restart();
        context.run();
        if (failure) std::rethrow_exception(failure);
        return std::move(*value);
    }
    void run(asio::awaitable<void> op) {
        std::exception_ptr failure;
        asio::co_spawn(context, std::move(op), [&](std::exception_ptr e) { failure = e; });
        context.restart();
        context.run();
        if (failure) std::rethrow_exception(failure);
    }
};

}  // namespace ecisbx::test

#endif
