// Request signature of the first generation, HMAC-SHA1 over the parameters.
#ifndef ECISBX_PROTO_SIGN_V1_HPP
#define ECISBX_PROTO_SIGN_V1_HPP

#include "proto/name_value.hpp"

#include <ecisbx/secret.hpp>

#include <span>
#include <string>
#include <string_view>

namespace ecisbx::proto {

/// `parameters`: all of query and form body, decoded, any order; `Signature` is left out.
std::string v1_string_to_sign(std::string_view method, std::span<const name_value> parameters);

/// Base64 of 20 bytes.
std::string v1_signature(const secret& key, std::string_view string_to_sign);

}  // namespace ecisbx::proto

#endif
