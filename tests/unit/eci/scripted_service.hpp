// A service on loopback whose answers the test writes.
#ifndef ECISBX_TESTS_UNIT_ECI_SCRIPTED_SERVICE_HPP
#define ECISBX_TESTS_UNIT_ECI_SCRIPTED_SERVICE_HPP

#include <ecisbx/eci.hpp>

#include "net/http_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::test {

namespace asio = boost::asio;

/// A call of the service, as it came.
struct seen_call {
    std::string action;
    std::map<std::string, std::string> parameters;
    net::http_headers headers;
};

class scripted_service {
public:
    explicit scripted_service(asio::any_io_executor executor);

    eci::config config() const;
    std::uint16_t port() const { return server_->port(); }
    asio::awaitable<void> stop();

    /// Answers the `n`-th call (from 0) of any action.
    std::function<net::http_response(const seen_call&, std::size_t n)> answer;
    /// Takes the WebSocket over. Nothing: 404.
    std::function<net::http_reply(const net::http_request&)> upgrade;
    std::vector<seen_call> calls;
    std::vector<net::http_request> upgrades;

private:
    static asio::awaitable<net::http_reply> serve(scripted_service* self,
                                                  net::http_request request);
    std::optional<net::http_server> server_;
};

net::http_response json_answer(std::string body, int status = 200);
/// The vendor's error body.
net::http_response refusal(int status, const std::string& code,
                           const std::string& message = "because");

/// A context, a service, a client of it. `run` ends when everything has ended.
struct service_world {
    asio::io_context context;
    scripted_service service{context.get_executor()};
    std::optional<eci::client> client;

    service_world() : service_world([](eci::config c) { return c; }) {}
    explicit service_world(std::function<eci::config(eci::config)> adjust) {
        client.emplace(context.get_executor(), adjust(service.config()));
    }
    /// Rethrows what `body` throws.
    void run(asio::awaitable<void> body);
};

/// What creating a sandbox on it gives: an empty error for a success.
error_info created_with(service_world& w);

/// Awaits `op` and returns its error; an empty one when it succeeded.
template <class T>
asio::awaitable<error_info> failure_of(asio::awaitable<T> op) {
    auto outcome = co_await as_result(std::move(op));
    co_return outcome ? error_info() : outcome.error();
}

}  // namespace ecisbx::test

#endif
