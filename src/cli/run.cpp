// ecisbx run: create, wait, exec, remove.
#include "cli/commands.hpp"
#include "cli/create.hpp"
#include "cli/exec.hpp"

#include <ecisbx/sandbox.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <iostream>
#include <memory>

namespace ecisbx::cli {
namespace {

namespace asio = boost::asio;

asio::awaitable<int> in_box(sandbox box, command what, exec_arguments arguments, bool json) {
    co_await box.wait_ready();
    if (json) co_return co_await print_result(box.exec(std::move(what), arguments.options()));
    auto started = co_await box.start(std::move(what), arguments.options());
    co_return co_await attach(std::move(started), std::move(arguments));
}

asio::awaitable<int> run(eci::client client, eci::create_options options, command what,
                         exec_arguments arguments, bool keep, bool json) {
    if (json) require_detached(arguments);
    auto box = co_await client.create(std::move(options));
    auto status = co_await as_result(in_box(box, std::move(what), std::move(arguments), json));
    if (keep) {
        std::cerr << "ecisbx: kept " << box.id() << '\n';
    } else {
        // Also after Ctrl-C: what was created here ends here.
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        auto removed = co_await as_result(box.remove(remove_options().force()));
        if (!removed)
            std::cerr << "ecisbx: could not remove " << box.id() << ": "
                      << removed.error().to_string() << '\n';
    }
    co_return status.value();
}

}  // namespace

void add_run(CLI::App& parser, app& program, action& chosen) {
    auto* command_line = parser.add_subcommand("run", "Create, wait, run a command, remove");
    auto create = std::make_shared<create_arguments>();
    auto exec = std::make_shared<exec_arguments>();
    auto keep = std::make_shared<bool>(false);
    auto argv = std::make_shared<std::vector<std::string>>();
    create->add_to(*command_line);
    command_line->add_flag("-i,--interactive", exec->interactive, "Pass stdin on");
    command_line->add_flag("-t,--tty", exec->tty, "Give the command a terminal");
    command_line->add_option("--timeout", exec->timeout, "Kill the command after this long");
    command_line->add_option("--dir", exec->dir, "Working folder");
    command_line->add_flag("--keep", *keep, "Do not remove the sandbox");
    command_line->add_option("ARGV", *argv, "The command, after --")->required();
    command_line->callback([=, &program, &chosen] {
        chosen = [=, &program] {
            return program.run(run(program.client(), create->options(), command(*argv), *exec,
                                   *keep, program.json));
        };
    });
}

}  // namespace ecisbx::cli
