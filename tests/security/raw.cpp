#include "security/raw.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace ecisbx::security {

namespace asio = boost::asio;

namespace {

core::deadline soon() {
    return core::deadline::after(std::chrono::seconds(20));
}

std::size_t length_in(std::string_view head) {
    constexpr std::string_view name = "\r\nContent-Length: ";
    auto at = head.find(name);
    std::size_t size = 0;
    if (at != std::string_view::npos)
        std::from_chars(head.data() + at + name.size(), head.data() + head.size(), size);
    return size;
}

}  // namespace

std::string answer::code() const {
    boost::system::error_code failed;
    auto value = boost::json::parse(body, failed);
    if (failed || !value.is_object()) return {};
    const auto* code = value.get_object().if_contains("Code");
    return code != nullptr && code->is_string() ? std::string(code->get_string()) : std::string();
}

std::vector<answer> answers_of(std::string_view bytes) {
    std::vector<answer> all;
    while (!bytes.empty()) {
        auto end = bytes.find("\r\n\r\n");
        answer one;
        auto size = end == std::string_view::npos ? 0 : length_in(bytes.substr(0, end + 2));
        bool whole = end != std::string_view::npos && bytes.starts_with("HTTP/1.1 ") &&
                     bytes.size() - end - 4 >= size;
        if (!whole) {
            one.status = -1;
            one.body = bytes;
            all.push_back(std::move(one));
            break;
        }
        std::from_chars(bytes.data() + 9, bytes.data() + 12, one.status);
        one.head = bytes.substr(0, end + 4);
        one.body = bytes.substr(end + 4, size);
        bytes.remove_prefix(end + 4 + size);
        all.push_back(std::move(one));
    }
    return all;
}

asio::awaitable<net::stream> dial_loopback(std::uint16_t port) {
    asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
    asio::ip::tcp::endpoint where(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(where, asio::use_awaitable);
    co_return net::stream(std::move(socket));
}

asio::awaitable<std::string> read_to_end(net::stream& on) {
    std::string all;
    std::array<char, 16 * 1024> piece;
    try {
        for (;;) {
            auto n = co_await on.read_some(asio::buffer(piece), soon());
            if (n == 0) break;
            all.append(piece.data(), n);
        }
    } catch (const error& e) {
        // A server that closes on bytes it did not want may do it by RST.
        if (e.code() != errc::connection) throw;
    }
    co_return all;
}

asio::awaitable<std::string> say(std::uint16_t port, std::string bytes, bool finish) {
    auto on = co_await dial_loopback(port);
    try {
        co_await on.write(asio::buffer(bytes), soon());
        if (finish) co_await on.shutdown(soon());
    } catch (const error& e) {
        if (e.code() != errc::connection)
            throw;  // closed by the server meanwhile: its answer tells
    }
    auto all = co_await read_to_end(on);
    co_return all;
}

asio::awaitable<answer> first_head(std::uint16_t port, std::string bytes) {
    auto on = co_await dial_loopback(port);
    co_await on.write(asio::buffer(bytes), soon());
    std::string all;
    std::array<char, 1024> piece;
    while (all.find("\r\n\r\n") == std::string::npos) {
        auto n = co_await on.read_some(asio::buffer(piece), soon());
        if (n == 0) break;
        all.append(piece.data(), n);
    }
    answer result;
    if (all.starts_with("HTTP/1.1 "))
        std::from_chars(all.data() + 9, all.data() + 12, result.status);
    result.head = all.substr(0, all.find("\r\n\r\n") + 4);
    result.body = all.substr(result.head.size());
    co_return result;
}

std::string wire_request::text() const {
    auto all = method + ' ' + target + ' ' + version + "\r\n";
    for (const auto& [name, value] : headers) all += name + ": " + value + "\r\n";
    if (!body.empty()) all += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    if (close) all += "Connection: close\r\n";
    return all + "\r\n" + body;
}

std::string& wire_request::header(std::string_view name) {
    auto found = std::find_if(headers.begin(), headers.end(),
                              [&](const auto& h) { return h.first == name; });
    if (found == headers.end()) throw std::out_of_range("no header " + std::string(name));
    return found->second;
}

bool wire_request::has(std::string_view name) const {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const auto& h) { return h.first == name; });
}

void wire_request::drop(std::string_view name) {
    std::erase_if(headers, [&](const auto& h) { return h.first == name; });
}

void wire_request::add(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
}

void replace(std::string& in, std::string_view from, std::string_view to) {
    auto at = in.find(from);
    if (at == std::string::npos) throw std::out_of_range("no " + std::string(from));
    in.replace(at, from.size(), to);
}

}  // namespace ecisbx::security
