// Parts of exec_script.cpp that its neighbours need too.
#ifndef ECISBX_PROTO_EXEC_SCRIPT_PARTS_HPP
#define ECISBX_PROTO_EXEC_SCRIPT_PARTS_HPP

#include <string>
#include <string_view>

namespace ecisbx::proto {

/// Ids and nonces stand unquoted in shell text and in patterns. Throws `invalid_argument`.
void check_exec_token(std::string_view token, const char* what);

/// The text that reads the wrapper's text from stdin.
std::string exec_loader_text(bool tty);

}  // namespace ecisbx::proto

#endif
