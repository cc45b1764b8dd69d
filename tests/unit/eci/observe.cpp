// What observers learn of API calls and connections, and that no secret is among it.
#include "common/recorder.hpp"
#include "scripted_service.hpp"

#include <ecisbx/log_observer.hpp>
#include <ecisbx/observer.hpp>

#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <stdexcept>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

const char* regions = R"({"RequestId":"R-1","Regions":[]})";

/// Calls DescribeRegions; returns the failure.
asio::awaitable<void> call_once(service_world& w, error_info& seen) {
    seen = co_await failure_of(w.client->call("DescribeRegions", {}));
}
error_info called(service_world& w) {
    error_info seen;
    w.run(call_once(w, seen));
    return seen;
}

eci::config with(eci::config c, std::shared_ptr<observer> who) {
    c.observe(std::move(who));
    return c;
}

struct observed_world {
    std::shared_ptr<recorder> seen = std::make_shared<recorder>();
    service_world w;
    observed_world() : observed_world([](eci::config c) { return c; }) {}
    explicit observed_world(std::function<eci::config(eci::config)> adjust)
        : w([&](eci::config c) { return with(adjust(std::move(c)), seen); }) {}
};

TEST_CASE("observe: one call on a new connection, one on the same") {
    observed_world o;
    o.w.service.answer = [](const seen_call&, std::size_t) { return json_answer(regions); };
    auto twice = [](service_world& w) -> asio::awaitable<void> {
        co_await w.client->call("DescribeRegions", {});
        co_await w.client->call("DescribeRegions", {});
    };
    o.w.run(twice(o.w));
    CHECK(
        o.seen->all() ==
        lines({"opened api plain", "attempt DescribeRegions 1 ok 200", "call DescribeRegions ok 1",
               "reused api", "attempt DescribeRegions 1 ok 200", "call DescribeRegions ok 1"}));
    CHECK(o.seen->told_received > 2 * std::string_view(regions).size());
    CHECK(o.seen->told_sent > 200);
    o.w.client.reset();
    CHECK(o.seen->seen.back() == "closed api");
    CHECK(o.seen->received == o.seen->told_received);
    CHECK(o.seen->sent == o.seen->told_sent);
}

TEST_CASE("observe: retries and throttles") {
    observed_world o;
    o.w.service.answer = [](const seen_call&, std::size_t n) {
        auto response = n == 0   ? refusal(503, "ServiceUnavailable")
                        : n == 1 ? refusal(400, "Throttling.User")
                                 : json_answer(regions);
        response.headers.add("x-acs-retry-after", "50");
        return response;
    };
    CHECK_FALSE(called(o.w).code);
    CHECK(o.seen->only({"attempt", "retry", "throttle", "call"}) ==
          lines({"attempt DescribeRegions 1 unavailable 503 ServiceUnavailable",
                 "retry DescribeRegions 1 unavailable",
                 "attempt DescribeRegions 2 throttled 400 Throttling.User",
                 "throttle DescribeRegions service", "retry DescribeRegions 2 throttled",
                 "throttle DescribeRegions client", "attempt DescribeRegions 3 ok 200",
                 "call DescribeRegions ok 3"}));
}

TEST_CASE("observe: throttled until the attempts are used up") {
    observed_world o([](eci::config c) { return c.no_quota(); });
    o.w.service.answer = [](const seen_call&, std::size_t) {
        auto response = refusal(400, "Throttling");
        response.headers.add("x-acs-retry-after", "1");
        return response;
    };
    CHECK(called(o.w).code == errc::throttled);
    CHECK(o.seen->count("attempt") == 4);
    CHECK(o.seen->count("retry") == 3);
    CHECK(o.seen->count("throttle") == 4);  // the last one was given up
    CHECK(o.seen->seen.back() == "call DescribeRegions throttled 4");
}

TEST_CASE("observe: a refusal") {
    observed_world o;
    o.w.service.answer = [](const seen_call&, std::size_t) {
        return refusal(403, "Forbidden.RAM");
    };
    CHECK(called(o.w).code == errc::forbidden);
    CHECK(o.seen->only({"attempt", "retry", "call"}) ==
          lines({"attempt DescribeRegions 1 forbidden 403 Forbidden.RAM",
                 "call DescribeRegions forbidden 1"}));
}

TEST_CASE("observe: a clock that is off") {
    observed_world o;
    o.w.service.answer = [](const seen_call&, std::size_t n) {
        if (n == 1) return json_answer(regions);
        auto response = refusal(400, "InvalidTimeStamp.Expired");
        response.headers.add("Date", "Tue, 15 Nov 1994 08:12:31 GMT");
        return response;
    };
    CHECK_FALSE(called(o.w).code);
    CHECK(o.seen->count("retry DescribeRegions 1 clock_skew clock_set") == 1);
}

TEST_CASE("observe: an answer that is none") {
    observed_world o;
    o.w.service.answer = [](const seen_call&, std::size_t) { return json_answer("no json"); };
    CHECK(called(o.w).code == errc::protocol);
    CHECK(o.seen->seen.back() == "call DescribeRegions protocol 1");
}

TEST_CASE("observe: no service at all") {
    auto seen = std::make_shared<recorder>();
    asio::io_context context;
    asio::ip::tcp::acceptor closed(context, {asio::ip::address_v4::loopback(), 0});
    auto port = closed.local_endpoint().port();
    closed.close();
    auto settings = eci::config()
                        .access_key("id", "key")
                        .endpoint("http://127.0.0.1:" + std::to_string(port))
                        .max_attempts(2)
                        .observe(seen);
    eci::client client(context.get_executor(), settings);
    std::exception_ptr failure;
    asio::co_spawn(context, client.call("DescribeRegions", {}),
                   [&](std::exception_ptr e, boost::json::value) { failure = e; });
    context.run();
    CHECK(failure);
    CHECK(seen->all() ==
          lines({"dial_failed api connection", "attempt DescribeRegions 1 connection 0",
                 "retry DescribeRegions 1 connection", "dial_failed api connection",
                 "attempt DescribeRegions 2 connection 0", "call DescribeRegions connection 2"}));
}

TEST_CASE("observe: a call that is cancelled") {
    observed_world o;
    asio::cancellation_signal cancel;
    o.w.service.answer = [&](const seen_call&, std::size_t) {
        cancel.emit(asio::cancellation_type::terminal);
        return json_answer(regions);
    };
    std::exception_ptr failure;
    auto ended = [&](std::exception_ptr e, boost::json::value) {
        failure = e;
        asio::co_spawn(o.w.context, o.w.service.stop(), asio::detached);
    };
    asio::co_spawn(o.w.context, o.w.client->call("DescribeRegions", {}),
                   asio::bind_cancellation_slot(cancel.slot(), ended));
    o.w.context.run();
    CHECK(failure);
    CHECK(o.seen->only({"attempt", "call"}) ==
          lines({"attempt DescribeRegions 1 canceled 0", "call DescribeRegions canceled 1"}));
}

TEST_CASE("observe: several observers, one of which throws, and one that is dropped early") {
    class bad : public observer {
        void on_call(const events::api_call&) override { throw std::runtime_error("no"); }
        void on_attempt(const events::api_attempt&) override { throw 7; }
    };
    auto first = std::make_shared<recorder>(), second = std::make_shared<recorder>();
    auto broken = std::make_shared<bad>();
    std::weak_ptr<recorder> watched = first;
    service_world w([&](eci::config c) {
        c.observe(first).observe(broken).observe(second).observe(nullptr);
        return c;
    });
    first.reset();  // the client keeps it
    w.service.answer = [](const seen_call&, std::size_t) { return json_answer(regions); };
    CHECK_FALSE(called(w).code);
    REQUIRE_FALSE(watched.expired());
    CHECK(watched.lock()->all() == second->all());
    CHECK(second->count("call") == 1);
    CHECK(broken->failures() == 2);
    w.client.reset();
    CHECK(watched.expired());
}

TEST_CASE("observe: no secret reaches an observer, whatever the service says") {
    const std::vector<std::string> secrets = {"KEYSECRET",  "STSTOKEN",      "EXECTOKEN",
                                              "ENVVALUE",   "IMAGEPASSWORD", "CLIENTTOKEN",
                                              "SCRIPTTEXT", "MESSAGETEXT"};
    std::string log;
    auto seen = std::make_shared<log_observer>([&](log_level, std::string_view line) {
        CHECK(line.find('\n') == line.npos);
        log += std::string(line) + '\n';
    });
    service_world w([&](eci::config c) {
        c.access_key("id", "KEYSECRET").security_token("STSTOKEN").observe(seen);
        return c;
    });
    auto port = std::to_string(w.service.port());
    w.service.answer = [&](const seen_call& call, std::size_t n) {
        if (call.action == "CreateContainerGroup")
            return json_answer(R"({"RequestId":"R\nevent=forged STSTOKEN",)"
                               R"("ContainerGroupId":"eci-1?token=EXECTOKEN"})");
        if (call.action == "ExecContainerCommand")
            return json_answer(R"({"RequestId":"R-2","WebSocketUri":"ws://127.0.0.1:)" + port +
                               R"(/exec/?s=EXECTOKEN"})");
        if (n % 2 == 0) return refusal(400, "Bad\nevent=forged KEYSECRET", "MESSAGETEXT");
        return refusal(403, "STSTOKEN is wrong", "MESSAGETEXT");
    };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto options = eci::create_options("nginx").name("box").env("SECRET", "ENVVALUE");
        options.set("ImageRegistryCredential.1.Password", "IMAGEPASSWORD");
        auto box = co_await world.client->create(options);
        co_await failure_of(box.bash("echo SCRIPTTEXT", exec_options().container("c")));
        std::map<std::string, std::string> parameters = {{"Token", "CLIENTTOKEN"}};
        co_await failure_of(world.client->call("DescribeRegions", parameters));
        co_await failure_of(world.client->call("ListUsage", parameters));
        co_await failure_of(world.client->describe("eci-1&s=EXECTOKEN"));
    };
    w.run(body(w));
    CHECK(log.find("event=api_call action=CreateContainerGroup outcome=ok") != log.npos);
    CHECK(log.find("event=exec_ended sandbox=invalid result=not_opened") != log.npos);
    CHECK(log.find("code=invalid") != log.npos);
    for (const auto& secret : secrets) {
        CAPTURE(secret);
        CHECK(log.find(secret) == log.npos);
    }
    CHECK(log.find("forged") == log.npos);
    CHECK(log.find("exec/") == log.npos);
}

}  // namespace
