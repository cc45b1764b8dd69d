// HTTP/1.1 messages as values, and one client connection's exchange.
#ifndef ECISBX_NET_HTTP_HPP
#define ECISBX_NET_HTTP_HPP

#include "net/stream.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::net {

/// Header fields in order; names compare without case.
class http_headers {
public:
    void add(std::string name, std::string value) {
        fields_.emplace_back(std::move(name), std::move(value));
    }
    /// The first value, or nothing.
    std::string_view get(std::string_view name) const;
    bool has(std::string_view name) const;
    /// All values of a name joined by ", ".
    std::string joined(std::string_view name) const;
    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

struct http_request {
    std::string method = "GET";
    std::string target = "/";  ///< origin form, encoded
    http_headers headers;      ///< without Content-Length, Transfer-Encoding and Connection
    std::string body;
    std::string peer;  ///< server side only: who sent it, `address:port`
};

struct http_response {
    int status = 200;
    http_headers headers;
    std::string body;
    bool keep_alive = true;
};

struct http_limits {
    std::size_t head = 64 * 1024;
    std::size_t body = 8 * 1024 * 1024;
};

/// What an exchange found out before it failed; decides whether another connection may be tried.
struct exchange_progress {
    bool request_written = false;  ///< all of it was handed to the system
    bool response_begun = false;   ///< at least one byte of an answer came
};

/// Sends a request and reads the whole answer. 1xx answers are skipped, redirects are returned as
/// they are. Target and header fields are checked for CR, LF and NUL (`invalid_argument`).
/// `first_byte`: how long the peer may take for the first byte of its answer.
/// Throws `protocol` (malformed head or chunk), `too_large`, `timeout`, `connection` (cut, also
/// inside), `canceled`. After any throw the stream must be closed.
boost::asio::awaitable<http_response> http_exchange(stream& on, const http_request& request,
                                                    http_limits limits,
                                                    core::deadline::duration first_byte,
                                                    core::deadline until,
                                                    exchange_progress& progress);

}  // namespace ecisbx::net

#endif
