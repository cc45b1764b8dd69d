// Tool calls wait here for their turn: so many at once, first come, first served.
#ifndef ECISBX_EXAMPLES_TOOL_QUEUE_HPP
#define ECISBX_EXAMPLES_TOOL_QUEUE_HPP

#include "model.hpp"

#include <ecisbx/result.hpp>
#include <ecisbx/sandbox.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>

class tool_queue {
public:
    tool_queue(boost::asio::any_io_executor executor, std::size_t at_once)
        : places_(executor, at_once) {}

    /// Runs the call in its turn. Cancellation: gives the place up and kills the remote command.
    boost::asio::awaitable<ecisbx::exec_result> run(ecisbx::sandbox box, tool_call call);

    std::size_t waiting = 0;
    std::size_t running = 0;
    std::size_t done = 0;
    std::size_t timed_out = 0;

private:
    /// Its free room is the number of free places.
    boost::asio::experimental::channel<void(boost::system::error_code)> places_;
};

#endif
