#include "proto/verify.hpp"

#include "core/ascii.hpp"
#include "core/sha256.hpp"
#include "proto/sign_v3.hpp"
#include "proto/verify_steps.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::proto {

namespace {

void check_headers(const verification& on) {
    if (on.request.headers.size() > on.limits.headers)
        refuse(400, "InvalidParameter.ValueExceeded", "The request has too many header fields.");
    for (const auto& [name, value] : on.request.headers) {
        if (value.size() > on.limits.header_value)
            refuse(400, "InvalidParameter.ValueExceeded", "A header field is too long.");
        // A line break in a value could pose as another line of what is signed.
        if (std::any_of(value.begin(), value.end(),
                        [](char c) { return core::is_ascii_control(c) && c != '\t'; }))
            refuse(400, "InvalidParameter", "A header field has a control character.");
    }
}

}  // namespace

void refuse(int http_status, std::string code, std::string message) {
    throw api_refusal({http_status, std::move(code), std::move(message)});
}

void refuse_incomplete(std::string_view why) {
    refuse(400, "IncompleteSignature",
           "The request signature does not conform to the standards: " + std::string(why) + '.');
}

std::optional<std::string_view> verification::header(std::string_view name) const {
    std::optional<std::string_view> value;
    for (const auto& [key, text] : request.headers) {
        if (key != name) continue;
        if (value) refuse_incomplete("the header " + std::string(name) + " is there twice");
        value = core::trimmed(text);
    }
    return value;
}

std::optional<std::string_view> verification::parameter(std::string_view name) const {
    auto found = std::find_if(merged.begin(), merged.end(),
                              [&](const name_value& p) { return p.first == name; });
    if (found == merged.end()) return {};
    return found->second;
}

access_key verification::find_key(std::string_view id) const {
    auto key = lookup(id);
    if (!key) refuse(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
    if (key->condition == access_key::state::disabled)
        refuse(403, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.");
    return std::move(*key);
}

core::utc_time verification::check_date(std::string_view text) const {
    auto date = core::parse_rfc3339(text);
    if (!date)
        refuse(400, "InvalidTimeStamp.Format",
               "Specified time stamp or date value is not well formatted.");
    if (std::chrono::abs(*date - now) > nonces.window())
        refuse(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
    return *date;
}

void verification::check_token(const access_key& key) const {
    auto in_header = header("x-acs-security-token").value_or("");
    auto in_parameter = parameter("SecurityToken").value_or("");
    auto presented = in_header.empty() ? in_parameter : in_header;
    auto was_right = [&](const secret& old) {
        return core::constant_time_equal(presented, old.reveal());
    };
    bool is_right = key.condition == access_key::state::active && was_right(key.token);
    if (!is_right && std::any_of(key.expired_tokens.begin(), key.expired_tokens.end(), was_right))
        refuse(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.");
    if (presented.empty() && !key.token.empty())
        refuse(400, "MissingSecurityToken", "SecurityToken is mandatory for this action.");
    bool differ = !in_header.empty() && !in_parameter.empty() &&
                  !core::constant_time_equal(in_header, in_parameter);
    if (differ || !core::constant_time_equal(presented, key.token.reveal()))
        refuse(400, "InvalidSecurityToken.MismatchWithAccessKey",
               "Specified SecurityToken mismatch with the AccessKey.");
    if (key.condition == access_key::state::token_expired)
        refuse(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.");
}

void verification::check_nonce_form(std::string_view nonce) const {
    if (nonce.empty()) throw api_refusal(missing_parameter("SignatureNonce"));
    if (nonce.size() > limits.nonce)
        throw api_refusal(invalid_parameter("SignatureNonce", "too long"));
}

void verification::use_nonce(std::string_view key_id, std::string_view nonce,
                             core::utc_time date) const {
    switch (nonces.remember(key_id, nonce, date, now)) {
        case nonce_cache::verdict::fresh: return;
        case nonce_cache::verdict::used:
            refuse(400, "SignatureNonceUsed", "Specified signature nonce was used already.");
        case nonce_cache::verdict::too_old:
            refuse(400, "InvalidTimeStamp.Expired",
                   "Specified time stamp or date value is expired.");
    }
}

std::variant<verified_request, api_failure> verify_request(const incoming_request& request,
                                                           const access_key_lookup& lookup,
                                                           core::utc_time now, nonce_cache& nonces,
                                                           const verify_limits& limits) {
    try {
        if (request.method != "GET" && request.method != "POST")
            refuse(405, "UnsupportedHTTPMethod", "This http method is not supported.");
        verification steps{request, lookup, now, nonces, limits, {}, {}};
        check_headers(steps);
        read_parameters(steps);
        auto authorization = steps.header("authorization");
        if (authorization && is_v3_authorization(*authorization))
            return steps.verify_v3(*authorization);
        return steps.verify_v1();
    } catch (const api_refusal& refused) {
        return refused.failure();
    }
}

}  // namespace ecisbx::proto
