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
    {"CommitContainer", commit_container},
    {"CopyDataCache", copy_data_cache},
    {"CreateContainerGroup", create_container_group},
    {"CreateDataCache", create_data_cache},
    {"CreateImageCache", create_image_cache},
    {"CreateInstanceOpsTask", create_instance_ops_task},
    {"CreateVirtualNode", create_virtual_node},
    {"DeleteContainerGroup", delete_container_group},
    {"DeleteDataCache", delete_data_cache},
    {"DeleteImageCache", delete_image_cache},
    {"DeleteVirtualNode", delete_virtual_node},
    {"DescribeAvailableResource", describe_available_resource},
    {"DescribeCommitContainerTask", describe_commit_container_task},
    {"DescribeContainerGroupEvents", describe_container_group_events},
    {"DescribeContainerGroupMetric", describe_container_group_metric},
    {"DescribeContainerGroupPrice", describe_container_group_price},
    {"DescribeContainerGroupStatus", describe_container_group_status},
    {"DescribeContainerGroups", describe_container_groups},
    {"DescribeContainerLog", describe_container_log},
    {"DescribeDataCaches", describe_data_caches},
    {"DescribeImageCaches", describe_image_caches},
    {"DescribeInstanceOpsRecords", describe_instance_ops_records},
    {"DescribeMultiContainerGroupMetric", describe_multi_container_group_metric},
    {"DescribeRegions", describe_regions},
    {"DescribeVirtualNodes", describe_virtual_nodes},
    {"ListTagResources", list_tag_resources},
    {"ListUsage", list_usage},
    {"ResizeContainerGroupVolume", resize_container_group_volume},
    {"RestartContainerGroup", restart_container_group},
    {"UpdateContainerGroup", update_container_group},
    {"TagResources", tag_resources},
    {"UntagResources", untag_resources},
    {"UpdateDataCache", update_data_cache},
    {"UpdateImageCache", update_image_cache},
    {"UpdateVirtualNode", update_virtual_node},
};

plain_action find_plain(std::string_view name) {
    for (const auto& [known, act] : plain_actions)
        if (known == name) return act;
    return nullptr;
}

// What the service says in both generations of headers, so that old and new SDKs see it.
void admit(service& s, const call& c) {
    ++s.calls[c.action];
    auto refused = s.quotas.take(c.action, s.clock());
    if (!refused) return;
    auto left = std::to_string(refused->left.count());
    proto::api_failure failure;
    failure.code = "Throttling.User";
    failure.message = "Request was denied due to user flow control.";
    failure.headers.emplace_back("x-acs-retry-after", left);
    failure.headers.emplace_back("x-ratelimit-user-api", "Limit:" + std::to_string(refused->limit) +
                                                             ",Remain:0,TimeLeft:" + left);
    throw proto::api_refusal(std::move(failure));
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
    std::optional<proto::access_key> key;
    if (core::constant_time_equal(id, settings.access_key_id)) {
        key.emplace();
        key->key = settings.access_key_secret;
        key->token = settings.security_token;
    }
    for (const auto& old : settings.retired) {
        if (!core::constant_time_equal(id, old.id)) continue;
        if (!key) {
            key.emplace();
            key->key = old.key;
            key->condition = proto::access_key::state::token_expired;
        }
        key->expired_tokens.push_back(old.token);
    }
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

bool is_served(std::string_view action) {
    return action == "ExecContainerCommand" || find_plain(action);
}

boost::asio::awaitable<boost::json::object> dispatch(service_ptr s, call_ptr c) {
    if (is_served(c->action)) admit(*s, *c);
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
