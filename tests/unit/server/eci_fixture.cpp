#include "unit/server/eci_fixture.hpp"

#include "core/random.hpp"

#include <boost/asio/co_spawn.hpp>

#include <doctest/doctest.h>

#include <exception>

namespace eci_test {

namespace asio = boost::asio;
namespace srv = ecisbx::server;
using namespace std::chrono_literals;

std::string answer::code() const {
    return status == 200 ? "ok" : text("Code");
}

std::string answer::text(const char* name) const {
    const auto* value = body.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : "";
}

fixture::fixture(srv::wire wire) : now(std::chrono::sys_days(std::chrono::year(2026) / 1 / 2)) {
    auto clock = [this] { return now; };
    auto groups = std::make_shared<srv::store::memory>(clock);
    srv::lifecycle::settings life;
    life.backoff.first = 1ms;
    life.backoff.longest = 4ms;
    auto keep_log = [this](srv::log_level, std::string_view line) { log.emplace_back(line); };
    auto supervisor = std::make_shared<srv::lifecycle::supervisor>(
        ctx.get_executor(), fake::make_runtime(ctx.get_executor(), world), groups, life, keep_log);
    srv::api::eci::service_settings settings;
    settings.access_key_id = "testid";
    settings.access_key_secret = "testsecret";
    settings.wire = wire;
    settings.authority = "127.0.0.1:8080";
    service = std::make_shared<srv::api::eci::service>(ctx.get_executor(), settings, clock, groups,
                                                       supervisor);
    face = std::make_shared<srv::api::eci::face>(service, keep_log);
}

fixture::~fixture() {
    world->let_create();
    for (auto& box : world->boxes) box->let_stop();
    run(service->supervisor->stop());
}

void fixture::until(const std::function<bool()>& done) {
    auto give_up = std::chrono::steady_clock::now() + 20s;
    ctx.restart();
    while (!done() && std::chrono::steady_clock::now() < give_up) ctx.run_one_for(50ms);
    REQUIRE(done());
}

void fixture::poll() {
    ctx.restart();
    ctx.poll();
}

void fixture::run(asio::awaitable<void> work) {
    bool ended = false;
    std::exception_ptr failure;
    asio::co_spawn(ctx, std::move(work), [&](std::exception_ptr e) {
        ended = true;
        failure = e;
    });
    until([&] { return ended; });
    if (failure) std::rethrow_exception(failure);
}

ecisbx::net::http_request fixture::request(const std::string& action, parameter_list parameters) {
    ecisbx::proto::v3_call call;
    call.host = "127.0.0.1:8080";
    call.action = action;
    call.version = "2018-08-08";
    call.date = std::chrono::floor<std::chrono::seconds>(now);
    call.nonce = ecisbx::core::random_hex(16);
    call.parameters = std::move(parameters);
    call.access_key_id = "testid";
    call.access_key_secret = "testsecret";
    auto made = ecisbx::proto::sign_v3(call);
    ecisbx::net::http_request request;
    request.method = "POST";
    request.target = made.target;
    for (auto& [name, value] : made.headers) request.headers.add(name, value);
    return request;
}

namespace {

asio::awaitable<void> ask(std::shared_ptr<srv::api::eci::face> face,
                          ecisbx::net::http_request request, ecisbx::net::http_response* into) {
    auto reply = co_await face->handle(std::move(request));
    REQUIRE(std::holds_alternative<ecisbx::net::http_response>(reply));
    *into = std::get<ecisbx::net::http_response>(reply);
}

}  // namespace

answer fixture::send(ecisbx::net::http_request request) {
    ecisbx::net::http_response response;
    run(ask(face, std::move(request), &response));
    answer a;
    a.status = response.status;
    a.headers = response.headers;
    a.body = json::parse(response.body).as_object();
    return a;
}

ecisbx::net::http_response fixture::get(const std::string& target) {
    ecisbx::net::http_request request;
    request.target = target;
    request.headers.add("Host", "127.0.0.1:8080");
    ecisbx::net::http_response response;
    run(ask(face, std::move(request), &response));
    return response;
}

answer fixture::call(const std::string& action, parameter_list parameters) {
    bool has_region = false;
    for (const auto& p : parameters) has_region = has_region || p.first == "RegionId";
    if (!has_region) parameters.emplace_back("RegionId", "cn-shanghai");
    return send(request(action, std::move(parameters)));
}

parameter_list fixture::merged(parameter_list base, parameter_list more) {
    auto all = std::move(base);
    for (auto& [name, value] : more) {
        bool replaced = false;
        for (auto& [known, old] : all)
            if (known == name) old = value, replaced = true;
        if (!replaced) all.emplace_back(name, value);
    }
    return all;
}

parameter_list fixture::creation(parameter_list more) {
    return merged({{"ContainerGroupName", "box"},
                   {"Container.1.Name", "sandbox"},
                   {"Container.1.Image", "nginx:latest"}},
                  std::move(more));
}

std::string fixture::create(parameter_list more) {
    auto a = call("CreateContainerGroup", creation(std::move(more)));
    REQUIRE_MESSAGE(a.code() == "ok", a.text("Message"));
    return a.text("ContainerGroupId");
}

std::string fixture::running(parameter_list more) {
    auto id = create(std::move(more));
    until([&] { return service->groups->find(id)->status == srv::store::group_status::running; });
    return id;
}

json::object fixture::describe(const std::string& id) {
    auto a = call("DescribeContainerGroups", {{"ContainerGroupIds", "[\"" + id + "\"]"}});
    REQUIRE(a.code() == "ok");
    const auto& groups = a.body.at("ContainerGroups").as_array();
    return groups.empty() ? json::object() : groups.at(0).as_object();
}

std::string fixture::status(const std::string& id) {
    auto g = service->groups->find(id);
    return g ? std::string(srv::store::to_string(g->status)) : "gone";
}

std::string fixture::status_of_container(const std::string& id, std::size_t index) {
    auto c = describe(id).at("Containers").as_array().at(index).as_object();
    return std::string(c.at("CurrentState").as_object().at("State").as_string());
}

bool fixture::has_event(const std::string& id, const std::string& reason) {
    for (const auto& e : service->groups->find(id)->events)
        if (e.reason == reason) return true;
    return false;
}

}  // namespace eci_test
