#include "core/base64.hpp"
#include "core/sha256.hpp"
#include "proto/sign_v1.hpp"
#include "proto/verify_steps.hpp"

#include <algorithm>
#include <iterator>

namespace ecisbx::proto {

namespace {

constexpr std::size_t hmac_sha1_bytes = 20;

constexpr std::string_view of_signing[] = {"AccessKeyId",    "Action",        "Format",
                                           "SecurityToken",  "Signature",     "SignatureMethod",
                                           "SignatureNonce", "SignatureType", "SignatureVersion",
                                           "Timestamp",      "Version"};

std::string_view required(const verification& on, std::string_view name) {
    auto value = on.parameter(name).value_or("");
    if (value.empty()) throw api_refusal(missing_parameter(name));
    return value;
}

void require_value(const verification& on, std::string_view name, std::string_view wanted) {
    if (required(on, name) != wanted)
        throw api_refusal(invalid_parameter(name, std::string(wanted) + " was expected"));
}

void check_signature(const verification& on, std::string_view claimed, const secret& key) {
    auto text = v1_string_to_sign(on.request.method, on.merged);
    if (core::constant_time_equal(v1_signature(key, text), claimed)) return;
    refuse(400, "SignatureDoesNotMatch",
           "Specified signature is not matched with our calculation. server string to sign is:" +
               text.substr(0, on.limits.echoed));
}

}  // namespace

verified_request verification::verify_v1() const {
    verified_request result;
    result.access_key_id = required(*this, "AccessKeyId");
    auto claimed = parameter("Signature").value_or("");
    auto bytes = core::base64_decode(claimed);
    if (!bytes || bytes->size() != hmac_sha1_bytes)
        refuse_incomplete("Signature must be the base64 text of a HMAC-SHA1");
    result.action = required(*this, "Action");
    result.version = required(*this, "Version");
    auto date_text = required(*this, "Timestamp");
    auto nonce = required(*this, "SignatureNonce");
    check_nonce_form(nonce);
    require_value(*this, "SignatureMethod", "HMAC-SHA1");
    require_value(*this, "SignatureVersion", "1.0");
    if (!parameter("SignatureType").value_or("").empty())
        throw api_refusal(invalid_parameter("SignatureType", "it must be empty"));

    auto key = find_key(result.access_key_id);
    auto date = check_date(date_text);
    check_token(key);
    check_signature(*this, claimed, key.key);
    use_nonce(result.access_key_id, nonce, date);

    std::copy_if(merged.begin(), merged.end(), std::back_inserter(result.parameters),
                 [](const name_value& p) {
                     return std::find(std::begin(of_signing), std::end(of_signing), p.first) ==
                            std::end(of_signing);
                 });
    result.generation = signature_generation::v1;
    return result;
}

}  // namespace ecisbx::proto
