// What ids and nonces of an exec may be made of.
#ifndef ECISBX_PROTO_EXEC_SCRIPT_CHECK_HPP
#define ECISBX_PROTO_EXEC_SCRIPT_CHECK_HPP

#include <string_view>

namespace ecisbx::proto {

/// They stand unquoted in shell text and in patterns. Throws `invalid_argument`.
void check_exec_token(std::string_view token, const char* what);

}  // namespace ecisbx::proto

#endif
