// ecisbx serve: the local server as a daemon in the foreground.
#include "cli/commands.hpp"
#include "cli/env_file.hpp"

#include <ecisbx/server/server.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>

namespace ecisbx::cli {
namespace {

namespace asio = boost::asio;

struct serve_arguments {
    std::string listen = "127.0.0.1:8080";
    bool tls = false;
    std::string env_file, state, rootfs;
    bool host_network = false, verbose = false;
    server::runtime_options::kind runtime = server::runtime_options::kind::bubblewrap;
    server::wire wire = server::wire::kubelet;
};

std::string default_state_dir() {
    if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state)
        return std::string(state) + "/ecisbx";
    if (const char* home = std::getenv("HOME"); home && *home)
        return std::string(home) + "/.local/state/ecisbx";
    return "/var/tmp/ecisbx";
}

void write_log(server::log_level level, std::string_view line) {
    switch (level) {
        case server::log_level::debug: return spdlog::debug("{}", line);
        case server::log_level::info: return spdlog::info("{}", line);
        case server::log_level::warning: return spdlog::warn("{}", line);
        case server::log_level::error: return spdlog::error("{}", line);
    }
}

void split_listen(const std::string& text, server::options& options) {
    auto colon = text.rfind(':');
    int port = -1;
    std::string host = text.substr(0, colon);
    if (colon != std::string::npos && colon + 1 < text.size() &&
        text.find_first_not_of("0123456789", colon + 1) == std::string::npos &&
        text.size() - colon <= 6)
        port = std::stoi(text.substr(colon + 1));
    if (host.size() > 1 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    if (port < 0 || port > 65535 || host.empty())
        throw error(errc::invalid_argument,
                    "--listen '" + text + "': expected ADDRESS:PORT, for example 127.0.0.1:8080");
    options.listen(host, static_cast<std::uint16_t>(port));
}

server::options options_of(const serve_arguments& arguments) {
    server::options options;
    split_listen(arguments.listen, options);
    server::runtime_options runtime(arguments.runtime);
    if (!arguments.rootfs.empty()) runtime.rootfs(arguments.rootfs);
    runtime.host_network(arguments.host_network);
    options.tls(arguments.tls).runtime(runtime).wire(arguments.wire).log(write_log);
    options.state_dir(arguments.state.empty() ? default_state_dir() : arguments.state);
    return options;
}

void announce(const server::local& local, const serve_arguments& arguments) {
    if (arguments.runtime == server::runtime_options::kind::process)
        spdlog::warn("NO ISOLATION: sandboxes are plain processes of this user");
    std::cout << "listening on " << local.endpoint() << '\n';
    if (arguments.env_file.empty()) {
        std::cout << "credentials: use --env-file FILE to have them written\n";
    } else {
        write_env_file(arguments.env_file, local.eci_config());
        std::cout << "settings for clients: " << arguments.env_file << '\n';
    }
    std::cout << std::flush;
}

asio::awaitable<int> serve(std::shared_ptr<serve_arguments> arguments) {
    auto executor = co_await asio::this_coro::executor;
    auto options = options_of(*arguments);
    asio::signal_set signals(executor, SIGINT, SIGTERM);
    auto local = co_await server::start(executor, std::move(options));
    announce(local, *arguments);
    int number = co_await signals.async_wait(asio::use_awaitable);
    spdlog::info("stopping on signal {}", number);
    co_await local.stop();
    co_return 0;
}

int run_serve(std::shared_ptr<serve_arguments> arguments) {
    auto logger = std::make_shared<spdlog::logger>(
        "ecisbx", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_level(arguments->verbose ? spdlog::level::debug : spdlog::level::info);
    spdlog::set_default_logger(logger);

    asio::io_context context(1);
    int status = exit_failed;
    std::exception_ptr failure;
    asio::co_spawn(context, serve(std::move(arguments)), [&](std::exception_ptr e, int result) {
        failure = e;
        status = result;
        context.stop();
    });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return status;
}

}  // namespace

void add_serve(CLI::App& parser, app&, action& chosen) {
    using kind = server::runtime_options::kind;
    using server::wire;
    auto* command = parser.add_subcommand("serve", "Run the local server in the foreground");
    auto a = std::make_shared<serve_arguments>();
    command->add_option("--listen", a->listen, "ADDRESS:PORT; port 0 takes a free one")
        ->capture_default_str();
    command->add_flag("--tls", a->tls, "https and wss, with a CA of its own");
    command->add_option("--env-file", a->env_file,
                        "Write endpoint, generated credentials and CA for clients here");
    command->add_option("--state", a->state,
                        "Folder of CA and certificate; default: "
                        "$XDG_STATE_HOME/ecisbx or ~/.local/state/ecisbx");
    command->add_option("--runtime", a->runtime, "bubblewrap, process (no isolation), synthetic")
        ->transform(
            CLI::CheckedTransformer(std::map<std::string, kind>{{"bubblewrap", kind::bubblewrap},
                                                                {"process", kind::process},
                                                                {"synthetic", kind::synthetic}}));
    command
        ->add_option("--wire", a->wire,
                     "How the exec channel speaks: kubelet, v4, v5, silent, "
                     "raw, text")
        ->transform(CLI::CheckedTransformer(std::map<std::string, wire>{{"kubelet", wire::kubelet},
                                                                        {"v4", wire::v4},
                                                                        {"v5", wire::v5},
                                                                        {"silent", wire::silent},
                                                                        {"raw", wire::raw},
                                                                        {"text", wire::text}}));
    command->add_option("--rootfs", a->rootfs,
                        "Root file system of the sandboxes; default: the "
                        "host's, read-only");
    command->add_flag("--host-network", a->host_network, "Sandboxes share the host's network");
    command->add_flag("-v,--verbose", a->verbose, "Log more");
    command->callback([=, &chosen] { chosen = [=] { return run_serve(a); }; });
}

}  // namespace ecisbx::cli
