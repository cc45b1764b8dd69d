// Bytes to a server as they are, and what it answers: no client in between that could mend them.
#ifndef ECISBX_TESTS_SECURITY_RAW_HPP
#define ECISBX_TESTS_SECURITY_RAW_HPP

#include "net/stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::security {

/// One HTTP answer.
struct answer {
    int status = 0;
    std::string head, body;
    /// `Code` of a service's error; empty for any other body.
    std::string code() const;
};

/// What came, cut into answers by their Content-Length. What is left over, or is none, is an
/// answer with the status -1.
std::vector<answer> answers_of(std::string_view bytes);

boost::asio::awaitable<net::stream> dial_loopback(std::uint16_t port);

/// All that comes until the server closes. Throws `timeout` when it does not.
boost::asio::awaitable<std::string> read_to_end(net::stream& on);

/// Sends `bytes` and reads to the end. `finish`: says by FIN that no more will come.
boost::asio::awaitable<std::string> say(std::uint16_t port, std::string bytes, bool finish = false);

/// Sends `bytes`, reads one head, and closes: for an answer that switches the protocol.
boost::asio::awaitable<answer> first_head(std::uint16_t port, std::string bytes);

/// As received or as sent, whatever is wrong with it.
struct wire_request {
    std::string method = "GET";
    std::string target = "/";
    std::string version = "HTTP/1.1";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;  ///< has a Content-Length unless it is empty
    bool close = true;

    std::string text() const;
    /// The first of this name; throws `std::out_of_range` without one.
    std::string& header(std::string_view name);
    bool has(std::string_view name) const;
    void drop(std::string_view name);
    void add(std::string name, std::string value);
};

/// The first `from` of `in`; throws `std::out_of_range` where there is none: a tampering that
/// changes nothing would prove nothing.
void replace(std::string& in, std::string_view from, std::string_view to);

}  // namespace ecisbx::security

#endif
