// The sandboxes' side of a simulated world: a runtime for the server whose processes are models,
// and what is known of all that ran.
#ifndef ECISBX_TESTS_SIMULATION_MACHINE_HPP
#define ECISBX_TESTS_SIMULATION_MACHINE_HPP

#include "server/runtime/runtime.hpp"
#include "simulation/task.hpp"
#include "simulation/tmux_model.hpp"
#include "simulation/trace.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ecisbx::sim {

/// One exec of a client, by the name that it was given.
struct ran {
    unsigned starts = 0;
    std::string marker;  ///< what the client's program calls it: its last argument or script word
    task_ptr process;
};

class machine {
public:
    machine(asio::any_io_executor executor, trace& notes)
        : executor_(std::move(executor)), trace_(notes) {}

    /// Must not outlive the machine.
    std::unique_ptr<rt::runtime> make_runtime();

    // what the sandboxes hold; of all of them, as a group is one box here
    std::map<std::string, std::string> files;
    tmux_model jobs;

    std::map<std::string, ran> execs;  ///< by exec id
    std::size_t boxes = 0;             ///< that live
    std::vector<std::string> wrong;    ///< what no client should do

    std::size_t running() const;
    asio::any_io_executor executor() const { return executor_; }
    trace& notes() { return trace_; }
    /// Runs a command, of which the process is known by its task only.
    asio::awaitable<void> live(task_ptr what);
    bool kill(const proto::wanted_kill& wanted);

private:
    asio::awaitable<int> carry_out(task_ptr what);
    asio::awaitable<int> receive_file(task_ptr what);
    asio::awaitable<int> send_file(task_ptr what);
    asio::awaitable<int> tmux_text(task_ptr what);
    asio::awaitable<int> clean(task_ptr what);
    asio::awaitable<int> nothing();
    asio::awaitable<int> unknown(task_ptr what);

    asio::any_io_executor executor_;
    trace& trace_;
};

}  // namespace ecisbx::sim

#endif
