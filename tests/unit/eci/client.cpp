// The calls of `client`, each written the way the README writes them.
#include "scripted_service.hpp"

#include <doctest/doctest.h>
#include <boost/json/value.hpp>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

std::string group(const std::string& id, const std::string& status,
                  const std::string& state = "Running") {
    return R"({"ContainerGroupId":")" + id + R"(","Status":")" + status +
           R"(","Containers":[{"Name":"main","CurrentState":{"State":")" + state +
           R"(","Reason":"BackOff"}}],"Events":[{"Type":"Warning","Reason":"NoStock","Message":"m"}]})";
}

std::string page(const std::string& groups, const std::string& token = {}) {
    return R"({"RequestId":"R-1","TotalCount":2,"NextToken":")" + token +
           R"(","ContainerGroups":[)" + groups + "]}";
}

net::http_response answer_all(const seen_call& call, std::size_t) {
    if (call.action == "CreateContainerGroup")
        return json_answer(R"({"RequestId":"R-1","ContainerGroupId":"eci-1"})");
    if (call.action == "DescribeContainerGroups")
        return json_answer(page(group("eci-1", "Running")));
    if (call.action == "DescribeContainerGroupStatus")
        return json_answer(R"({"RequestId":"R-4","Data":[{"ContainerGroupId":"eci-1",)"
                           R"("Status":"Running","PodStatus":{"ContainerStatuses":[)"
                           R"({"Name":"main","State":{"Running":{}}}]}}]})");
    if (call.action == "ExecContainerCommand")
        return json_answer(R"({"RequestId":"R-2","WebSocketUri":"wss://x.aliyun.com/?s=t",)"
                           R"("HttpUrl":"https://x.aliyun.com/h"})");
    return json_answer(R"({"RequestId":"R-3"})");
}

asio::awaitable<void> every_call(service_world& w) {
    auto& client = *w.client;
    auto box =
        co_await client.create(eci::create_options("python:3.12").name("hello").cpu(1).memory(2));
    CHECK(box.id() == "eci-1");
    co_await box.wait_ready();
    co_await box.wait_ready(wait_options().timeout(5s));
    auto same = co_await client.get("eci-1");
    CHECK(same.id() == "eci-1");
    CHECK(client.attach("eci-9").id() == "eci-9");
    auto info = co_await client.describe("eci-1");
    CHECK(info.status == "Running");
    CHECK(info.events.size() == 1);
    auto some = co_await client.list(eci::list_options().limit(10).status("Running").tag("k", "v"));
    CHECK(some.groups.size() == 1);
    CHECK(some.request_id == "R-1");
    auto all = co_await client.list_all();
    CHECK(all.size() == 1);
    auto urls = co_await client.exec_urls("eci-1", command("echo", "a b"));
    CHECK(urls.websocket.reveal() == "wss://x.aliyun.com/?s=t");
    CHECK(urls.http.reveal() == "https://x.aliyun.com/h");
    CHECK(urls.request_id == "R-2");
    co_await client.restart("eci-1");
    co_await box.restart();
    co_await client.remove("eci-1", remove_options().force());
    co_await box.remove();
    auto value = co_await client.call("DescribeRegions", {});
    CHECK(value.as_object().at("RequestId") == "R-3");
}

TEST_CASE("client: every call, with temporaries") {
    service_world w;
    w.service.answer = answer_all;
    w.run(every_call(w));
    const auto& calls = w.service.calls;
    std::string actions;
    for (const auto& call : calls) actions += call.action.substr(0, 4) + ' ';
    CHECK(actions == "Crea Desc Desc Desc Desc Desc Desc Exec Rest Rest Dele Dele Desc ");
    CHECK(calls[7].parameters.at("Command") == R"(["echo","a b"])");
    CHECK(calls[7].parameters.at("ContainerName") == "main");
    CHECK(calls[7].parameters.at("Sync") == "false");
    CHECK(calls[10].parameters.at("Force") == "true");
    CHECK_FALSE(calls[11].parameters.contains("Force"));
    for (int i : {8, 10}) {  // a token per call
        CHECK(calls[static_cast<std::size_t>(i)].parameters.at("ClientToken") !=
              calls[static_cast<std::size_t>(i) + 1].parameters.at("ClientToken"));
    }
    CHECK(calls[1].parameters.at("ContainerGroupIds") == R"(["eci-1"])");
}

TEST_CASE("client: a client may go before its sandboxes") {
    service_world w;
    w.service.answer = answer_all;
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto box = world.client->attach("eci-1");
        world.client.reset();
        co_await box.restart();
    };
    w.run(body(w));
    CHECK(w.service.calls.size() == 1);
}

TEST_CASE("client: what does not exist") {
    service_world w;
    w.service.answer = [](const seen_call& call, std::size_t) {
        if (call.action == "DescribeContainerGroups") return json_answer(page(""));
        return refusal(404, "InvalidContainerGroupId.NotFound", "it does not exist");
    };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto& client = *world.client;
        auto got = co_await failure_of(client.get("eci-1"));
        CHECK(got.code == errc::not_found);
        auto described = co_await failure_of(client.describe("eci-1"));
        CHECK(described.code == errc::not_found);
        CHECK(described.message.find("eci-1") != std::string::npos);
        auto waited = co_await failure_of(client.attach("eci-1").wait_ready());
        CHECK(waited.code == errc::not_found);
        auto restarted = co_await failure_of(client.restart("eci-1"));
        CHECK(restarted.code == errc::not_found);
        auto removed = co_await failure_of(client.remove("eci-1"));
        CHECK_FALSE(removed.code);
        auto run = co_await failure_of(client.attach("eci-1").bash("true"));
        CHECK(run.code == errc::not_found);
    };
    w.run(body(w));
}

TEST_CASE("client: bad arguments send nothing") {
    service_world w;
    w.service.answer = answer_all;
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto& client = *world.client;
        std::vector<error_info> seen;
        seen.push_back(co_await failure_of(client.create(eci::create_options(""))));
        seen.push_back(co_await failure_of(client.get("")));
        seen.push_back(co_await failure_of(client.remove("")));
        seen.push_back(co_await failure_of(client.call("", {})));
        seen.push_back(co_await failure_of(client.call("a b", {})));
        seen.push_back(co_await failure_of(client.exec_urls("eci-1", command("\xff"))));
        seen.push_back(
            co_await failure_of(client.exec_urls("eci-1", command(std::string(3000, 'x')))));
        auto many = std::vector<std::string>(21, "x");
        seen.push_back(co_await failure_of(client.exec_urls("eci-1", command(many))));
        for (const auto& info : seen) CHECK(info.code == errc::invalid_argument);
    };
    w.run(body(w));
    CHECK(w.service.calls.empty());
}

TEST_CASE("client: settings are checked in the constructor") {
    asio::io_context context;
    auto refused = [&](eci::config settings) {
        try {
            eci::client client(context.get_executor(), std::move(settings));
            return errc{};
        } catch (const error& e) {
            return static_cast<errc>(e.code().value());
        }
    };
    auto key = [] { return eci::config().access_key("a", "b"); };
    CHECK(refused(eci::config()) == errc::unauthenticated);
    CHECK(refused(key().endpoint("http://example.com")) == errc::invalid_argument);
    CHECK(refused(key().proxy("nonsense://user:pw@x")) == errc::invalid_argument);
    CHECK(refused(key().ca_file("/does/not/exist")) == errc::tls);
    CHECK(refused(key()) == errc{});
}

TEST_CASE("list_all: follows tokens, reports a group once, does not run in circles") {
    service_world w;
    w.service.answer = [](const seen_call& call, std::size_t) {
        auto token = call.parameters.contains("NextToken") ? call.parameters.at("NextToken") : "";
        if (token.empty()) return json_answer(page(group("a", "Running"), "t1"));
        return json_answer(page(group("a", "Running") + "," + group("b", "Failed")));
    };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto all = co_await world.client->list_all(eci::list_options().limit(1));
        CHECK(all.size() == 2);
        world.service.answer = [](const seen_call&, std::size_t) {
            return json_answer(page(group("a", "Running"), "t1"));
        };
        auto circle = co_await failure_of(world.client->list_all());
        CHECK(circle.code == errc::protocol);
    };
    w.run(body(w));
}

TEST_CASE("a field of a wrong type names itself and the request") {
    service_world w;
    w.service.answer = [](const seen_call&, std::size_t) {
        return json_answer(R"({"RequestId":"R-7","ContainerGroups":[{"Cpu":"x"}]})");
    };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto seen = co_await failure_of(world.client->list());
        CHECK(seen.code == errc::protocol);
        CHECK(seen.request_id == "R-7");
        CHECK(seen.doing == "DescribeContainerGroups");
        CHECK(seen.message.find("ContainerGroups[0].Cpu") != std::string::npos);
    };
    w.run(body(w));
}

}  // namespace
