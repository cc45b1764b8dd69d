// The program's log: on stderr, because stdout is for data.
#ifndef ECISBX_CLI_LOGGING_HPP
#define ECISBX_CLI_LOGGING_HPP

#include <ecisbx/log_level.hpp>
#include <ecisbx/observer.hpp>

#include <memory>
#include <string_view>

namespace ecisbx::cli {

/// To be called before the first line. `verbose`: debug lines too.
void start_log(bool verbose);
void write_log(log_level level, std::string_view line);

/// Starts a verbose log, and writes there what a client does.
std::shared_ptr<observer> logging_observer();

}  // namespace ecisbx::cli

#endif
