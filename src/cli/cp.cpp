// ecisbx cp
#include "cli/commands.hpp"
#include "cli/progress.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

namespace ecisbx::cli {
namespace {

namespace fs = std::filesystem;

struct cp_arguments {
    std::string from, to, container;
    bool parents = false;
    bool quiet = false;
};

struct place {
    std::string id;  ///< empty: local
    std::string path;
};

/// `ID:PATH`, or a local path: one with a slash before its first colon is local.
place parse_place(const std::string& text) {
    auto colon = text.find(':');
    if (colon == std::string::npos || colon == 0 || text.find('/') < colon) return {"", text};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string without_slashes(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

/// A target that ends in '/', or is a local folder, gets the name of the source below it.
std::string target_of(const place& from, const place& to) {
    std::error_code ignored;
    bool into = to.path.ends_with('/') || (to.id.empty() && fs::is_directory(to.path, ignored));
    if (!into) return to.path;
    auto name = fs::path(without_slashes(from.path)).filename().string();
    if (name.empty() || name == "." || name == "..")
        throw error(errc::invalid_argument, "cp: the source has no name; name the target in full");
    return without_slashes(to.path) + (to.path == "/" ? "" : "/") + name;
}

void print_result(const transfer_result& result, bool json, bool quiet) {
    std::ostringstream how;
    how << result.verified;
    if (json) {
        boost::json::object data;
        data["bytes"] = result.bytes;
        data["verified"] = how.str();
        data["attempts"] = result.attempts;
        data["request_id"] = result.request_id;
        std::cout << boost::json::serialize(data) << '\n';
    } else if (!quiet) {
        std::cerr << result.bytes << " bytes, verified by " << how.str() << '\n';
    }
}

boost::asio::awaitable<int> copy(eci::client client, cp_arguments arguments, bool json) {
    auto from = parse_place(arguments.from), to = parse_place(arguments.to);
    if (from.id.empty() == to.id.empty())
        throw error(errc::invalid_argument,
                    "cp: one of the two must be ID:PATH, and the other a local path");
    to.path = target_of(from, to);
    file_options options;
    options.no_timeout().make_parents(arguments.parents).container(arguments.container);
    auto line = std::make_shared<progress_line>();
    // Not where nobody looks at it: a log or a pipe gets the summary alone.
    if (!arguments.quiet && ::isatty(STDERR_FILENO) == 1)
        options.progress([line](std::uint64_t bytes, std::optional<std::uint64_t> total) {
            line->show(bytes, total);
        });
    transfer_result result;
    if (from.id.empty()) {
        auto box = client.attach(to.id);
        result = co_await box.upload(from.path, to.path, options);
    } else {
        auto box = client.attach(from.id);
        result = co_await box.download(without_slashes(from.path), to.path, options);
    }
    options.progress({});
    line.reset();
    print_result(result, json, arguments.quiet);
    co_return 0;
}

}  // namespace

void add_cp(CLI::App& parser, app& program, action& chosen) {
    auto* command =
        parser.add_subcommand("cp", "Copy a file or folder: cp LOCAL ID:PATH, cp ID:PATH LOCAL");
    auto arguments = std::make_shared<cp_arguments>();
    command->add_option("FROM", arguments->from, "A local path, or ID:PATH")
        ->required()
        ->type_name("FILE");
    command->add_option("TO", arguments->to, "The other one; with '/' at its end: a folder for it")
        ->required()
        ->type_name("FILE");
    command->add_option("--container", arguments->container, "Default: the sandbox's first");
    command->add_flag("-p,--parents", arguments->parents, "Make missing parent folders");
    command->add_flag("-q,--quiet", arguments->quiet, "No progress, no summary");
    command->callback([=, &program, &chosen] {
        chosen = [=, &program] {
            return program.run(copy(program.client(), *arguments, program.json));
        };
    });
}

}  // namespace ecisbx::cli
