// One HTTP exchange with a giver of credentials, small and over a connection of its own.
#ifndef ECISBX_ECI_CREDENTIALS_FETCH_HPP
#define ECISBX_ECI_CREDENTIALS_FETCH_HPP

#include "core/deadline.hpp"
#include "net/dial.hpp"
#include "net/http.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace ecisbx::eci {

/// Answers of more than 64 KiB throw `too_large`. `first_byte`: how long it may take to answer.
/// Throws what `http_pool::send` throws; the message names `where`.
boost::asio::awaitable<net::http_response> fetch(
    std::shared_ptr<const net::dialer> how, net::origin where, net::http_request request,
    core::deadline until, core::deadline::duration first_byte = std::chrono::seconds(10));

}  // namespace ecisbx::eci

#endif
