// Many coroutines at once, and how they ended.
#ifndef ECISBX_TESTS_COMMON_CROWD_HPP
#define ECISBX_TESTS_COMMON_CROWD_HPP

#include "common/world.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

namespace ecisbx::test {

/// Must live until all have ended.
class crowd {
public:
    explicit crowd(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    void add(asio::awaitable<void> one) {
        ++running;
        asio::co_spawn(executor_, std::move(one), [this](std::exception_ptr failure) {
            --running;
            if (failure)
                failures.push_back(error_info_from(failure));
            else
                ++good;
        });
    }

    /// False when some still run after `limit`.
    asio::awaitable<bool> all_ended(std::chrono::milliseconds limit = std::chrono::seconds(60)) {
        std::function<bool()> none = [this] { return running == 0; };
        co_return co_await eventually(none, limit);
    }

    std::size_t running = 0;
    std::size_t good = 0;
    std::vector<error_info> failures;

private:
    asio::any_io_executor executor_;
};

}  // namespace ecisbx::test

#endif
