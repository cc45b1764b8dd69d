// Writes HTTP/1.1 messages, without I/O.
#ifndef ECISBX_NET_HTTP_WRITER_HPP
#define ECISBX_NET_HTTP_WRITER_HPP

#include "net/http.hpp"

#include <string>
#include <string_view>

namespace ecisbx::net {

/// Request line and fields, with Content-Length where a body belongs. Throws `invalid_argument`
/// (naming the field, not its value) for a method, target or field that is not well-formed, and
/// for the fields that this function writes itself.
std::string write_request_head(const http_request& request);

struct response_style {
    bool to_head = false;  ///< the request was HEAD: a length, but no body follows
    bool keep_alive = true;
    bool http_1_1 = true;  ///< of the request; tells whether keep-alive must be said
};

/// Status line and fields. Throws as `write_request_head`.
std::string write_response_head(const http_response& response, response_style style);

/// Whether an answer of this status has a body at all.
bool status_has_body(int status) noexcept;

/// `Name: value` CRLF, checked.
void append_field(std::string& head, std::string_view name, std::string_view value);

}  // namespace ecisbx::net

#endif
