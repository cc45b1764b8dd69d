// ecisbx events
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/print.hpp"

#include <ecisbx/eci/events.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace ecisbx::cli {
namespace {

boost::json::object to_json(const eci::group_event& event) {
    return {{"type", event.type},
            {"reason", event.reason},
            {"message", event.message},
            {"count", event.count},
            {"first_time", event.first_time},
            {"last_time", event.last_time},
            {"component", event.component}};
}

void print_line(const eci::group_event& event) {
    std::cout << printable(event.last_time) << "  " << printable(event.type) << "  "
              << printable(event.reason) << "  " << printable(event.message);
    if (event.count > 1) std::cout << "  (" << event.count << " times)";
    std::cout << '\n';
}

boost::asio::awaitable<int> events(eci::client client, std::string id, std::string since,
                                   bool json) {
    eci::event_options options;
    if (!since.empty())
        options.since_seconds(
            std::chrono::ceil<std::chrono::seconds>(parse_duration(since)).count());
    auto group = co_await client.events(std::move(id), options);
    boost::json::array data;
    for (const auto& event : group.events)
        json ? data.push_back(to_json(event)) : print_line(event);
    if (json) std::cout << boost::json::serialize(data) << '\n';
    co_return 0;
}

}  // namespace

void add_events(CLI::App& parser, app& program, action& chosen) {
    auto* command = parser.add_subcommand("events", "Print what happened to a sandbox");
    auto id = std::make_shared<std::string>();
    auto since = std::make_shared<std::string>();
    command->add_option("ID", *id)->required();
    command->add_option("--since", *since, "Only events of the last 10m, say");
    command->callback([=, &program, &chosen] {
        chosen = [=, &program] {
            return program.run(events(program.client(), *id, *since, program.json));
        };
    });
}

}  // namespace ecisbx::cli
