#include "net/proxy_connect.hpp"

#include "net/proxy_answer.hpp"

#include <ecisbx/error.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace ecisbx::net {
namespace asio = boost::asio;

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

    proxy_answer answer(!settings.authorization.empty());
    std::array<char, 1024> chunk;
    while (!answer.done()) {
        std::size_t got = co_await over.read_some(asio::buffer(chunk), until);
        if (got == 0) throw error(errc::connection, "the proxy closed the connection");
        answer.feed(std::string_view(chunk.data(), got));
    }
}

}  // namespace ecisbx::net
