#include "net/http_writer.hpp"

#include "net/http_text.hpp"

#include <ecisbx/error.hpp>

namespace ecisbx::net {
namespace {

bool is_framing_field(std::string_view name) {
    return iequals(name, "content-length") || iequals(name, "transfer-encoding") ||
           iequals(name, "connection");
}

void append_fields(std::string& head, const http_headers& fields) {
    for (const auto& [name, value] : fields) {
        if (is_framing_field(name))
            throw error(errc::invalid_argument, "the header field " + name + " is set by itself");
        append_field(head, name, value);
    }
}

bool method_has_body(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

void append_field(std::string& head, std::string_view name, std::string_view value) {
    if (!is_token(name)) throw error(errc::invalid_argument, "a malformed header field name");
    if (!is_field_value(value))
        throw error(errc::invalid_argument,
                    "a control character in the header field " + std::string(name));
    head.append(name).append(": ").append(value).append("\r\n");
}

std::string write_request_head(const http_request& request) {
    if (!is_token(request.method)) throw error(errc::invalid_argument, "a malformed HTTP method");
    if (!is_target(request.target))
        throw error(errc::invalid_argument,
                    "a request target that is empty or has a character that must be encoded");
    std::string head = request.method + ' ' + request.target + " HTTP/1.1\r\n";
    append_fields(head, request.headers);
    if (!request.body.empty() || method_has_body(request.method))
        append_field(head, "Content-Length", std::to_string(request.body.size()));
    return head + "\r\n";
}

bool status_has_body(int status) noexcept {
    return status >= 200 && status != 204 && status != 304;
}

std::string write_response_head(const http_response& response, response_style style) {
    if (response.status < 200 || response.status > 999)
        throw error(errc::invalid_argument, "not a final HTTP status");
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
    head.append(reason_phrase(response.status)).append("\r\n");
    append_fields(head, response.headers);
    if (status_has_body(response.status))
        append_field(head, "Content-Length", std::to_string(response.body.size()));
    if (!style.keep_alive)
        append_field(head, "Connection", "close");
    else if (!style.http_1_1)
        append_field(head, "Connection", "keep-alive");
    return head + "\r\n";
}

}  // namespace ecisbx::net
