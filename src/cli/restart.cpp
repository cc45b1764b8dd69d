// ecisbx restart
#include "cli/commands.hpp"

#include <ecisbx/sandbox.hpp>

#include <memory>
#include <string>

namespace ecisbx::cli {
namespace {

boost::asio::awaitable<int> restart(sandbox box, bool wait) {
    co_await box.restart();
    if (wait) co_await box.wait_ready();
    co_return 0;
}

}  // namespace

void add_restart(CLI::App& parser, app& program, action& chosen) {
    auto* command = parser.add_subcommand("restart", "Restart a sandbox's containers");
    auto id = std::make_shared<std::string>();
    auto wait = std::make_shared<bool>(false);
    command->add_option("ID", *id)->required();
    command->add_flag("--wait", *wait, "Return when it is ready to take commands again");
    command->callback([=, &program, &chosen] {
        chosen = [=, &program] {
            return program.run(restart(program.client().attach(*id), *wait));
        };
    });
}

}  // namespace ecisbx::cli
