#include <ecisbx/error.hpp>
#include <ecisbx/server.hpp>

#include "net/http.hpp"
#include "net/tls.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>

namespace asio = boost::asio;
namespace srv = ecisbx::server;
using ecisbx::errc;
using ecisbx::core::deadline;
using namespace std::chrono_literals;

namespace {

struct bench {
    asio::io_context ctx{1};

    void until(const std::function<bool()>& done) {
        auto give_up = std::chrono::steady_clock::now() + 20s;
        ctx.restart();
        while (!done() && std::chrono::steady_clock::now() < give_up) ctx.run_one_for(50ms);
        REQUIRE(done());
    }
    void run(asio::awaitable<void> work) {
        bool ended = false;
        std::exception_ptr failure;
        asio::co_spawn(ctx, std::move(work), [&](std::exception_ptr e) {
            ended = true;
            failure = e;
        });
        until([&] { return ended; });
        if (failure) std::rethrow_exception(failure);
    }
    srv::local start(srv::options settings) {
        std::optional<srv::local> made;
        run(keep(ctx.get_executor(), std::move(settings), &made));
        return *made;
    }
    std::string get(const srv::local& server, const std::string& target) {
        std::string body;
        run(fetch(&server, target, &body));
        return body;
    }
    void stop(srv::local server) { run(stop_it(std::move(server))); }

    static asio::awaitable<void> stop_it(srv::local server) { co_await server.stop(); }
    static asio::awaitable<void> keep(asio::any_io_executor executor, srv::options settings,
                                      std::optional<srv::local>* into) {
        auto made = co_await srv::start(executor, std::move(settings));
        into->emplace(std::move(made));
    }
    static asio::awaitable<void> fetch(const srv::local* server, std::string target,
                                       std::string* into) {
        asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
        asio::ip::tcp::endpoint where(asio::ip::address_v4::loopback(), server->port());
        co_await socket.async_connect(where, asio::use_awaitable);
        ecisbx::net::stream over(std::move(socket));
        if (!server->ca_file().empty()) {
            auto context = ecisbx::net::tls_client_context::make(server->ca_file());
            co_await over.handshake(std::move(context), "127.0.0.1", deadline::after(10s));
        }
        ecisbx::net::http_request request;
        request.target = target;
        request.headers.add("Host", "127.0.0.1");
        ecisbx::net::exchange_progress progress;
        auto response = co_await ecisbx::net::http_exchange(over, request, {}, 10s,
                                                            deadline::after(10s), progress);
        *into = std::to_string(response.status) + " " + response.body;
    }
};

srv::options quick() {
    return srv::options().runtime(srv::synthetic());
}

std::optional<errc> failure_of(bench& b, srv::options settings) {
    try {
        b.start(std::move(settings));
    } catch (const ecisbx::error& e) {
        for (errc c : {errc::invalid_argument, errc::connection, errc::unsupported})
            if (e.code() == c) return c;
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("server: what a client is told") {
    bench b;
    auto server = b.start(quick());
    auto config = server.eci_config();
    CHECK(server.port() != 0);
    CHECK(server.endpoint() == "http://127.0.0.1:" + std::to_string(server.port()));
    CHECK(config.endpoint() == server.endpoint());
    CHECK(config.region() == "cn-shanghai");
    CHECK(config.access_key_id() == server.access_key_id());
    CHECK(server.access_key_secret().size() >= 24);
    CHECK(server.ca_file().empty());
    CHECK_FALSE(server.notes().empty());
    CHECK(b.get(server, "/healthz") == "200 ok\n");
    auto other = b.start(quick().access_key("id", "key").region("cn-x").security_token("t"));
    CHECK(other.access_key_id() == "id");
    CHECK(other.eci_config().security_token().reveal() == "t");
    CHECK(other.eci_config().region() == "cn-x");
    b.stop(server);
    b.stop(other);
}

TEST_CASE("server: TLS with a CA in memory, whose file goes with the server") {
    bench b;
    std::string ca;
    {
        auto server = b.start(quick().tls());
        ca = server.ca_file();
        CHECK(server.endpoint().starts_with("https://"));
        CHECK(server.eci_config().ca_file() == ca);
        CHECK(b.get(server, "/healthz") == "200 ok\n");
        b.stop(server);
    }
    b.until([&] { return !std::filesystem::exists(ca); });
}

TEST_CASE("server: TLS with a state folder keeps its CA") {
    bench b;
    std::string name = (std::filesystem::temp_directory_path() / "ecisbx-srv-XXXXXX").string();
    std::filesystem::path dir(::mkdtemp(name.data()));
    std::string ca_file;
    for (int i = 0; i < 2; ++i) {
        auto server = b.start(quick().tls().state_dir((dir / "state").string()));
        ca_file = server.ca_file();
        CHECK(b.get(server, "/healthz") == "200 ok\n");
        b.stop(server);
        CHECK(std::filesystem::exists(ca_file));
    }
    std::filesystem::remove_all(dir);
}

TEST_CASE("server: settings and addresses that can not be") {
    bench b;
    auto server = b.start(quick());
    CHECK(failure_of(b, quick().listen("127.0.0.1", server.port())) == errc::connection);
    CHECK(failure_of(b, quick().listen("not an address", 0)) == errc::connection);
    CHECK(failure_of(b, quick().access_key("id", "")) == errc::invalid_argument);
    CHECK(failure_of(b, quick().access_key("", "key")) == errc::invalid_argument);
    CHECK(failure_of(b, quick().region("")) == errc::invalid_argument);
    CHECK(failure_of(b, quick().clock_window(0s)) == errc::invalid_argument);
    CHECK(failure_of(b, quick().state_dir("/proc/no/such/folder")) == errc::invalid_argument);
    b.stop(server);
}

TEST_CASE("server: forced status names what it does not know") {
    bench b;
    auto server = b.start(quick());
    auto code = [&](const char* status) {
        try {
            server.force_status("eci-none", status, "r", "m");
        } catch (const ecisbx::error& e) {
            return e.code() == errc::not_found;
        }
        return false;
    };
    CHECK(code("Failed"));
    CHECK(code("NoSuchStatus"));
    b.stop(server);
}

TEST_CASE("server: stop twice, at once and later") {
    bench b;
    auto server = b.start(quick());
    int ended = 0;
    for (int i = 0; i < 2; ++i)
        asio::co_spawn(b.ctx, bench::stop_it(server), [&](std::exception_ptr e) {
            CHECK_FALSE(e);
            ++ended;
        });
    b.until([&] { return ended == 2; });
    b.stop(server);
}

TEST_CASE("server: dropping the last handle stops it, and the context runs dry") {
    bench b;
    std::uint16_t port = 0;
    {
        auto server = b.start(quick());
        port = server.port();
        auto copy = server;
    }
    b.ctx.restart();
    CHECK(b.ctx.run_for(20s) > 0);
    CHECK(b.ctx.stopped());
    auto again = b.start(quick().listen("127.0.0.1", port));
    b.stop(again);
}

TEST_CASE("server: a handle that goes down with its context") {
    auto b = std::make_unique<bench>();
    { auto server = b->start(quick()); }
    b.reset();
}
