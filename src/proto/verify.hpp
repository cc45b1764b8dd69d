// Server side: is this request authentic, and what does it ask for?
//
// V3 when there is an `Authorization: ACS3-...` header, else V1 by parameters. Strict where a
// leniency could let an unsigned part through: every parameter and every interpreted header is
// covered by the signature and there only once. A nonce is recorded only after all checks passed.
#ifndef ECISBX_PROTO_VERIFY_HPP
#define ECISBX_PROTO_VERIFY_HPP

#include "core/time.hpp"
#include "proto/api_error.hpp"
#include "proto/name_value.hpp"
#include "proto/nonce_cache.hpp"

#include <ecisbx/secret.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ecisbx::proto {

/// As received. Views: must outlive the call.
struct incoming_request {
    std::string_view method;
    std::string_view target;              ///< raw: path and query
    std::span<const name_value> headers;  ///< lower-case names
    std::string_view body;
};

struct access_key {
    enum class state { active, disabled, token_expired };
    secret key;
    secret token;  ///< temporary credentials: this token must come with each request
    state condition = state::active;
    std::vector<secret> expired_tokens;  ///< were right once, with this key id
};
/// Nothing for an unknown access key id.
using access_key_lookup = std::function<std::optional<access_key>(std::string_view id)>;

enum class signature_generation { v1, v3 };

struct verified_request {
    std::string action;
    std::string version;
    /// Query and form body merged, no name twice, without the parameters of signing itself.
    parameter_list parameters;
    std::string access_key_id;
    signature_generation generation = signature_generation::v3;
};

struct verify_limits {
    std::size_t parameters = 2000;
    std::size_t parameter_name = 512;  ///< bytes
    std::size_t target = 256 * 1024;
    std::size_t body = 1024 * 1024;
    std::size_t headers = 100;
    std::size_t header_value = 16 * 1024;
    std::size_t nonce = 128;
    std::size_t echoed = 16 * 1024;  ///< of a string to sign in a message
};

/// Either the request, or what to answer. The clock window is the cache's. Messages of
/// `SignatureDoesNotMatch` quote the string to sign, which under V1 holds the request's own
/// parameters: send them, do not log them.
std::variant<verified_request, api_failure> verify_request(const incoming_request& request,
                                                           const access_key_lookup& lookup,
                                                           core::utc_time now, nonce_cache& nonces,
                                                           const verify_limits& limits);

}  // namespace ecisbx::proto

#endif
