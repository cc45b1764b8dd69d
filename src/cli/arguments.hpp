// Parsing and checking of argument values that several commands take.
#ifndef ECISBX_CLI_ARGUMENTS_HPP
#define ECISBX_CLI_ARGUMENTS_HPP

#include <chrono>
#include <string>
#include <utility>

namespace ecisbx::cli {

/// `500ms`, `30s`, `5m`, `2h`; a bare number is seconds. Must be > 0. Throws `invalid_argument`.
std::chrono::milliseconds parse_duration(const std::string& text);

/// `K=V`; the value may be empty and may contain `=`. `what` names it in the error.
std::pair<std::string, std::string> parse_pair(const std::string& text, const std::string& what);

/// `8080`, `8080/TCP`, `53/UDP`.
std::pair<int, std::string> parse_port(const std::string& text);

}  // namespace ecisbx::cli

#endif
