// What the tests of http_pool share: servers that follow a script, and sends whose outcome is kept.
#ifndef ECISBX_TESTS_UNIT_NET_HTTP_POOL_FIXTURE_HPP
#define ECISBX_TESTS_UNIT_NET_HTTP_POOL_FIXTURE_HPP

#include "net/http_pool.hpp"
#include "net/http_server.hpp"
#include "net/wait.hpp"
#include "unit/net/harness.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

// A server that does to each connection what its script says.
struct scripted_server {
    struct connection {
        std::vector<std::string> answers;  // one for each request; then it is closed
        bool stale = false;                // closed only when another request has come
    };

    scripted_server(asio::io_context& ctx, std::vector<connection> plan)
        : acceptor(ctx, {asio::ip::address_v4::loopback(), 0}), script(std::move(plan)) {}

    net::origin origin() const { return {"127.0.0.1", acceptor.local_endpoint().port(), false}; }

    tcp::acceptor acceptor;
    std::vector<connection> script;
    std::vector<std::string> requests;
};

inline asio::awaitable<bool> read_request(net::stream& on, std::string& request) {
    char c = 0;
    request.clear();
    while (request.find("\r\n\r\n") == std::string::npos) {
        if (co_await on.read_some(asio::buffer(&c, 1), soon()) == 0) co_return false;
        request += c;
    }
    co_return true;
}

inline asio::awaitable<void> serve_one(scripted_server* server, net::stream on,
                                       scripted_server::connection plan) {
    std::string request;
    for (const auto& answer : plan.answers) {
        if (!co_await read_request(on, request)) co_return;
        server->requests.push_back(request);
        if (!answer.empty()) co_await on.write(asio::buffer(answer), soon());
    }
    // A peer that waits for its next request before it closes is a stale connection.
    if (plan.stale && co_await read_request(on, request)) server->requests.push_back("stale");
}

inline asio::awaitable<void> serve(scripted_server* server) {
    const auto executor = co_await asio::this_coro::executor;
    for (auto plan : server->script) {
        tcp::socket socket = co_await server->acceptor.async_accept(asio::use_awaitable);
        net::stream on(std::move(socket));
        asio::co_spawn(executor, serve_one(server, std::move(on), std::move(plan)), asio::detached);
    }
}

inline const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

inline std::shared_ptr<net::dialer> plain_dialer() {
    auto how = std::make_shared<net::dialer>();
    how->connect_timeout = 5s;
    return how;
}

inline net::http_pool pool_of(harness& h, net::http_pool_options options = {}) {
    return net::http_pool(h.ctx.get_executor(), plain_dialer(), options);
}

inline net::http_request get(std::string target) {
    net::http_request request;
    request.target = std::move(target);
    return request;
}

struct send_outcome {
    std::optional<net::http_response> response;
    error_info failure;
};

inline asio::awaitable<send_outcome> try_send(net::http_pool pool, net::origin where,
                                              std::string target, net::send_options options) {
    net::http_request request = get(std::move(target));
    auto sending = pool.send(std::move(where), std::move(request), options);
    auto result = co_await as_result(std::move(sending));
    send_outcome seen;
    if (result)
        seen.response = *result;
    else
        seen.failure = result.error();
    co_return seen;
}

inline asio::awaitable<void> send_into(net::http_pool pool, net::origin where, std::string target,
                                       net::send_options options,
                                       std::shared_ptr<send_outcome> into) {
    *into = co_await try_send(std::move(pool), std::move(where), std::move(target), options);
}

inline net::send_options within(core::deadline::duration limit, bool idempotent = false) {
    net::send_options options;
    options.until = core::deadline::after(limit);
    options.idempotent = idempotent;
    return options;
}

inline std::shared_ptr<send_outcome> send_now(harness& h, const net::http_pool& pool,
                                              net::origin where,
                                              net::send_options options = within(20s)) {
    auto into = std::make_shared<send_outcome>();
    h.run(send_into(pool, std::move(where), "/", options, into));
    return into;
}

// Sends twice over one connection; the server's script decides what the second meets.
inline std::shared_ptr<send_outcome> send_twice(harness& h, scripted_server& server,
                                                net::http_pool& pool, net::send_options options) {
    asio::co_spawn(h.ctx, serve(&server), asio::detached);
    auto first = send_now(h, pool, server.origin());
    REQUIRE(first->response);
    return send_now(h, pool, server.origin(), options);
}

// A server whose handler lets the test see and hold its requests.
struct gated {
    std::vector<std::string> order;
    std::size_t now = 0, most = 0;
    bool open = true;
};

inline asio::awaitable<net::http_reply> answer_in_time(gated* gate, net::http_request request) {
    gate->order.push_back(request.target);
    gate->most = std::max(gate->most, ++gate->now);
    do {
        co_await net::sleep_for(1ms, core::deadline::never());
    } while (!gate->open);
    --gate->now;
    net::http_response response;
    response.body = request.target;
    co_return response;
}

inline net::http_server gated_server(harness& h, gated* gate,
                                     std::shared_ptr<net::tls_server_context> tls = nullptr) {
    net::http_server_options options;
    options.tls = std::move(tls);
    net::http_server server(h.ctx.get_executor(), options, [gate](net::http_request request) {
        return answer_in_time(gate, std::move(request));
    });
    server.run();
    return server;
}

inline net::origin origin_of(const net::http_server& server, bool tls = false) {
    return {tls ? "localhost" : "127.0.0.1", server.port(), tls};
}

}  // namespace ecisbx::test

#endif
