// One TCP connection to whichever address answers first.
#ifndef ECISBX_NET_CONNECT_HPP
#define ECISBX_NET_CONNECT_HPP

#include "core/deadline.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace ecisbx::net {

/// Tries the addresses in their order by the schedule of `happy_eyeballs`; the losers are closed.
/// Throws `connection` with the reason of every address, `no_descriptors`, `timeout`, `canceled`.
boost::asio::awaitable<boost::asio::ip::tcp::socket> connect_first(
    boost::asio::any_io_executor executor, std::vector<boost::asio::ip::address> addresses,
    std::uint16_t port, core::deadline until);

}  // namespace ecisbx::net

#endif
