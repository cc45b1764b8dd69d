// Host names to addresses.
#ifndef ECISBX_NET_RESOLVE_HPP
#define ECISBX_NET_RESOLVE_HPP

#include "core/deadline.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <string>
#include <vector>

namespace ecisbx::net {

/// Addresses of a name or address literal, in the system's order; never empty. `localhost` is the
/// loopback addresses, without asking anyone (RFC 6761).
///
/// The system's lookup blocks Asio's one resolver thread and can not be interrupted. So a caller
/// that gives up only stops listening, callers that ask for the same name share one lookup, and an
/// answer is good for a few seconds (a thousand dials to one host are one lookup).
/// Throws `resolve`, `timeout`, `canceled`.
boost::asio::awaitable<std::vector<boost::asio::ip::address>> resolve(
    boost::asio::any_io_executor executor, std::string host, core::deadline until);

}  // namespace ecisbx::net

#endif
