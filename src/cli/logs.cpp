// ecisbx logs
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/print.hpp"
#include "cli/terminal.hpp"

#include <ecisbx/eci/logs.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace ecisbx::cli {
namespace {

namespace asio = boost::asio;

struct logs_arguments {
    std::string id, container, since;
    int tail = 0;
    bool follow = false, previous = false, timestamps = false;

    eci::log_options options() const {
        eci::log_options o;
        o.container(container).previous(previous).timestamps(timestamps);
        if (tail > 0) o.tail(tail);
        if (!since.empty()) {
            auto length = std::chrono::ceil<std::chrono::seconds>(parse_duration(since));
            o.since_seconds(length.count());
        }
        return o;
    }
};
using arguments_ptr = std::shared_ptr<logs_arguments>;

void print_piece(const std::string& text, bool json) {
    if (!json) {
        write_all(STDOUT_FILENO, text);
        return;
    }
    boost::json::object data;
    put_bytes(data, "log", text);
    std::cout << boost::json::serialize(data) << std::endl;
}

asio::awaitable<int> follow(eci::client client, arguments_ptr a, bool json) {
    auto stream = co_await client.follow_logs(a->id, a->options());
    std::optional<std::string> piece;
    for (;;) {
        piece = co_await stream.read();
        if (stream.lost_lines())
            std::cerr << "ecisbx: lines are missing here: more were printed than the service shows"
                      << std::endl;
        if (!piece) co_return 0;
        print_piece(*piece, json);
    }
}

asio::awaitable<int> logs(eci::client client, arguments_ptr a, bool json) {
    auto log = co_await client.logs(a->id, a->options());
    print_piece(log.content, json);
    co_return 0;
}

}  // namespace

void add_logs(CLI::App& parser, app& program, action& chosen) {
    auto* command = parser.add_subcommand("logs", "Print what a container wrote to its output");
    auto a = std::make_shared<logs_arguments>();
    command->add_option("ID", a->id)->required();
    command->add_flag("-f,--follow", a->follow, "Go on until the container has ended");
    command->add_option("--container", a->container, "Default: the sandbox's first");
    command->add_option("--tail", a->tail, "Only the last lines, 1 to 2000; default 500")
        ->check(CLI::Range(1, 2000));
    command->add_option("--since", a->since, "Only lines of the last 10m, say");
    auto* previous =
        command->add_flag("--previous", a->previous, "Of the container before its last restart");
    command->add_flag("--timestamps", a->timestamps, "Begin each line with its time");
    previous->excludes(command->get_option("--follow"));
    command->callback([=, &program, &chosen] {
        chosen = [=, &program] {
            auto client = program.client();
            return program.run(a->follow ? follow(client, a, program.json)
                                         : logs(client, a, program.json));
        };
    });
}

}  // namespace ecisbx::cli
