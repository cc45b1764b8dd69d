// One process in a simulated sandbox: its streams, and its end.
#ifndef ECISBX_TESTS_SIMULATION_TASK_HPP
#define ECISBX_TESTS_SIMULATION_TASK_HPP

#include "net/wait.hpp"
#include "proto/exec_unwrap.hpp"
#include "server/runtime/runtime.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::sim {

namespace asio = boost::asio;
namespace rt = server::runtime;

/// What a process is stopped by: thrown out of what it waits for.
struct killed {};

/// A process under the wrapper of `proto::plan_exec`, or without it.
class task {
public:
    task(const asio::any_io_executor& executor, const rt::process_spec& spec);

    // the side of the runtime
    asio::awaitable<std::size_t> read(bool err, asio::mutable_buffer into);
    asio::awaitable<void> write(asio::const_buffer bytes);
    void end_input();
    void hang_up();
    void signal(int number);
    asio::awaitable<rt::exit_info> exit();

    // the side of the command
    const proto::exec_wish& wish() const { return wish_; }
    /// Until it is known what is to be done.
    asio::awaitable<void> command_known();
    asio::awaitable<void> sleep(std::chrono::milliseconds length);
    asio::awaitable<void> print(bool err, std::string_view bytes);
    /// Some bytes of stdin; none at its end.
    asio::awaitable<std::string> input();
    void end(int code);

    bool ended() const { return exit_.has_value(); }
    bool signaled() const { return exit_ && exit_->signal != 0; }

private:
    void check() const;
    asio::awaitable<void> change();
    void take(std::string_view bytes);

    proto::exec_wish wish_;
    std::optional<proto::exec_unwrapper> wrapper_;
    bool broken_ = false;  // the wrapper's loader was not given what it needs
    std::string out_, err_, input_;
    bool tty_ = false;
    bool input_ended_ = false;
    bool abandoned_ = false;  // nobody reads
    std::optional<rt::exit_info> exit_;
    net::notifier changed_;
};
using task_ptr = std::shared_ptr<task>;

std::unique_ptr<rt::process> process_of(task_ptr what);

}  // namespace ecisbx::sim

#endif
