#include "net/http_reader.hpp"

#include "core/ascii.hpp"
#include "core/hex.hpp"
#include "net/http_text.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::net {
namespace {

constexpr std::size_t max_fields = 256;
constexpr std::size_t max_chunk_line = 4096;
constexpr std::size_t max_method = 32;
constexpr unsigned max_interim = 16;

// RFC 9112 section 3.2.2: a server takes the absolute form too. The authority in it is dropped,
// Host is what handlers look at.
std::string origin_form(std::string_view target) {
    for (std::string_view scheme : {"http://", "https://"}) {
        if (target.size() < scheme.size() || !iequals(target.substr(0, scheme.size()), scheme))
            continue;
        const auto path = target.find_first_of("/?", scheme.size());
        if (path == std::string_view::npos) return "/";
        return (target[path] == '?' ? "/" : "") + std::string(target.substr(path));
    }
    return std::string(target);
}

using core::is_digit;

}  // namespace

void http_reader::refuse(int status, const char* why) {
    if (refusal_ != 0) return;
    refusal_ = status;
    why_ = why;
    keep_alive_ = false;
}

std::size_t http_reader::feed(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ != state::done && refusal_ == 0) {
        begun_ = true;
        const auto rest = bytes.substr(used);
        const bool is_data = state_ == state::body_sized || state_ == state::body_to_end ||
                             state_ == state::chunk_data;
        used += is_data ? feed_body(rest) : feed_line(rest);
    }
    return used;
}

void http_reader::feed_end() {
    if (state_ == state::done || refusal_ != 0) return;
    if (state_ == state::body_to_end) {
        state_ = state::done;
        return;
    }
    cut_ = true;
    refuse(400,
           begun_ ? "the connection was closed inside a message" : "the connection was closed");
}

std::size_t http_reader::feed_line(std::string_view bytes) {
    const auto end = bytes.find('\n');
    const auto used = end == std::string_view::npos ? bytes.size() : end + 1;
    if (state_ == state::chunk_size || state_ == state::chunk_end) {
        if (line_.size() + used > max_chunk_line) return refuse(400, "a chunk line too long"), used;
    } else {
        head_bytes_ += used;
        if (head_bytes_ > limits_.head) return refuse(431, "a head above the size limit"), used;
    }
    if (end == std::string_view::npos) {
        line_ += bytes;
        return used;
    }
    std::string_view line = bytes.substr(0, used);
    std::string joined;
    if (!line_.empty()) {
        joined = std::exchange(line_, {}).append(line);
        line = joined;
    }
    if (!line.ends_with("\r\n"))
        refuse(400, "a line that does not end in CRLF");
    else
        on_line(line.substr(0, line.size() - 2));
    return used;
}

void http_reader::on_line(std::string_view line) {
    switch (state_) {
        case state::start_line:
            // RFC 9112 section 2.2: an empty line before a request is ignored, here only one.
            if (!is_response() && line.empty() && head_bytes_ == 2) return;
            return is_response() ? on_status_line(line) : on_request_line(line);
        case state::fields: return line.empty() ? on_head_end() : on_field(line);
        case state::chunk_size: return on_chunk_size(line);
        case state::chunk_end:
            if (!line.empty()) return refuse(400, "a chunk longer than its size");
            state_ = state::chunk_size;
            return;
        case state::trailers:
            // Read past and dropped: a field must not appear after the head was judged.
            if (!is_field_value(line)) return refuse(400, "a control character in a trailer");
            if (line.empty()) state_ = state::done;
            return;
        default: return;
    }
}

bool http_reader::on_version(std::string_view text) {
    const bool well_formed = text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) &&
                             text[6] == '.' && is_digit(text[7]);
    if (!well_formed) return refuse(400, "no HTTP version"), false;
    if (text[5] != '1' || text[7] > '1') return refuse(505, "not HTTP/1.0 or HTTP/1.1"), false;
    minor_ = text[7] - '0';
    keep_alive_ = minor_ == 1;
    return true;
}

void http_reader::on_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return refuse(400, "a malformed request line");
    const auto method = line.substr(0, first);
    const auto target = line.substr(first + 1, last - first - 1);
    if (!is_token(method) || method.size() > max_method || !is_target(target))
        return refuse(400, "a malformed request line");
    if (!on_version(line.substr(last + 1))) return;
    method_ = method;
    target_ = origin_form(target);
    if (method_ == "CONNECT") return refuse(501, "CONNECT is not offered");
    if (target_.front() != '/' && !(target_ == "*" && method_ == "OPTIONS"))
        return refuse(400, "a malformed request target");
    state_ = state::fields;
}

void http_reader::on_status_line(std::string_view line) {
    // "HTTP/1.1 200 OK"; some servers leave the last space and the reason out.
    const bool well_formed = line.size() >= 12 && line[8] == ' ' && line[9] >= '1' &&
                             line[9] <= '9' && is_digit(line[10]) && is_digit(line[11]) &&
                             (line.size() == 12 || line[12] == ' ') && is_field_value(line);
    if (!well_formed) return refuse(400, "a malformed status line");
    if (!on_version(line.substr(0, 8))) return;
    status_ = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    state_ = state::fields;
}

void http_reader::on_field(std::string_view line) {
    if (headers_.size() == max_fields) return refuse(431, "too many header fields");
    // Also refuses a folded line (it begins with a space) and a space before the colon.
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
        !is_field_value(line))
        return refuse(400, "a malformed header field");
    headers_.add(std::string(line.substr(0, colon)),
                 std::string(core::trimmed(line.substr(colon + 1))));
}

void http_reader::on_head_end() {
    const bool interim = is_response() && status_ < 200 && status_ != 101;
    if (interim) return restart_after_interim();
    final_head_ = true;
    const auto connection = headers_.joined("connection");
    if (list_has(connection, "close"))
        keep_alive_ = false;
    else if (list_has(connection, "keep-alive"))
        keep_alive_ = true;
    if (!is_response()) on_request_head();
    if (refusal_ == 0) choose_body();
}

void http_reader::restart_after_interim() {
    if (++interim_ > max_interim) return refuse(400, "too many interim answers");
    headers_ = {};
    state_ = state::start_line;
}

void http_reader::on_request_head() {
    const auto hosts = std::ranges::count_if(
        headers_, [](const auto& field) { return iequals(field.first, "host"); });
    if (hosts > 1 || (hosts == 0 && minor_ == 1)) return refuse(400, "not exactly one Host field");
    if (!headers_.has("expect") || minor_ == 0) return;
    if (!iequals(headers_.joined("expect"), "100-continue"))
        return refuse(417, "an unknown expectation");
    expects_continue_ = true;
}

void http_reader::choose_body() {
    const bool none = kind_ == kind::response_to_head ||
                      (is_response() && (status_ == 101 || status_ == 204 || status_ == 304));
    const bool coded = headers_.has("transfer-encoding"), sized = headers_.has("content-length");
    if (coded && (sized || minor_ == 0))
        return refuse(400, "Transfer-Encoding where it must not be");
    if (none) {
        state_ = state::done;
    } else if (coded) {
        if (!iequals(headers_.joined("transfer-encoding"), "chunked"))
            return refuse(501, "a transfer encoding that is not offered");
        state_ = state::chunk_size;
    } else if (sized) {
        choose_sized_body(headers_.joined("content-length"));
    } else if (is_response()) {
        keep_alive_ = false;
        state_ = state::body_to_end;
    } else {
        state_ = state::done;
    }
}

void http_reader::choose_sized_body(std::string_view length) {
    // Several equal lengths have a comma here and are refused like different ones.
    if (length.empty() || length.size() > 18 || !std::ranges::all_of(length, is_digit))
        return refuse(400, "a malformed Content-Length");
    std::uint64_t size = 0;
    for (char c : length) size = size * 10 + static_cast<std::uint64_t>(c - '0');
    expect_body(size);
    if (refusal_ == 0) state_ = size == 0 ? state::done : state::body_sized;
}

void http_reader::expect_body(std::uint64_t more) {
    if (more > limits_.body - body_.size()) return refuse(413, "a body above the size limit");
    body_left_ = more;
    // Not all of a large body: it is only the peer's word that it will come.
    if (body_.empty())
        body_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(more, 65536)));
}

void http_reader::on_chunk_size(std::string_view line) {
    const auto digits = std::min(line.find_first_of("; \t"), line.size());
    if (!is_field_value(line)) return refuse(400, "a control character in a chunk size");
    if (digits == 0 || digits > 15) return refuse(400, "a malformed chunk size");
    std::uint64_t size = 0;
    for (char c : line.substr(0, digits)) {
        const int digit = core::hex_digit(c);
        if (digit < 0) return refuse(400, "a malformed chunk size");
        size = size << 4 | static_cast<std::uint64_t>(digit);
    }
    const auto extension = core::trimmed(line.substr(digits));
    if (!extension.empty() && extension.front() != ';')
        return refuse(400, "a malformed chunk extension");
    expect_body(size);
    if (refusal_ == 0) state_ = size == 0 ? state::trailers : state::chunk_data;
}

std::size_t http_reader::feed_body(std::string_view bytes) {
    if (state_ == state::body_to_end) {
        if (bytes.size() > limits_.body - body_.size())
            refuse(413, "a body above the size limit");
        else
            body_ += bytes;
        return bytes.size();
    }
    const auto used = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, bytes.size()));
    body_ += bytes.substr(0, used);
    body_left_ -= used;
    if (body_left_ == 0) state_ = state_ == state::chunk_data ? state::chunk_end : state::done;
    return used;
}

http_request http_reader::take_request() {
    http_request request;
    request.method = std::move(method_);
    request.target = std::move(target_);
    request.headers = std::move(headers_);
    request.body = std::move(body_);
    return request;
}

http_response http_reader::take_response() {
    http_response response;
    response.status = status_;
    response.headers = std::move(headers_);
    response.body = std::move(body_);
    response.keep_alive = keep_alive_;
    return response;
}

}  // namespace ecisbx::net
