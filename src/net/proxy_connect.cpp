#include "net/proxy_connect.hpp"

#include <ecisbx/error.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace ecisbx::net {
namespace asio = boost::asio;

namespace {

constexpr std::size_t max_head = 16 * 1024;
constexpr std::string_view end_of_head = "\r\n\r\n";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

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

asio::awaitable<void> proxy_connect(stream& over, const proxy_settings& settings,
                                    std::string target, core::deadline until) {
    std::string request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
    if (!settings.authorization.empty()) {
        request += "Proxy-Authorization: ";
        request += settings.authorization.reveal();
        request += "\r\n";
    }
    request += "\r\n";
    co_await over.write(asio::buffer(request), until);

    std::string head;
    std::array<char, 1024> chunk;
    while (head.find(end_of_head) == std::string::npos) {
        if (head.size() > max_head) throw error(errc::too_large, "the proxy's answer has no end");
        std::size_t got = co_await over.read_some(asio::buffer(chunk), until);
        if (got == 0) throw error(errc::connection, "the proxy closed the connection");
        head.append(chunk.data(), got);
    }
    check_status(status_of(head), !settings.authorization.empty());
    // Neither TLS nor HTTP servers speak first: such bytes can only be the proxy's.
    if (head.find(end_of_head) + end_of_head.size() != head.size())
        throw error(errc::protocol, "the proxy sent more than its answer");
}

}  // namespace ecisbx::net
