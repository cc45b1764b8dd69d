#include "proto/sign_v1.hpp"

#include "core/base64.hpp"
#include "core/percent.hpp"
#include "core/sha256.hpp"
#include "proto/sign_v3.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <iterator>

namespace ecisbx::proto {

std::string v1_string_to_sign(std::string_view method, std::span<const name_value> parameters) {
    parameter_list covered;
    covered.reserve(parameters.size());
    std::copy_if(parameters.begin(), parameters.end(), std::back_inserter(covered),
                 [](const name_value& p) { return p.first != "Signature"; });
    std::string text(method);
    text += '&' + core::percent_encode("/") + '&';
    text += core::percent_encode(canonical_query(covered, v3_keys::encoded));
    return text;
}

std::string v1_signature(const secret& key, std::string_view string_to_sign) {
    // The wire's rule: the key of the HMAC is the access key's secret and an ampersand.
    std::string hmac_key(key.reveal());
    hmac_key += '&';
    auto mac = core::hmac_sha1(hmac_key, string_to_sign);
    OPENSSL_cleanse(hmac_key.data(), hmac_key.size());
    return core::base64_encode(mac);
}

}  // namespace ecisbx::proto
