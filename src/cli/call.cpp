// ecisbx call
#include "cli/arguments.hpp"
#include "cli/commands.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ecisbx::cli {
namespace {

using parameter_map = std::map<std::string, std::string>;

boost::asio::awaitable<int> call(eci::client client, std::string name, parameter_map parameters) {
    auto answer = co_await client.call(std::move(name), std::move(parameters));
    std::cout << boost::json::serialize(answer) << '\n';
    co_return 0;
}

}  // namespace

void add_call(CLI::App& parser, app& program, action& chosen) {
    auto* command = parser.add_subcommand("call", "Call any action of the service, print its JSON");
    auto name = std::make_shared<std::string>();
    auto pairs = std::make_shared<std::vector<std::string>>();
    command->add_option("ACTION", *name, "For example DescribeRegions")->required();
    command->add_option("KEY=VALUE", *pairs, "Parameters by their wire names: Tag.1.Key=owner");
    command->callback([=, &program, &chosen] {
        chosen = [=, &program] {
            parameter_map parameters;
            for (const auto& text : *pairs) {
                auto [key, value] = parse_pair(text, "parameter");
                if (!parameters.emplace(key, value).second)
                    throw error(errc::invalid_argument, "parameter '" + key + "' is given twice");
            }
            return program.run(call(program.client(), *name, std::move(parameters)));
        };
    });
}

}  // namespace ecisbx::cli
