// Requests as the clients in the field send them, for the tests of verification.
#ifndef ECISBX_TESTS_UNIT_PROTO_SIGNED_REQUEST_HPP
#define ECISBX_TESTS_UNIT_PROTO_SIGNED_REQUEST_HPP

#include "core/percent.hpp"
#include "core/sha256.hpp"
#include "proto/sign_v1.hpp"
#include "proto/sign_v3.hpp"
#include "proto/verify.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <variant>

namespace signed_request {

using namespace ecisbx::proto;

inline const std::string date_text = "2026-01-02T03:04:05Z";
inline const ecisbx::core::utc_time date = *ecisbx::core::parse_rfc3339(date_text);
inline const std::string nonce = "0123456789abcdef0123456789abcdef";
inline const std::string empty_hash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct http {
    std::string method = "POST";
    std::string target = "/";
    header_list headers;
    std::string body;

    std::string& header(std::string_view name) {
        auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const name_value& h) { return h.first == name; });
        if (found != headers.end()) return found->second;
        return headers.emplace_back(std::string(name), "").second;
    }
    void drop(std::string_view name) {
        std::erase_if(headers, [&](const name_value& h) { return h.first == name; });
    }
    bool replace_in_target(std::string_view from, std::string_view to) {
        auto at = target.find(from);
        if (at == std::string::npos) return false;
        target.replace(at, from.size(), to);
        return true;
    }
};

inline std::optional<access_key> lookup(std::string_view id) {
    access_key key;
    key.key = "testsecret";
    if (id == "testid") return key;
    if (id == "disabled") key.condition = access_key::state::disabled;
    if (id == "sts" || id == "expired") key.token = "TOKEN+/=";
    if (id == "expired") key.condition = access_key::state::token_expired;
    if (id == "sts") key.expired_tokens = {"OLD", "OLDER"};
    if (id == "disabled" || id == "sts" || id == "expired") return key;
    return {};
}

struct server {
    nonce_cache nonces{std::chrono::minutes(15)};
    ecisbx::core::utc_time now = date;
    verify_limits limits;

    std::variant<verified_request, api_failure> operator()(const http& request) {
        incoming_request incoming{request.method, request.target, request.headers, request.body};
        return verify_request(incoming, lookup, now, nonces, limits);
    }
    /// The code of the refusal, or `ok`.
    std::string code(const http& request) {
        auto result = (*this)(request);
        auto* failure = std::get_if<api_failure>(&result);
        return failure ? failure->code : "ok";
    }
};

/// Signs the headers given (`x-acs-content-sha256` is set) and adds Authorization.
inline void sign(http& request, const parameter_list& query, const std::string& key_id,
                 v3_keys keys = v3_keys::raw, const std::string& leave_out = "") {
    auto hash = ecisbx::core::sha256_hex(request.body);
    request.drop("authorization");
    request.header("x-acs-content-sha256") = hash;
    std::vector<std::string> names;
    for (const auto& header : request.headers)
        if (header.first != leave_out) names.push_back(header.first);
    std::sort(names.begin(), names.end());
    v3_message message;
    message.method = request.method;
    message.parameters = query;
    message.headers = request.headers;
    message.signed_headers = names;
    message.payload_hash = hash;
    message.keys = keys;
    auto signature = v3_signature("testsecret", v3_string_to_sign(v3_canonical_request(message)));
    request.header("authorization") = format_v3_authorization({key_id, names, signature});
}

/// As the Python SDK puts it on the wire: spaces as `+`, accept and user-agent signed, unsigned
/// headers of the HTTP library around them.
inline http python_call(const parameter_list& query, const std::string& key_id = "testid",
                        const char* action = "CreateContainerGroup") {
    http request;
    request.headers = {
        {"host", "127.0.0.1:18081"},
        {"x-acs-version", "2018-08-08"},
        {"x-acs-action", action},
        {"user-agent", "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2"},
        {"x-acs-date", date_text},
        {"x-acs-signature-nonce", nonce},
        {"accept", "application/json"},
        {"x-acs-credentials-provider", "static_ak"}};
    for (const auto& [name, value] : query) {
        auto encoded = ecisbx::core::percent_encode(value);
        for (auto at = encoded.find("%20"); at != std::string::npos; at = encoded.find("%20"))
            encoded.replace(at, 3, "+");
        request.target += request.target == "/" ? '?' : '&';
        request.target += ecisbx::core::percent_encode(name) + '=' + encoded;
    }
    sign(request, query, key_id);
    request.headers.emplace_back("accept-encoding", "identity");
    return request;
}

inline parameter_list create_parameters() {
    return {{"Container.1.Name", "sandbox"}, {"Container.1.Image", "nginx:latest"},
            {"Container.1.Cpu", "1.0"},      {"Container.1.EnvironmentVar.1.Value", "x y*~/"},
            {"AutoCreateEip", "True"},       {"Empty", ""},
            {"Text", "你好 + & = %"}};
}

inline parameter_list v1_parameters(const std::string& key_id = "testid") {
    return {{"Action", "DescribeContainerGroups"},
            {"Format", "json"},
            {"Version", "2018-08-08"},
            {"Timestamp", date_text},
            {"SignatureNonce", nonce},
            {"SignatureMethod", "HMAC-SHA1"},
            {"SignatureVersion", "1.0"},
            {"AccessKeyId", key_id},
            {"RegionId", "cn-shanghai"},
            {"Tag.1.Value", "a b*~"}};
}

inline std::string form(const parameter_list& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) {
        if (!text.empty()) text += '&';
        text += ecisbx::core::percent_encode(name) + '=' + ecisbx::core::percent_encode(value);
    }
    return text;
}

/// Everything in the query, as the Python SDK does under `signature_algorithm='v2'`, x-acs headers
/// included.
inline http v1_call(parameter_list parameters, const char* method = "POST") {
    http request;
    request.method = method;
    auto text = v1_string_to_sign(method, parameters);
    parameters.emplace_back("Signature", v1_signature("testsecret", text));
    request.target = "/?" + form(parameters);
    request.headers = {{"host", "127.0.0.1:18081"},
                       {"x-acs-version", "2018-08-08"},
                       {"x-acs-action", "DescribeContainerGroups"},
                       {"accept", "application/json"}};
    return request;
}

inline verified_request accepted(const http& request) {
    server check;
    auto result = check(request);
    if (auto* failure = std::get_if<api_failure>(&result))
        FAIL(failure->code << ": " << failure->message);
    return std::get<verified_request>(result);
}

inline api_failure refused(const http& request) {
    server check;
    auto result = check(request);
    REQUIRE(std::holds_alternative<api_failure>(result));
    return std::get<api_failure>(result);
}

}  // namespace signed_request

#endif
