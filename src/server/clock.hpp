// The server's idea of the time: one function, given to everything that asks, so that tests move
// the hands.
#ifndef ECISBX_SERVER_CLOCK_HPP
#define ECISBX_SERVER_CLOCK_HPP

#include <chrono>
#include <functional>

namespace ecisbx::server {

using time_point = std::chrono::system_clock::time_point;
using clock_function = std::function<time_point()>;

/// The system's clock, moved by `offset`.
inline clock_function system_clock_with(std::chrono::seconds offset) {
    return [offset] { return std::chrono::system_clock::now() + offset; };
}

}  // namespace ecisbx::server

#endif
