#include "net/proxy_answer.hpp"

#include "core/ascii.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace ecisbx::net {
namespace {

constexpr std::size_t max_head = 16 * 1024;
constexpr std::string_view end_of_head = "\r\n\r\n";

using core::is_digit;

// `HTTP/1.x NNN`, then a space or the end of the line.
int status_of(std::string_view head) {
    bool good = head.size() >= 13 && head.starts_with("HTTP/1.") && is_digit(head[7]) &&
                head[8] == ' ' && is_digit(head[9]) && is_digit(head[10]) && is_digit(head[11]) &&
                (head[12] == ' ' || head[12] == '\r');
    if (!good) throw error(errc::protocol, "the proxy did not answer with HTTP/1.1");
    return (head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0');
}

void check_status(int status, bool had_credentials) {
    if (status >= 200 && status <= 299) return;
    error_info info(errc::connection,
                    "the proxy refused the connection with HTTP status " + std::to_string(status));
    info.http_status = status;
    if (status == 407) {
        info.code = make_error_code(errc::unauthenticated);
        info.message = had_credentials ? "the proxy did not accept its user and password"
                                       : "the proxy wants a user and password";
    }
    throw error(std::move(info));
}

}  // namespace

void proxy_answer::feed(std::string_view bytes) {
    // What came before held no end; one that the pieces cut begins in its last three bytes.
    const auto from = head_.size() < 3 ? 0 : head_.size() - 3;
    head_.append(bytes);
    const auto end = head_.find(end_of_head, from);
    if (std::min(end, head_.size()) > max_head)
        throw error(errc::too_large, "the proxy's answer has no end");
    if (end == std::string::npos) return;
    check_status(status_of(head_), had_credentials_);
    // Neither TLS nor HTTP servers speak first: such bytes can only be the proxy's.
    if (end + end_of_head.size() != head_.size())
        throw error(errc::protocol, "the proxy sent more than its answer");
    done_ = true;
}

}  // namespace ecisbx::net
