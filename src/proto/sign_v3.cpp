#include "proto/sign_v3.hpp"

#include "core/ascii.hpp"
#include "core/hex.hpp"
#include "core/percent.hpp"
#include "core/sha256.hpp"

#include <algorithm>
#include <cstddef>

namespace ecisbx::proto {

namespace {

std::string encode_path(std::string_view path) {
    std::string out;
    std::size_t from = 0;
    while (true) {
        auto slash = path.find('/', from);
        out += core::percent_encode(path.substr(from, slash - from));
        if (slash == std::string_view::npos) return out;
        out += '/';
        from = slash + 1;
    }
}

/// All values of a header: one as it is, several sorted and joined.
std::string header_value(std::span<const name_value> headers, std::string_view name) {
    std::vector<std::string_view> values;
    for (const auto& [key, value] : headers)
        if (key == name) values.push_back(core::trimmed(value));
    std::sort(values.begin(), values.end());
    std::string joined;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) joined += ',';
        joined += values[i];
    }
    return joined;
}

std::string wire_query(const parameter_list& parameters) {
    std::string query;
    for (const auto& [name, value] : parameters) {
        query += query.empty() ? '?' : '&';
        query += core::percent_encode(name) + '=' + core::percent_encode(value);
    }
    return query;
}

header_list headers_to_sign(const v3_call& call, const std::string& payload_hash) {
    header_list headers{{"host", call.host},
                        {"x-acs-action", call.action},
                        {"x-acs-content-sha256", payload_hash},
                        {"x-acs-date", core::format_rfc3339(call.date)},
                        {"x-acs-signature-nonce", call.nonce},
                        {"x-acs-version", call.version}};
    if (!call.body.empty()) headers.emplace_back("content-type", call.content_type);
    if (!call.security_token.empty()) {
        headers.emplace_back("x-acs-accesskey-id", call.access_key_id);
        headers.emplace_back("x-acs-security-token", call.security_token.reveal());
    }
    std::sort(headers.begin(), headers.end());
    return headers;
}

}  // namespace

std::string canonical_query(std::span<const name_value> parameters, v3_keys keys) {
    std::vector<const name_value*> sorted;
    sorted.reserve(parameters.size());
    for (const auto& parameter : parameters) sorted.push_back(&parameter);
    std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return *a < *b; });
    std::string query;
    for (const auto* parameter : sorted) {
        if (!query.empty()) query += '&';
        query += keys == v3_keys::raw ? parameter->first : core::percent_encode(parameter->first);
        query += '=';
        query += core::percent_encode(parameter->second);
    }
    return query;
}

bool raw_keys_are_unambiguous(std::span<const name_value> parameters) {
    return std::none_of(parameters.begin(), parameters.end(), [](const name_value& parameter) {
        return std::any_of(parameter.first.begin(), parameter.first.end(), [](char c) {
            return c == '&' || c == '=' || c == '%' || (c >= 0 && c < ' ');
        });
    });
}

std::string v3_canonical_request(const v3_message& message) {
    std::string text(message.method);
    text += '\n' + encode_path(message.path) + '\n';
    text += canonical_query(message.parameters, message.keys) + '\n';
    for (const auto& name : message.signed_headers)
        text += name + ':' + header_value(message.headers, name) + '\n';
    text += '\n' + v3_name_list(message.signed_headers) + '\n';
    text += message.payload_hash;
    return text;
}

std::string v3_string_to_sign(std::string_view canonical_request) {
    return std::string(v3_algorithm) + '\n' + core::sha256_hex(canonical_request);
}

std::string v3_signature(const secret& key, std::string_view string_to_sign) {
    return core::hex_encode(core::hmac_sha256(key.reveal(), string_to_sign));
}

v3_signed sign_v3(const v3_call& call) {
    auto payload_hash = core::sha256_hex(call.body);
    v3_signed result;
    result.target = "/" + wire_query(call.parameters);
    result.headers = headers_to_sign(call, payload_hash);

    std::vector<std::string> names;
    for (const auto& header : result.headers) names.push_back(header.first);
    v3_message message;
    message.method = call.method;
    message.parameters = call.parameters;
    message.headers = result.headers;
    message.signed_headers = names;
    message.payload_hash = payload_hash;
    auto signature =
        v3_signature(call.access_key_secret, v3_string_to_sign(v3_canonical_request(message)));
    result.headers.emplace_back("authorization",
                                format_v3_authorization({call.access_key_id, names, signature}));
    return result;
}

}  // namespace ecisbx::proto
