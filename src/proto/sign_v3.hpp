// Request signature of the third generation, ACS3-HMAC-SHA256.
//
// A client calls `sign_v3` and sends what it returns. The steps below it are shared with the
// server's verification.
#ifndef ECISBX_PROTO_SIGN_V3_HPP
#define ECISBX_PROTO_SIGN_V3_HPP

#include "core/time.hpp"
#include "proto/name_value.hpp"

#include <ecisbx/secret.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::proto {

inline constexpr std::string_view v3_algorithm = "ACS3-HMAC-SHA256";

/// Clients differ in whether parameter names are percent-encoded in the canonical query. It shows
/// only in free maps (`DataSource.Options.#6#repoId`). We sign encoded; raw is ambiguous for names
/// with separators in them: `a=1&b` with the value 2 reads as two parameters.
enum class v3_keys { raw, encoded };

/// What is signed. Views: everything must outlive the call.
struct v3_message {
    std::string_view method = "POST";
    std::string_view path = "/";                  ///< decoded
    std::span<const name_value> parameters;       ///< of the query; decoded, any order
    std::span<const name_value> headers;          ///< lower-case names; others are ignored
    std::span<const std::string> signed_headers;  ///< lower-case names in byte order
    std::string_view payload_hash;                ///< hex SHA-256 of the body
    v3_keys keys = v3_keys::encoded;
};

/// Sorted by raw name, byte order, then by value; `a=1&b=`.
std::string canonical_query(std::span<const name_value> parameters, v3_keys keys);
/// No name could pose as something else in a raw canonical query.
bool raw_keys_are_unambiguous(std::span<const name_value> parameters);
std::string v3_canonical_request(const v3_message& message);
std::string v3_string_to_sign(std::string_view canonical_request);
/// 64 lower-case hexadecimal digits.
std::string v3_signature(const secret& key, std::string_view string_to_sign);

/// The value of the Authorization header.
struct v3_authorization {
    std::string access_key_id;                ///< may be empty: the header was well-formed
    std::vector<std::string> signed_headers;  ///< lower-case, in byte order, none twice
    std::string signature;                    ///< 64 lower-case hexadecimal digits
};
/// `a;b`.
std::string v3_name_list(std::span<const std::string> names);
std::string format_v3_authorization(const v3_authorization& value);
/// The header asks for some algorithm of the third generation.
bool is_v3_authorization(std::string_view value);
/// Strict: nothing for another algorithm, missing, repeated or unknown parts, a bad name list or
/// signature, more than 64 signed headers, more than 4096 bytes. Blanks after commas are accepted.
std::optional<v3_authorization> parse_v3_authorization(std::string_view value);

/// One call of an RPC action, to be sent to the path `/`.
struct v3_call {
    std::string method = "POST";
    std::string host;  ///< as in the Host header: with the port unless it is the scheme's own
    std::string action;
    std::string version;
    core::utc_time date;
    std::string nonce;  ///< never used before; `core::random_hex(16)`
    parameter_list parameters;
    std::string body;
    std::string content_type;  ///< required with a body, not sent without
    std::string access_key_id;
    secret access_key_secret;
    secret security_token;  ///< empty: permanent credentials
};

struct v3_signed {
    std::string target;   ///< `/?a=1&b=2`
    header_list headers;  ///< all signed ones, host included, and authorization
};

v3_signed sign_v3(const v3_call& call);

}  // namespace ecisbx::proto

#endif
