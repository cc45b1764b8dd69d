#include "server/api/eci/dispatch.hpp"

#include "core/ascii.hpp"
#include "core/sha256.hpp"
#include "core/utf8.hpp"
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::server::api::eci {
namespace {

using plain_action = boost::json::object (*)(service&, const call&);

constexpr std::pair<std::string_view, plain_action> plain_actions[] = {
    {"CreateContainerGroup", create_container_group},
    {"DeleteContainerGroup", delete_container_group},
    {"DescribeContainerGroupStatus", describe_container_group_status},
    {"DescribeContainerGroups", describe_container_groups},
    {"DescribeRegions", describe_regions},
    {"RestartContainerGroup", restart_container_group},
};

plain_action find_plain(std::string_view name) {
    for (const auto& [known, act] : plain_actions)
        if (known == name) return act;
    return nullptr;
}

bool is_text(const std::string& text) {
    return core::is_valid_utf8(text) && text.find('\0') == std::string::npos;
}

// Length-prefixed, so that no two lists of parameters have the same one.
std::string fingerprint_of(proto::parameter_list parameters) {
    std::sort(parameters.begin(), parameters.end());
    std::string all;
    for (const auto& [name, value] : parameters) {
        if (name == "ClientToken") continue;
        all +=
            std::to_string(name.size()) + ":" + name + std::to_string(value.size()) + ":" + value;
    }
    return core::sha256_hex(all);
}

std::optional<proto::access_key> find_key(const service_settings& settings, std::string_view id) {
    if (!core::constant_time_equal(id, settings.access_key_id)) return std::nullopt;
    proto::access_key key;
    key.key = settings.access_key_secret;
    key.token = settings.security_token;
    return key;
}

}  // namespace

proto::verified_request authenticate(service& s, const net::http_request& request) {
    if (request.method != "GET" && request.method != "POST")
        refuse(405, "UnsupportedHTTPMethod", "This HTTP method is not supported: use GET or POST.");
    proto::header_list headers;
    for (const auto& [name, value] : request.headers)
        headers.emplace_back(core::ascii_lower(name), value);
    proto::incoming_request incoming;
    incoming.method = request.method;
    incoming.target = request.target;
    incoming.headers = headers;
    incoming.body = request.body;
    auto lookup = [&s](std::string_view id) { return find_key(s.settings, id); };
    auto verdict =
        proto::verify_request(incoming, lookup, std::chrono::floor<std::chrono::seconds>(s.clock()),
                              s.nonces, proto::verify_limits());
    if (auto* failure = std::get_if<proto::api_failure>(&verdict))
        throw proto::api_refusal(std::move(*failure));
    auto& verified = std::get<proto::verified_request>(verdict);
    if (verified.version != "2018-08-08")
        refuse(400, "InvalidVersion", "Specified parameter Version is not valid: use 2018-08-08.");
    for (const auto& [name, value] : verified.parameters)
        if (!is_text(name) || !is_text(value))
            refuse(400, "InvalidParameter",
                   "A parameter is not well-formed UTF-8 or has a NUL character.");
    return std::move(verified);
}

call_ptr make_call(proto::verified_request request, std::string authority) {
    auto fingerprint = fingerprint_of(request.parameters);
    return std::make_shared<call>(call{std::move(request.action),
                                       proto::flat_view(std::move(request.parameters)),
                                       std::move(fingerprint), std::move(authority)});
}

boost::asio::awaitable<boost::json::object> dispatch(service_ptr s, call_ptr c) {
    if (c->action == "ExecContainerCommand") {
        auto result = co_await exec_container_command(s, c);
        co_return result;
    }
    auto act = find_plain(c->action);
    if (!act)
        refuse(404, "InvalidAction.NotFound",
               "Specified api is not found, please check your url and method.");
    co_return act(*s, *c);
}

}  // namespace ecisbx::server::api::eci
