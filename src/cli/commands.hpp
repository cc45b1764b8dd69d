// One function per command: adds it to the parser; what it returns when chosen is the program's
// exit status. `chosen` is set by the parser's callback and called after parsing.
#ifndef ECISBX_CLI_COMMANDS_HPP
#define ECISBX_CLI_COMMANDS_HPP

#include "cli/app.hpp"

#include <CLI/App.hpp>

#include <functional>

namespace ecisbx::cli {

using action = std::function<int()>;

void add_serve(CLI::App& parser, app& program, action& chosen);
void add_create(CLI::App& parser, app& program, action& chosen);
void add_ls(CLI::App& parser, app& program, action& chosen);
void add_show(CLI::App& parser, app& program, action& chosen);
void add_rm(CLI::App& parser, app& program, action& chosen);
void add_exec(CLI::App& parser, app& program, action& chosen);  ///< exec and bash
void add_tmux(CLI::App& parser, app& program, action& chosen);
void add_run(CLI::App& parser, app& program, action& chosen);
void add_cp(CLI::App& parser, app& program, action& chosen);
void add_logs(CLI::App& parser, app& program, action& chosen);
void add_events(CLI::App& parser, app& program, action& chosen);
void add_restart(CLI::App& parser, app& program, action& chosen);
void add_call(CLI::App& parser, app& program, action& chosen);
void add_doctor(CLI::App& parser, app& program, action& chosen);
void add_completion(CLI::App& parser, app& program, action& chosen);
void add_man(CLI::App& parser, app& program, action& chosen);

}  // namespace ecisbx::cli

#endif
