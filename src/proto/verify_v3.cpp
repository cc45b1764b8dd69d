#include "core/sha256.hpp"
#include "proto/sign_v3.hpp"
#include "proto/verify_steps.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

namespace ecisbx::proto {

namespace {

std::string required_header(const verification& on, std::string_view name,
                            std::string_view parameter) {
    auto value = on.header(name).value_or("");
    if (value.empty()) throw api_refusal(missing_parameter(parameter));
    return std::string(value);
}

bool contains(const std::vector<std::string>& sorted, std::string_view name) {
    return std::binary_search(sorted.begin(), sorted.end(), name, std::less<std::string_view>());
}

/// Nothing that has a meaning may be outside of the signature.
void check_coverage(const verification& on, const std::vector<std::string>& names) {
    if (!on.header("host") || !contains(names, "host"))
        refuse_incomplete("the header host must be sent and signed");
    for (const auto& header : on.request.headers) {
        const auto& name = header.first;
        bool matters =
            name.starts_with("x-acs-") || (name == "content-type" && !on.request.body.empty());
        if (matters && !contains(names, name))
            refuse_incomplete("the header " + name + " must be signed");
    }
    for (const auto& name : names)
        if (std::none_of(on.request.headers.begin(), on.request.headers.end(),
                         [&](const name_value& h) { return h.first == name; }))
            refuse_incomplete("the signed header " + name + " was not sent");
}

void check_signature(const verification& on, const v3_authorization& claim, const secret& key,
                     const std::string& payload_hash) {
    v3_message message;
    message.method = on.request.method;
    message.parameters = on.query;
    message.headers = on.request.headers;
    message.signed_headers = claim.signed_headers;
    message.payload_hash = payload_hash;
    auto expected = v3_string_to_sign(v3_canonical_request(message));
    bool same = core::constant_time_equal(v3_signature(key, expected), claim.signature);
    if (!same && raw_keys_are_unambiguous(on.query)) {
        message.keys = v3_keys::raw;
        expected = v3_string_to_sign(v3_canonical_request(message));
        same = core::constant_time_equal(v3_signature(key, expected), claim.signature);
    }
    if (!same)
        refuse(400, "SignatureDoesNotMatch",
               "Specified signature does not match our calculation. server StringToSign is [" +
                   expected + "]");
}

parameter_list without_token(const parameter_list& all) {
    parameter_list rest;
    std::copy_if(all.begin(), all.end(), std::back_inserter(rest),
                 [](const name_value& p) { return p.first != "SecurityToken"; });
    return rest;
}

}  // namespace

verified_request verification::verify_v3(std::string_view authorization) const {
    auto claim = parse_v3_authorization(authorization);
    if (!claim)
        refuse_incomplete(
            "an Authorization header 'ACS3-HMAC-SHA256 Credential=...,SignedHeaders=...,"
            "Signature=...' was expected");
    if (claim->access_key_id.empty()) throw api_refusal(missing_parameter("AccessKeyId"));

    verified_request result;
    result.action = required_header(*this, "x-acs-action", "Action");
    result.version = required_header(*this, "x-acs-version", "Version");
    auto date_text = required_header(*this, "x-acs-date", "Timestamp");
    auto nonce = required_header(*this, "x-acs-signature-nonce", "SignatureNonce");
    check_nonce_form(nonce);
    auto stated_hash = header("x-acs-content-sha256").value_or("");
    if (stated_hash.empty()) refuse_incomplete("the header x-acs-content-sha256 is missing");
    check_coverage(*this, claim->signed_headers);

    auto key = find_key(claim->access_key_id);
    auto date = check_date(date_text);
    auto stated_id = header("x-acs-accesskey-id");
    if (stated_id && *stated_id != claim->access_key_id)
        refuse_incomplete("x-acs-accesskey-id differs from Credential");
    check_token(key);
    auto payload_hash = core::sha256_hex(request.body);
    check_signature(*this, *claim, key.key, payload_hash);
    if (stated_hash != payload_hash)
        refuse(400, "SignatureDoesNotMatch",
               "The header x-acs-content-sha256 is not the hash of the request body.");
    use_nonce(claim->access_key_id, nonce, date);

    result.parameters = without_token(merged);
    result.access_key_id = claim->access_key_id;
    result.generation = signature_generation::v3;
    return result;
}

}  // namespace ecisbx::proto
