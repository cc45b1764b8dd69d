// A call of the library that goes on beside the test that made it, and how it ended.
#ifndef ECISBX_TESTS_COMMON_PENDING_HPP
#define ECISBX_TESTS_COMMON_PENDING_HPP

#include "net/wait.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace ecisbx::test {

namespace asio = boost::asio;

/// Who made the call may be gone when it ends, so both hold this.
struct pending {
    explicit pending(const asio::any_io_executor& on) : executor(on), changed(on) {}

    asio::any_io_executor executor;
    net::notifier changed;  ///< when it ended
    asio::cancellation_signal cancel;
    std::exception_ptr failure;
    bool ended = false;
};
using pending_ptr = std::shared_ptr<pending>;

inline void launch(const pending_ptr& state, asio::awaitable<void> what) {
    auto ended = [state](std::exception_ptr failure) {
        state->failure = std::move(failure);
        state->ended = true;
        state->changed.notify_all();
    };
    asio::co_spawn(state->executor, std::move(what),
                   asio::bind_cancellation_slot(state->cancel.slot(), std::move(ended)));
}

struct ending {
    std::string text = "done";
    std::optional<error_info> why;  ///< if it failed as calls of the library may
    bool foreign = false;           ///< it failed otherwise
};

/// A cancel that comes between two calls of an operation is seen by Asio itself, not by the
/// library.
inline ending ending_of(const std::exception_ptr& failure) {
    if (!failure) return {};
    try {
        std::rethrow_exception(failure);
    } catch (const error& e) {
        return {e.code().message(), e.info(), e.code().category() != error_category()};
    } catch (const boost::system::system_error& e) {
        if (e.code() != asio::error::operation_aborted)
            return {std::string("foreign: ") + e.what(), std::nullopt, true};
        error_info why(errc::canceled, "between two calls");
        return {why.code.message(), why, false};
    } catch (const std::exception& e) {
        return {std::string("foreign: ") + e.what(), std::nullopt, true};
    } catch (...) {
        return {"foreign", std::nullopt, true};
    }
}

}  // namespace ecisbx::test

#endif
