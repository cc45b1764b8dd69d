// ecisbx create
#include "cli/create.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <memory>

namespace ecisbx::cli {

void create_arguments::add_to(CLI::App& command) {
    command.add_option("--image", image, "Image to run")->required();
    command.add_option("--name", name, "Name; default: sandbox- and random characters");
    command.add_option("--cpu", cpu, "vCPU")->capture_default_str();
    command.add_option("--memory", memory, "GiB")->capture_default_str();
    command.add_option("--env", env, "K=V, may be repeated")->allow_extra_args(false);
    command.add_option("--tag", tags, "K=V, may be repeated")->allow_extra_args(false);
    command.add_option("--port", ports, "8080/TCP, may be repeated")->allow_extra_args(false);
    command.add_option("--restart", restart_policy, "What happens when a container ends")
        ->option_text("Always|OnFailure|Never")
        ->check(CLI::IsMember({"Always", "OnFailure", "Never"}));
    command
        .add_option("--set", parameters,
                    "NAME=VALUE: any parameter of the service, for example ZoneId=cn-shanghai-b")
        ->allow_extra_args(false);
}

eci::create_options create_arguments::options() const {
    eci::create_options o(image);
    if (!name.empty()) o.name(name);
    o.cpu(cpu).memory(memory);
    for (const auto& text : env) {
        auto [key, value] = parse_pair(text, "--env");
        o.env(key, value);
    }
    for (const auto& text : tags) {
        auto [key, value] = parse_pair(text, "--tag");
        o.tag(key, value);
    }
    for (const auto& text : ports) {
        auto [number, protocol] = parse_port(text);
        o.port(number, protocol);
    }
    if (!restart_policy.empty()) o.restart_policy(restart_policy);
    for (const auto& text : parameters) {
        auto [key, value] = parse_pair(text, "--set");
        o.set(key, value);
    }
    return o;
}

namespace {

boost::asio::awaitable<int> create(eci::client client, eci::create_options options, bool wait,
                                   bool json) {
    auto box = co_await client.create(std::move(options));
    // Printed before the wait: whatever happens next, the caller knows what to remove.
    if (json)
        std::cout << boost::json::serialize(boost::json::object{{"id", box.id()}}) << std::endl;
    else
        std::cout << box.id() << std::endl;
    if (wait) co_await box.wait_ready();
    co_return 0;
}

}  // namespace

void add_create(CLI::App& parser, app& program, action& chosen) {
    auto* command = parser.add_subcommand("create", "Create a sandbox and print its id");
    auto arguments = std::make_shared<create_arguments>();
    auto wait = std::make_shared<bool>(false);
    arguments->add_to(*command);
    auto argv = std::make_shared<std::vector<std::string>>();
    command->add_flag("--wait", *wait, "Return when it is ready to take commands");
    command->add_option("ARGV", *argv, "What it runs instead of the image's own, after --");
    command->callback([=, &program, &chosen] {
        chosen = [=, &program] {
            auto options = arguments->options();
            if (!argv->empty()) options.command(ecisbx::command(*argv));
            return program.run(create(program.client(), std::move(options), *wait, program.json));
        };
    });
}

}  // namespace ecisbx::cli
