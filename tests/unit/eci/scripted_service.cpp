#include "scripted_service.hpp"

#include "core/percent.hpp"
#include "net/wait.hpp"

#include <boost/asio/co_spawn.hpp>

#include <utility>

namespace ecisbx::test {
namespace {

seen_call read_call(const net::http_request& request) {
    seen_call call;
    call.action = request.headers.get("x-acs-action");
    call.headers = request.headers;
    auto mark = request.target.find('?');
    auto query = mark == std::string::npos ? std::string() : request.target.substr(mark + 1);
    for (const auto& text : {query, request.body}) {
        auto fields = core::parse_form(text).value();
        call.parameters.insert(fields.begin(), fields.end());
    }
    return call;
}

asio::awaitable<void> run_and_stop(service_world* world, asio::awaitable<void> body) {
    std::exception_ptr failure;
    try {
        co_await std::move(body);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await world->service.stop();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

scripted_service::scripted_service(asio::any_io_executor executor) {
    server_.emplace(std::move(executor), net::http_server_options(),
                    [this](net::http_request request) { return serve(this, std::move(request)); });
    server_->run();
}

eci::config scripted_service::config() const {
    return eci::config()
        .access_key("testid", "testsecret")
        .endpoint("http://127.0.0.1:" + std::to_string(port()));
}

asio::awaitable<void> scripted_service::stop() {
    return server_->stop();
}

asio::awaitable<net::http_reply> scripted_service::serve(scripted_service* self,
                                                         net::http_request request) {
    if (net::websocket::is_upgrade(request)) {
        self->upgrades.push_back(request);
        if (self->upgrade) co_return self->upgrade(request);
        co_return net::http_reply(refusal(404, "NotFound"));
    }
    auto n = self->calls.size();
    self->calls.push_back(read_call(request));
    auto call = self->calls.back();
    co_return net::http_reply(self->answer(call, n));
}

net::http_response json_answer(std::string body, int status) {
    net::http_response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json;charset=utf-8");
    response.body = std::move(body);
    return response;
}

net::http_response refusal(int status, const std::string& code, const std::string& message) {
    return json_answer(R"({"RequestId":"R-ERR","HostId":"h","Code":")" + code + R"(","Message":")" +
                           message + R"("})",
                       status);
}

void service_world::run(asio::awaitable<void> body) {
    std::exception_ptr failure;
    asio::co_spawn(context, run_and_stop(this, std::move(body)),
                   [&](std::exception_ptr e) { failure = e; });
    context.run();
    if (failure) std::rethrow_exception(failure);
}

namespace {

asio::awaitable<void> create(service_world& w, error_info& seen) {
    seen = co_await failure_of(w.client->create(eci::create_options("nginx").name("box")));
}

}  // namespace

error_info created_with(service_world& w) {
    error_info seen;
    w.run(create(w, seen));
    return seen;
}

}  // namespace ecisbx::test
