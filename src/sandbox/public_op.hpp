// What every public operation is wrapped in.
#ifndef ECISBX_SANDBOX_PUBLIC_OP_HPP
#define ECISBX_SANDBOX_PUBLIC_OP_HPP

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace ecisbx::detail {

/// Awaits `op`, keeps `owner` alive until it has ended (the handle it was called on may go away),
/// and turns Asio's own cancellation exception into `ecisbx::error`.
template <class T>
boost::asio::awaitable<T> public_op([[maybe_unused]] std::shared_ptr<void> owner,
                                    boost::asio::awaitable<T> op) {
    try {
        co_return co_await std::move(op);
    } catch (const error&) {
        throw;
    } catch (const boost::system::system_error&) {
        throw error(error_info_from(std::current_exception()));
    }
}

}  // namespace ecisbx::detail

#endif
