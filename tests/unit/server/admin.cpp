// The admin listener, and what it says of a running server.
#include "server/admin.hpp"

#include "common/read_metrics.hpp"
#include "net/dial.hpp"
#include "server/metrics.hpp"

#include <ecisbx/eci.hpp>
#include <ecisbx/result.hpp>
#include <ecisbx/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <optional>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace srv = ecisbx::server;

net::http_response ask(const srv::admin_settings& settings, std::string target,
                       std::string method = "GET", std::string host = "127.0.0.1:9090") {
    net::http_request request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (!host.empty()) request.headers.add("Host", std::move(host));
    return srv::answer_admin(settings, request);
}

TEST_CASE("admin: what is answered") {
    bool healthy = true;
    srv::admin_settings settings;
    settings.metrics = [] { return std::string("x_total 1\n"); };
    settings.healthy = [&] { return healthy; };
    auto metrics = ask(settings, "/metrics?x=1");
    CHECK(metrics.status == 200);
    CHECK(metrics.body == "x_total 1\n");
    CHECK(metrics.headers.get("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(ask(settings, "/healthz").status == 200);
    healthy = false;
    CHECK(ask(settings, "/healthz").status == 503);
    for (const char* target : {"/", "/metrics/", "/exec/", "/healthz2", "*", ""})
        CHECK(ask(settings, target).status == 404);
    for (const char* method : {"POST", "HEAD", "DELETE", "OPTIONS"})
        CHECK(ask(settings, "/metrics", method).status == 405);
}

TEST_CASE("admin: only a local name reaches a local listener") {
    srv::admin_settings settings;
    settings.metrics = [] { return std::string(); };
    settings.healthy = [] { return true; };
    for (const char* good : {"localhost:1", "LOCALHOST", "127.0.0.1", "127.9.9.9:80", "[::1]:5"})
        CHECK(ask(settings, "/metrics", "GET", good).status == 200);
    for (const char* bad : {"", "evil.example:9090", "127.0.0.1.evil.example", "10.0.0.1",
                            "[2001:db8::1]:5", "[", "localhost.evil"})
        CHECK(ask(settings, "/metrics", "GET", bad).status == 403);
    settings.remote_allowed = true;
    CHECK(ask(settings, "/metrics", "GET", "box.example:9090").status == 200);
}

TEST_CASE("admin: all names, types, labels and help texts are in the golden file") {
    srv::server_metrics metrics;
    CHECK(metrics.all.lines() == golden_lines("ecisbx_server_", true));
}

TEST_CASE("admin: requests by action and code are of bounded number") {
    srv::server_metrics metrics;
    for (int i = 0; i < 1000; ++i)
        metrics.request("Action" + std::to_string(i), "Code" + std::to_string(i), 1ms);
    metrics.request("ListUsage", "", 30ms);
    metrics.request("ListUsage", "Throttling.User", 1ms);
    metrics.request("", "SignatureDoesNotMatch", 1ms);
    auto seen = read_metrics(metrics.all.text()).samples;
    CHECK(seen.size() < 200);
    CHECK(seen.at(R"(ecisbx_server_requests_total{action="ListUsage",code="ok"})") == 1);
    CHECK(seen.at(R"(ecisbx_server_requests_total{action="other",code="Code63"})") == 1);
    CHECK(seen.at(R"(ecisbx_server_requests_total{action="other",code="other"})") == 936);
    CHECK(seen.at(R"(ecisbx_server_throttled_total{action="ListUsage"})") == 1);
    CHECK(seen.at(R"(ecisbx_server_unauthenticated_total{code="other"})") == 1);
    CHECK(seen.at(
              R"(ecisbx_server_request_duration_seconds_bucket{action="ListUsage",le="0.025"})") ==
          1);
    CHECK(
        seen.at(R"(ecisbx_server_request_duration_seconds_bucket{action="ListUsage",le="0.05"})") ==
        2);
}

asio::awaitable<srv::local> start(srv::options settings) {
    settings.runtime(srv::synthetic());
    auto executor = co_await asio::this_coro::executor;
    auto local = co_await srv::start(executor, std::move(settings));
    co_return local;
}

asio::awaitable<std::string> scrape(std::uint16_t port) {
    auto how = std::make_shared<net::dialer>();
    auto executor = co_await asio::this_coro::executor;
    net::origin where{"127.0.0.1", port, false};
    auto until = core::deadline::after(10s);
    auto over = co_await net::dial(executor, how, where, until);
    net::http_request request;
    request.target = "/metrics";
    request.headers.add("Host", where.authority());
    net::exchange_progress progress;
    auto response = co_await net::http_exchange(over, request, {}, 10s, until, progress);
    CHECK(response.status == 200);
    co_return response.body;
}

asio::awaitable<std::map<std::string, double>> scraped(const srv::local& local) {
    auto text = co_await scrape(local.admin_port());
    co_return read_metrics(text).samples;
}

void run(asio::awaitable<void> body) {
    asio::io_context context;
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(body), [&](std::exception_ptr e) { failure = e; });
    context.run_for(60s);
    REQUIRE(context.stopped());
    if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> refuse_remote() {
    for (const char* address : {"0.0.0.0", "::", "10.0.0.1", "localhost", "nonsense"}) {
        CAPTURE(address);
        srv::options settings;
        settings.admin(address, 0);
        auto started = co_await as_result(start(settings));
        REQUIRE_FALSE(started);
        CHECK(started.error().code == errc::invalid_argument);
    }
    srv::options settings;
    settings.admin("0.0.0.0", 0).allow_remote_admin();
    auto local = co_await start(settings);
    CHECK(local.admin_port() != 0);
    co_await local.stop();
}

TEST_CASE("admin: an address that is not loopback has to be meant") {
    run(refuse_remote());
}

asio::awaitable<void> off_by_default() {
    auto local = co_await start(srv::options());
    CHECK(local.admin_port() == 0);
    co_await local.stop();
}

TEST_CASE("admin: off by default") {
    run(off_by_default());
}

asio::awaitable<void> count_everything() {
    srv::options settings;
    settings.admin("127.0.0.1", 0).quota("DescribeRegions", 1);
    auto local = co_await start(settings);
    auto executor = co_await asio::this_coro::executor;
    eci::client client(executor, local.eci_config().max_attempts(1));
    auto box = co_await client.create(eci::create_options("x").name("counted"));
    co_await box.wait_ready();
    auto before = co_await scraped(local);
    CHECK(before.at(R"(ecisbx_server_groups{status="Running"})") == 1);
    CHECK(before.at(R"(ecisbx_server_groups{status="Failed"})") == 0);
    CHECK(before.at("ecisbx_server_boxes") == 1);
    CHECK(before.at("ecisbx_server_connections") == 1);
    CHECK(before.at("ecisbx_server_exec_sessions_total") == 0);
    auto processes = before.at("ecisbx_server_processes");

    auto p = co_await box.start(command("cat"), exec_options().open_stdin());
    co_await p.write(std::string(5000, 'x'));
    auto piece = co_await p.read();
    CHECK(piece);
    auto during = co_await scraped(local);
    CHECK(during.at("ecisbx_server_exec_sessions") == 1);
    CHECK(during.at("ecisbx_server_exec_sessions_total") == 1);
    CHECK(during.at("ecisbx_server_processes") == processes + 1);
    CHECK(during.at(R"(ecisbx_server_exec_bytes_total{direction="received"})") >= 5000);
    CHECK(during.at(R"(ecisbx_server_exec_bytes_total{direction="sent"})") > 0);
    co_await p.close_stdin();
    co_await p.wait();

    auto wrong = local.eci_config().access_key(local.access_key_id(), "not the key");
    eci::client stranger(executor, wrong);
    std::map<std::string, std::string> none;
    co_await as_result(stranger.call("DescribeRegions", none));
    for (const char* action : {"DescribeRegions", "DescribeRegions", "NoSuchAction"})
        co_await as_result(client.call(action, none));
    co_await box.remove(remove_options().force());
    while (true) {
        auto after = co_await scraped(local);
        if (after.at("ecisbx_server_boxes") > 0 || after.at("ecisbx_server_exec_sessions") > 0)
            continue;
        CHECK(after.at("ecisbx_server_processes") == 0);
        CHECK(after.at(R"(ecisbx_server_requests_total{action="other",)"
                       R"(code="InvalidAction.NotFound"})") == 1);
        CHECK(after.at(R"(ecisbx_server_unauthenticated_total{code="SignatureDoesNotMatch"})") ==
              1);
        CHECK(after.at(R"(ecisbx_server_throttled_total{action="DescribeRegions"})") == 1);
        CHECK(after.at(R"(ecisbx_server_requests_total{action="CreateContainerGroup",)"
                       R"(code="ok"})") == 1);
        break;
    }
    co_await local.stop();
}

TEST_CASE("admin: a server's life in its metrics") {
    run(count_everything());
}

asio::awaitable<void> drop_while_scraped() {
    std::optional<srv::local> local;
    srv::options settings;
    settings.admin("127.0.0.1", 0);
    auto started = co_await start(settings);
    local.emplace(started);
    auto port = local->admin_port();
    co_await scrape(port);
    local.reset();
    co_await started.stop();
    auto gone = co_await as_result(scrape(port));
    CHECK_FALSE(gone);
}

TEST_CASE("admin: the listener ends with the server") {
    run(drop_while_scraped());
}

}  // namespace
