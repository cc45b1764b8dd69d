/// @file
/// result<T> and as_result: the spelling for those who do not want exceptions.
#ifndef ECISBX_RESULT_HPP
#define ECISBX_RESULT_HPP

#include <ecisbx/error.hpp>
#include <ecisbx/export.hpp>

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <utility>
#include <variant>

namespace ecisbx {

/// Holds a `T`, or the `error_info` that tells why there is none.
template <class T>
class result {
public:
    /// Holds the value.
    result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    /// Holds the reason why there is none.
    result(error_info why) : state_(std::in_place_index<1>, std::move(why)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// The value; throws `ecisbx::error` when there is none.
    T& value() & { return check(), std::get<0>(state_); }
    const T& value() const& { return check(), std::get<0>(state_); }
    T&& value() && { return check(), std::get<0>(std::move(state_)); }

    /// The value, unchecked. Precondition: `has_value()`.
    T& operator*() & noexcept { return *std::get_if<0>(&state_); }
    const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
    /// A member of the value, unchecked. Precondition: `has_value()`.
    T* operator->() noexcept { return std::get_if<0>(&state_); }
    const T* operator->() const noexcept { return std::get_if<0>(&state_); }

    /// Precondition: `!has_value()`.
    const error_info& error() const noexcept { return *std::get_if<1>(&state_); }

private:
    void check() const {
        if (!has_value()) throw ecisbx::error(error());
    }
    std::variant<T, error_info> state_;
};

/// Of an operation without a value: it succeeded, or the `error_info` that tells why not.
template <>
class result<void> {
public:
    result() = default;
    /// Holds the reason why it failed.
    result(error_info why) : state_(std::in_place_index<1>, std::move(why)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }
    /// Throws `ecisbx::error` when it failed.
    void value() const {
        if (!has_value()) throw ecisbx::error(error());
    }
    /// Precondition: `!has_value()`.
    const error_info& error() const noexcept { return *std::get_if<1>(&state_); }

private:
    std::variant<std::monostate, error_info> state_;
};

/// Tells what the exception in flight means in terms of `error_info`: an `ecisbx::error` as it is,
/// any other `system_error` (Asio's cancellation, say) by its condition.
/// Precondition: called with an exception of one of these kinds; others are rethrown.
ECISBX_API error_info error_info_from(std::exception_ptr failure);

/// Awaits `op` and returns its value, or the error it threw. Exceptions that are no failure of an
/// operation (`bad_alloc`, logic errors) pass through.
///
/// Cancellation: as `op`. A cancelled operation gives `errc::canceled`.
/// Errors: none is thrown for what failed; it is in the result. Thread safety: as `op`.
/// Example: `auto r = co_await as_result(box.bash("true")); if (!r) log(r.error());`
template <class T>
boost::asio::awaitable<result<T>> as_result(boost::asio::awaitable<T> op) {
    std::exception_ptr failure;
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(op);
            co_return result<void>();
        } else {
            T value = co_await std::move(op);
            co_return result<T>(std::move(value));
        }
    } catch (...) {
        failure = std::current_exception();
    }
    co_return result<T>(error_info_from(failure));
}

}  // namespace ecisbx

#endif
