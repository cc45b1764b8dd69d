// The ecisbx program.
#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <csignal>

int main(int argc, char** argv) {
    // A reader that went away (`ecisbx ls | head`) is an error of write, not a silent death.
    std::signal(SIGPIPE, SIG_IGN);

    CLI::App parser("Run code sandboxes: on Alibaba Cloud ECI, or on the local server.", "ecisbx");
    parser.set_version_flag("--version", "ecisbx " ECISBX_VERSION);
    parser.require_subcommand(1);
    parser.fallthrough();

    ecisbx::cli::app program;
    parser
        .add_option("--env-file", program.env_file,
                    "Read settings from this file instead of searching for .env upward")
        ->type_name("FILE");
    parser.add_flag("--json", program.json, "Print data as JSON");
    parser.add_flag("-v,--verbose", program.verbose,
                    "Log on stderr what is done: calls, retries, connections, execs; no secrets");

    ecisbx::cli::action chosen;
    ecisbx::cli::add_serve(parser, program, chosen);
    ecisbx::cli::add_create(parser, program, chosen);
    ecisbx::cli::add_ls(parser, program, chosen);
    ecisbx::cli::add_show(parser, program, chosen);
    ecisbx::cli::add_rm(parser, program, chosen);
    ecisbx::cli::add_exec(parser, program, chosen);
    ecisbx::cli::add_tmux(parser, program, chosen);
    ecisbx::cli::add_run(parser, program, chosen);
    ecisbx::cli::add_cp(parser, program, chosen);
    ecisbx::cli::add_logs(parser, program, chosen);
    ecisbx::cli::add_events(parser, program, chosen);
    ecisbx::cli::add_restart(parser, program, chosen);
    ecisbx::cli::add_call(parser, program, chosen);
    ecisbx::cli::add_doctor(parser, program, chosen);
    ecisbx::cli::add_completion(parser, program, chosen);
    ecisbx::cli::add_man(parser, program, chosen);

    try {
        parser.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        // Status 2 would be read as the remote command's: usage errors are ours.
        return parser.exit(e) == 0 ? 0 : ecisbx::cli::exit_failed;
    }
    try {
        return chosen();
    } catch (const std::exception& e) {
        ecisbx::cli::print_failure(e);
        return ecisbx::cli::exit_failed;
    }
}
