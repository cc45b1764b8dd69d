#include "security/signed_requests.hpp"

#include "core/ascii.hpp"
#include "core/percent.hpp"
#include "core/random.hpp"
#include "core/sha256.hpp"
#include "core/time.hpp"
#include "proto/sign_v1.hpp"
#include "proto/sign_v3.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::security {

namespace {

const std::string form_type = "application/x-www-form-urlencoded";

std::string form_of(const proto::parameter_list& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) {
        if (!text.empty()) text += '&';
        text += core::percent_encode(name) + '=' + core::percent_encode(value);
    }
    return text;
}

wire_request v3_request(const account& who, proto::parameter_list query, std::string body) {
    proto::v3_call call;
    call.host = who.host;
    call.action = "DescribeContainerGroups";
    call.version = "2018-08-08";
    call.date = core::utc_now();
    call.nonce = core::random_hex(16);
    call.parameters = std::move(query);
    call.body = body;
    if (!body.empty()) call.content_type = form_type;
    call.access_key_id = who.id;
    call.access_key_secret = who.key;
    call.security_token = who.token;
    auto done = proto::sign_v3(call);
    wire_request request;
    request.method = "POST";
    request.target = done.target;
    for (auto& [name, value] : done.headers) request.add(name, value);
    request.body = std::move(body);
    return request;
}

proto::parameter_list v1_parameters(const account& who) {
    proto::parameter_list all = {{"Action", "DescribeContainerGroups"},
                                 {"Format", "json"},
                                 {"Version", "2018-08-08"},
                                 {"Timestamp", core::format_rfc3339(core::utc_now())},
                                 {"SignatureNonce", core::random_hex(16)},
                                 {"SignatureMethod", "HMAC-SHA1"},
                                 {"SignatureVersion", "1.0"},
                                 {"AccessKeyId", who.id},
                                 {"RegionId", "cn-shanghai"},
                                 {"Limit", "7"}};
    if (!who.token.empty()) all.emplace_back("SecurityToken", who.token.reveal());
    all.emplace_back("Signature",
                     proto::v1_signature(who.key, proto::v1_string_to_sign("POST", all)));
    return all;
}

}  // namespace

wire_request v3_query(const account& who) {
    return v3_request(who, {{"RegionId", "cn-shanghai"}, {"Limit", "7"}}, "");
}

wire_request v3_form(const account& who) {
    return v3_request(who, {{"RegionId", "cn-shanghai"}}, "Limit=7");
}

wire_request v1_query(const account& who) {
    wire_request request;
    request.method = "POST";
    request.target = "/?" + form_of(v1_parameters(who));
    request.add("host", who.host);
    return request;
}

wire_request v1_form(const account& who) {
    wire_request request;
    request.method = "POST";
    request.add("host", who.host);
    request.add("content-type", form_type);
    request.body = form_of(v1_parameters(who));
    return request;
}

void sign_again(wire_request& request, const account& who, const std::string& leave_out) {
    request.drop("authorization");
    auto hash = core::sha256_hex(request.body);
    if (request.has("x-acs-content-sha256")) request.header("x-acs-content-sha256") = hash;
    std::vector<std::string> names;
    for (auto& [name, value] : request.headers)
        if (core::ascii_lower(name) != leave_out) names.push_back(core::ascii_lower(name));
    std::sort(names.begin(), names.end());
    auto mark = request.target.find('?');
    auto query = mark == std::string::npos ? core::form_fields()
                                           : *core::parse_form(request.target.substr(mark + 1));
    proto::v3_message message;
    message.method = request.method;
    message.parameters = query;
    message.headers = request.headers;
    message.signed_headers = names;
    message.payload_hash = hash;
    auto text = proto::v3_string_to_sign(proto::v3_canonical_request(message));
    request.add("authorization", proto::format_v3_authorization(
                                     {who.id, names, proto::v3_signature(who.key, text)}));
}

void sign_v1_again(wire_request& request, const account& who) {
    auto fields = *core::parse_form(request.target.substr(request.target.find('?') + 1));
    std::erase_if(fields, [](const auto& f) { return f.first == "Signature"; });
    auto text = proto::v1_string_to_sign(request.method, fields);
    fields.emplace_back("Signature", proto::v1_signature(who.key, text));
    request.target = "/?" + form_of(fields);
}

}  // namespace ecisbx::security
