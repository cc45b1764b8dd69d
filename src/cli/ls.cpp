// ecisbx ls, show, rm
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/print.hpp"

#include <iostream>
#include <memory>

namespace ecisbx::cli {
namespace {

struct ls_arguments {
    std::string status;
    std::vector<std::string> tags;
    int limit = 0;
};

boost::asio::awaitable<int> ls(eci::client client, std::shared_ptr<ls_arguments> arguments,
                               bool json) {
    eci::list_options options;
    options.status(arguments->status);
    for (const auto& text : arguments->tags) {
        auto [key, value] = parse_pair(text, "--tag");
        options.tag(key, value);
    }
    std::vector<eci::container_group> groups;
    if (arguments->limit == 0) {
        groups = co_await client.list_all(options);
    } else {
        while (groups.size() < static_cast<std::size_t>(arguments->limit)) {
            options.limit(arguments->limit - static_cast<int>(groups.size()));
            auto page = co_await client.list(options);
            for (auto& g : page.groups) groups.push_back(std::move(g));
            if (page.next_token.empty()) break;
            options.next_token(page.next_token);
        }
    }
    json ? print_json(groups) : print_table(groups);
    co_return 0;
}

boost::asio::awaitable<int> show(eci::client client, std::string id, bool json) {
    std::vector<eci::container_group> one;
    one.push_back(co_await client.describe(id));
    json ? print_json(one) : print_group(one.front());
    co_return 0;
}

boost::asio::awaitable<int> rm(eci::client client, std::vector<std::string> ids, bool force) {
    int failed = 0;
    for (const auto& id : ids) {
        auto removed = co_await as_result(client.remove(id, remove_options().force(force)));
        if (removed) continue;
        print_failure(error(removed.error()));
        failed = exit_failed;
    }
    co_return failed;
}

}  // namespace

void add_ls(CLI::App& parser, app& program, action& chosen) {
    auto* command = parser.add_subcommand("ls", "List sandboxes");
    auto arguments = std::make_shared<ls_arguments>();
    command->add_option("--status", arguments->status, "Only these: Running, Pending, ...");
    command->add_option("--tag", arguments->tags, "K=V, may be repeated")->allow_extra_args(false);
    command->add_option("--limit", arguments->limit, "At most this many; default: all")
        ->check(CLI::PositiveNumber);
    command->callback([=, &program, &chosen] {
        chosen = [=, &program] {
            return program.run(ls(program.client(), arguments, program.json));
        };
    });
}

void add_show(CLI::App& parser, app& program, action& chosen) {
    auto* command = parser.add_subcommand("show", "Show one sandbox with its events");
    auto id = std::make_shared<std::string>();
    command->add_option("ID", *id)->required();
    command->callback([=, &program, &chosen] {
        chosen = [=, &program] { return program.run(show(program.client(), *id, program.json)); };
    });
}

void add_rm(CLI::App& parser, app& program, action& chosen) {
    auto* command = parser.add_subcommand("rm", "Remove sandboxes");
    auto ids = std::make_shared<std::vector<std::string>>();
    auto force = std::make_shared<bool>(false);
    command->add_option("ID", *ids)->required();
    command->add_flag("--force", *force, "Do not wait for a graceful end");
    command->callback([=, &program, &chosen] {
        chosen = [=, &program] { return program.run(rm(program.client(), *ids, *force)); };
    });
}

}  // namespace ecisbx::cli
