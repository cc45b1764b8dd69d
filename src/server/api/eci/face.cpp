#include "server/api/eci/face.hpp"

#include "core/percent.hpp"
#include "core/random.hpp"
#include "core/time.hpp"
#include "server/api/eci/dispatch.hpp"
#include "server/api/eci/exec_session.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <exception>

namespace ecisbx::server::api::eci {

namespace asio = boost::asio;

namespace {

constexpr std::size_t max_stdin_message = 16 * 1024 * 1024;
constexpr auto idle_exec = std::chrono::minutes(5);

std::string_view path_of(std::string_view target) {
    return target.substr(0, target.find('?'));
}

// The value of a query parameter that is there exactly once.
std::string query_value(std::string_view target, std::string_view name) {
    auto mark = target.find('?');
    if (mark == std::string_view::npos) return {};
    auto fields = core::parse_form(target.substr(mark + 1));
    if (!fields) return {};
    std::string value;
    int found = 0;
    for (auto& [key, text] : *fields) {
        if (key != name) continue;
        ++found;
        value = std::move(text);
    }
    return found == 1 ? value : std::string();
}

bool is_authority(std::string_view host) {
    return !host.empty() && host.size() <= 260 && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == ':' || c == '[' || c == ']' || c == '_';
    });
}

}  // namespace

face::face(service_ptr s, runtime::log_function log)
    : service_(std::move(s)), log_(std::move(log)) {}

void face::log(log_level level, const std::string& line) const {
    if (log_) log_(level, line);
}

asio::awaitable<net::http_reply> face::handle(net::http_request request) {
    auto self = shared_from_this();
    auto path = path_of(request.target);
    if (path == "/healthz") co_return plain(200, "ok");
    if (path == "/exec/" || path == "/exec") co_return open_exec(request);
    if (path == "/terminal") co_return terminal_page(request);
    if (path != "/") co_return plain(404, "not found");
    auto response = co_await answer(std::move(request));
    co_return response;
}

net::http_response face::plain(int status, std::string text) const {
    net::http_response response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain;charset=utf-8");
    response.headers.add("Date", core::format_http_date(
                                     std::chrono::floor<std::chrono::seconds>(service_->clock())));
    response.body = text + "\n";
    return response;
}

net::http_response face::finish(net::http_response response, const std::string& request_id) const {
    response.headers.add("Content-Type", std::string(proto::api_error_content_type));
    response.headers.add("Date", core::format_http_date(
                                     std::chrono::floor<std::chrono::seconds>(service_->clock())));
    response.headers.add("x-acs-request-id", request_id);
    return response;
}

net::http_response face::failed(const proto::api_failure& failure, const std::string& request_id,
                                const net::http_request& request) const {
    net::http_response response;
    response.status = failure.http_status;
    response.body = proto::render_api_failure(failure, request_id, authority_of(request));
    for (const auto& [name, value] : failure.headers) response.headers.add(name, value);
    return finish(std::move(response), request_id);
}

std::string face::authority_of(const net::http_request& request) const {
    auto host = request.headers.get("host");
    return is_authority(host) ? std::string(host) : service_->settings.authority;
}

asio::awaitable<net::http_response> face::answer(net::http_request request) {
    auto began = core::clock::now();
    auto request_id = core::uuid_upper();
    std::string action;
    proto::api_failure failure;
    net::http_response response;
    bool done = false;
    try {
        response = co_await act(request, request_id, action);
        done = true;
    } catch (const proto::api_refusal& refusal) {
        failure = refusal.failure();
    } catch (const boost::system::system_error& e) {
        if (e.code() == errc::canceled) throw;
        log(log_level::error, request_id + " " + e.what());
        failure = {500, "InternalError", "The request processing has failed due to an error."};
    } catch (const std::exception& e) {
        log(log_level::error, request_id + " " + e.what());
        failure = {500, "InternalError", "The request processing has failed due to an error."};
    }
    service_->metrics->request(action, failure.code, core::clock::now() - began);
    if (done) co_return response;
    log(log_level::info,
        request_id + " " + std::to_string(failure.http_status) + " " + failure.code);
    co_return failed(failure, request_id, request);
}

asio::awaitable<net::http_response> face::act(net::http_request request, std::string request_id,
                                              std::string& action) {
    auto verified = authenticate(*service_, request);
    auto c = make_call(std::move(verified), authority_of(request));
    action = c->action;
    auto result = co_await dispatch(service_, c);
    result["RequestId"] = request_id;
    net::http_response response;
    response.body = boost::json::serialize(result);
    log(log_level::info, request_id + " 200 " + c->action);
    co_return finish(std::move(response), request_id);
}

net::http_reply face::open_exec(const net::http_request& request) {
    if (!net::websocket::is_upgrade(request)) return plain(426, "an exec is opened as a WebSocket");
    auto t = service_->channels.redeem(query_value(request.target, "s"));
    if (!t) return plain(403, "forbidden");
    auto box = service_->supervisor->box_of(t->group_id, t->container_index);
    if (!box) return plain(404, "not found");
    exec_wire wire(service_->settings.wire,
                   split_subprotocols(request.headers.joined("Sec-WebSocket-Protocol")));
    auto session = std::make_shared<exec_session>(service_->executor, std::move(wire),
                                                  std::move(box), std::move(*t), service_->metrics);
    ++service_->calls[std::string(exec_channel_count)];
    net::upgrade up;
    up.subprotocol = session->subprotocol();
    up.options.max_message = max_stdin_message;
    up.options.idle = idle_exec;
    up.session = [session](net::websocket socket) { return session->run(std::move(socket)); };
    return up;
}

net::http_response face::terminal_page(const net::http_request& request) {
    auto t = service_->pages.redeem(query_value(request.target, "param"));
    if (!t) return plain(404, "not found");
    return plain(200, "This is a local ECI: it has no browser terminal. Container " + t->container +
                          " of " + t->group_id + ": use `ecisbx exec -it`, or the WebSocketUri.");
}

}  // namespace ecisbx::server::api::eci
