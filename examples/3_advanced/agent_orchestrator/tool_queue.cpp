#include "tool_queue.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace asio = boost::asio;

namespace {

/// Counts up for as long as it lives, also when a coroutine is cancelled.
class counted {
public:
    explicit counted(std::size_t& count) : count_(count) { ++count_; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() { --count_; }

private:
    std::size_t& count_;
};

}  // namespace

asio::awaitable<ecisbx::exec_result> tool_queue::run(ecisbx::sandbox box, tool_call call) {
    {
        counted here(waiting);
        co_await places_.async_send(boost::system::error_code(), asio::use_awaitable);
    }
    counted here(running);
    auto ended = co_await ecisbx::as_result(
        box.bash(std::move(call.script), ecisbx::exec_options().timeout(call.timeout)));
    places_.try_receive([](boost::system::error_code) {});
    auto result = std::move(ended).value();  // throws what went wrong, the place is free again
    ++done;
    if (result.status.end_reason() == ecisbx::end_reason::timed_out) ++timed_out;
    co_return result;
}
