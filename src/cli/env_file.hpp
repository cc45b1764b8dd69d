// Writes the settings of a client as a .env file.
#ifndef ECISBX_CLI_ENV_FILE_HPP
#define ECISBX_CLI_ENV_FILE_HPP

#include <ecisbx/eci/config.hpp>

#include <string>

namespace ecisbx::cli {

/// Mode 0600, written beside and renamed, so that who sees the file sees all of it.
/// Throws `invalid_argument` when it can not be written.
void write_env_file(const std::string& path, const eci::config& settings);

}  // namespace ecisbx::cli

#endif
