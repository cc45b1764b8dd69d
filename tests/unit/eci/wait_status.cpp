#include "scripted_service.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

constexpr const char* running = R"({"Running":{"StartedAtstartedAt":"2026-01-02T03:04:05Z"}})";
constexpr const char* waiting = R"({"Waiting":{"Reason":"BackOff","Message":"again"}})";

std::string status(const std::string& id, const std::string& name,
                   const std::string& state = running) {
    return R"({"ContainerGroupId":")" + id + R"(","Status":")" + name +
           R"(","PodStatus":{"ContainerStatuses":[{"Name":"main","State":)" + state + "}]}}";
}
net::http_response statuses(const std::string& data) {
    return json_answer(R"({"RequestId":"R-1","TotalCount":1,"NextToken":"","Data":[)" + data +
                       "]}");
}
net::http_response description(const std::string& name) {
    return json_answer(
        R"({"RequestId":"R-2","ContainerGroups":[{"ContainerGroupId":"eci-1","Status":")" + name +
        R"(","Containers":[{"Name":"main","CurrentState":{"State":"Waiting","Reason":"BackOff"}}],)"
        R"("Events":[{"Type":"Warning","Reason":"NoStock","Message":"m"}]}]})");
}
std::size_t count(const service_world& w, const std::string& action) {
    return static_cast<std::size_t>(
        std::count_if(w.service.calls.begin(), w.service.calls.end(),
                      [&](const seen_call& c) { return c.action == action; }));
}

constexpr const char* look = "DescribeContainerGroupStatus";

asio::awaitable<void> wait_for(service_world& w, wait_options options, error_info& seen) {
    seen = co_await failure_of(w.client->attach("eci-1").wait_ready(options));
}

TEST_CASE("wait_ready: looks until the containers run, and no longer") {
    service_world w;
    w.service.answer = [](const seen_call& call, std::size_t n) {
        CHECK(call.action == look);
        CHECK(call.parameters.at("ContainerGroupIds") == R"(["eci-1"])");
        if (n == 0) return statuses(status("eci-1", "Scheduling", waiting));
        if (n == 1) return statuses(status("eci-1", "Running", waiting));
        return statuses(status("eci-1", "Running"));
    };
    error_info seen;
    w.run(wait_for(w, wait_options(), seen));
    CHECK_FALSE(seen.code);
    CHECK(w.service.calls.size() == 3);
}

TEST_CASE("wait_ready: ends at once when it can not become ready, and one look tells why") {
    for (const char* name : {"Failed", "ScheduleFailed", "Expired", "Succeeded", "Terminating"}) {
        service_world w;
        w.service.answer = [&](const seen_call& call, std::size_t) {
            return call.action == look ? statuses(status("eci-1", name, waiting))
                                       : description(name);
        };
        error_info seen;
        w.run(wait_for(w, wait_options(), seen));
        CHECK(seen.code == errc::not_ready);
        CHECK(w.service.calls.size() == 2);
        for (const char* part : {name, "BackOff", "NoStock", "eci-1"})
            CHECK(seen.message.find(part) != std::string::npos);
    }
}

TEST_CASE("wait_ready: a group that disappears, one that is unknown, one that never gets ready") {
    service_world gone;
    gone.service.answer = [](const seen_call&, std::size_t n) {
        return statuses(n == 0 ? status("eci-1", "Pending", waiting) : "");
    };
    error_info seen;
    gone.run(wait_for(gone, wait_options(), seen));
    CHECK(seen.code == errc::not_found);
    CHECK(seen.message.find("disappeared") != std::string::npos);
    CHECK(seen.message.find("Pending") != std::string::npos);

    service_world unknown;
    unknown.service.answer = [](const seen_call&, std::size_t) { return statuses(""); };
    unknown.run(wait_for(unknown, wait_options(), seen));
    CHECK(seen.code == errc::not_found);
    CHECK(unknown.service.calls.size() == 1);

    service_world slow;
    slow.service.answer = [](const seen_call& call, std::size_t) {
        return call.action == look ? statuses(status("eci-1", "Pending", waiting))
                                   : description("Pending");
    };
    slow.run(wait_for(slow, wait_options().timeout(400ms), seen));
    CHECK(seen.code == errc::timeout);
    CHECK(seen.message.find("NoStock") != std::string::npos);
}

TEST_CASE("wait_ready: a group of this client may be listed late") {
    service_world w;
    w.service.answer = [](const seen_call& call, std::size_t n) {
        if (call.action == "CreateContainerGroup")
            return json_answer(R"({"RequestId":"R-1","ContainerGroupId":"eci-1"})");
        return statuses(n < 3 ? "" : status("eci-1", "Running"));
    };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto box = co_await world.client->create(eci::create_options("nginx"));
        co_await box.wait_ready();
    };
    w.run(body(w));
    CHECK(w.service.calls.size() == 4);
}

TEST_CASE("wait_ready: a service that is away or throttles is asked again") {
    service_world w([](eci::config c) { return c.max_attempts(1); });
    w.service.answer = [](const seen_call&, std::size_t n) {
        if (n == 1) return refusal(503, "ServiceUnavailable");
        if (n == 2) return refusal(400, "Throttling.User");
        return statuses(status("eci-1", n < 3 ? "Pending" : "Running"));
    };
    error_info seen;
    w.run(wait_for(w, wait_options(), seen));
    CHECK_FALSE(seen.code);
    CHECK(w.service.calls.size() >= 4);
}

TEST_CASE("wait_ready: what will not pass ends it for all who wait") {
    service_world w;
    w.service.answer = [](const seen_call&, std::size_t) {
        return refusal(403, "Forbidden.RAM", "no permission");
    };
    error_info first, second;
    asio::co_spawn(w.context, wait_for(w, wait_options(), second), asio::detached);
    w.run(wait_for(w, wait_options(), first));
    CHECK(first.code == errc::forbidden);
    CHECK(second.code == errc::forbidden);
    CHECK(w.service.calls.size() == 1);
}

TEST_CASE("wait_ready: a Running from before a restart is not believed") {
    service_world w;
    w.service.answer = [](const seen_call& call, std::size_t n) {
        if (call.action == "RestartContainerGroup") return json_answer(R"({"RequestId":"R-3"})");
        std::string start =
            n < 5 ? running : R"({"Running":{"StartedAtstartedAt":"2026-01-02T03:09:09Z"}})";
        return statuses(status("eci-1", "Running", start));
    };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto box = world.client->attach("eci-1");
        co_await box.wait_ready();
        co_await box.restart();
        co_await box.wait_ready();
    };
    w.run(body(w));
    CHECK(count(w, look) == 5);
}

asio::awaitable<void> many_waits(service_world& w, int waiters) {
    auto one = [client = *w.client](int n) {
        return client.attach("eci-" + std::to_string(n)).wait_ready();
    };
    std::vector<int> numbers;
    for (int i = 0; i < waiters; ++i) numbers.push_back(i);
    co_await for_each(numbers, concurrency(1000), one);
}

TEST_CASE("wait_ready: hundreds of waits are a few calls") {
    service_world w;
    w.service.answer = [](const seen_call& call, std::size_t) {
        std::string data;
        CHECK(!call.parameters.contains("ContainerGroupIds"));
        for (int i = 0; i < 300; ++i)
            data += (i ? "," : "") + status("eci-" + std::to_string(i), "Running");
        return statuses(data);
    };
    w.run(many_waits(w, 300));
    CHECK(w.service.calls.size() == 1);
}

TEST_CASE("wait_status: the wanted one, and another end") {
    service_world w;
    w.service.answer = [](const seen_call& call, std::size_t n) {
        if (call.action != look) return description("Succeeded");
        return statuses(status("eci-1", n == 0 ? "Running" : "Succeeded"));
    };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        std::vector<std::string> ends = {"Succeeded", "Failed"};
        auto group = co_await world.client->wait_status("eci-1", ends);
        CHECK(group.status == "Succeeded");
        std::vector<std::string> failed = {"Failed"};
        auto other = co_await failure_of(world.client->wait_status("eci-1", failed));
        CHECK(other.code == errc::not_ready);
        auto none = co_await failure_of(world.client->wait_status("eci-1", {}));
        CHECK(none.code == errc::invalid_argument);
    };
    w.run(body(w));
}

}  // namespace
