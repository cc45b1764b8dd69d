// ecisbx serve: the local server as a daemon in the foreground.
#include "cli/commands.hpp"
#include "cli/env_file.hpp"
#include "cli/logging.hpp"
#include "cli/quota_text.hpp"

#include <ecisbx/server/server.hpp>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ecisbx::cli {
namespace {

namespace asio = boost::asio;

struct serve_arguments {
    std::string listen = "127.0.0.1:8080";
    bool tls = false;
    std::string env_file, state, rootfs;
    std::string admin;
    bool host_network = false, verbose = false, remote_admin = false, json = false;
    server::runtime_options::kind runtime = server::runtime_options::kind::bubblewrap;
    server::wire wire = server::wire::kubelet;
    std::vector<std::string> quotas;
    bool vendor_quotas = false;
};

std::string default_state_dir() {
    if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state)
        return std::string(state) + "/ecisbx";
    if (const char* home = std::getenv("HOME"); home && *home)
        return std::string(home) + "/.local/state/ecisbx";
    return "/var/tmp/ecisbx";
}

std::pair<std::string, std::uint16_t> split_listen(const std::string& option,
                                                   const std::string& text) {
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
                    option + " '" + text + "': expected ADDRESS:PORT, for example 127.0.0.1:8080");
    return {host, static_cast<std::uint16_t>(port)};
}

server::options options_of(const serve_arguments& arguments) {
    server::options options;
    auto [address, port] = split_listen("--listen", arguments.listen);
    options.listen(address, port);
    if (!arguments.admin.empty()) {
        auto [admin_address, admin_port] = split_listen("--admin", arguments.admin);
        options.admin(admin_address, admin_port).allow_remote_admin(arguments.remote_admin);
    }
    server::runtime_options runtime(arguments.runtime);
    if (!arguments.rootfs.empty()) runtime.rootfs(arguments.rootfs);
    runtime.host_network(arguments.host_network);
    options.tls(arguments.tls).runtime(runtime).wire(arguments.wire).log(write_log);
    if (arguments.vendor_quotas) options.use_vendor_quotas();
    for (const auto& text : arguments.quotas) {
        auto quota = parse_quota(text);
        options.quota(quota.action(), quota.calls(), quota.period());
    }
    options.state_dir(arguments.state.empty() ? default_state_dir() : arguments.state);
    return options;
}

void announce(const server::local& local, const serve_arguments& arguments) {
    if (arguments.runtime == server::runtime_options::kind::process)
        spdlog::warn("NO ISOLATION: sandboxes are plain processes of this user");
    if (!arguments.env_file.empty()) write_env_file(arguments.env_file, local.eci_config());
    if (arguments.json) {
        boost::json::object where{{"endpoint", local.endpoint()},
                                  {"ca_file", local.ca_file()},
                                  {"admin_port", local.admin_port()},
                                  {"env_file", arguments.env_file}};
        std::cout << boost::json::serialize(where) << std::endl;
        return;
    }
    std::cout << "listening on " << local.endpoint() << '\n';
    if (local.admin_port() != 0)
        std::cout << "metrics on port " << local.admin_port() << ": /metrics, /healthz\n";
    if (arguments.env_file.empty()) {
        std::cout << "credentials: use --env-file FILE to have them written\n";
    } else {
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

// Its memory has the access key and every sandbox's traffic: no core file of it, and no other
// process of the same user may look into it.
void keep_memory_private() {
    rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
}

int run_serve(std::shared_ptr<serve_arguments> arguments) {
    start_log(arguments->verbose);
    keep_memory_private();

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

void add_serve(CLI::App& parser, app& program, action& chosen) {
    using kind = server::runtime_options::kind;
    using server::wire;
    auto* command = parser.add_subcommand("serve", "Run the local server in the foreground");
    auto a = std::make_shared<serve_arguments>();
    command->add_option("--listen", a->listen, "ADDRESS:PORT; port 0 takes a free one")
        ->capture_default_str();
    command->add_flag("--tls", a->tls, "https and wss, with a CA of its own");
    command
        ->add_option("--env-file", a->env_file,
                     "Write endpoint, generated credentials and CA for clients here")
        ->type_name("FILE");
    command
        ->add_option("--state", a->state,
                     "Folder of CA and certificate; default: "
                     "$XDG_STATE_HOME/ecisbx or ~/.local/state/ecisbx")
        ->type_name("DIR");
    command
        ->add_option("--runtime", a->runtime,
                     "What runs the sandboxes; process isolates nothing, synthetic runs nothing")
        ->option_text("bubblewrap|process|synthetic")
        ->transform(
            CLI::CheckedTransformer(std::map<std::string, kind>{{"bubblewrap", kind::bubblewrap},
                                                                {"process", kind::process},
                                                                {"synthetic", kind::synthetic}}));
    command
        ->add_option("--wire", a->wire,
                     "How the exec channel speaks; see docs/decisions/0006-wires.md")
        ->option_text("kubelet|v4|v5|silent|raw|text")
        ->transform(CLI::CheckedTransformer(std::map<std::string, wire>{{"kubelet", wire::kubelet},
                                                                        {"v4", wire::v4},
                                                                        {"v5", wire::v5},
                                                                        {"silent", wire::silent},
                                                                        {"raw", wire::raw},
                                                                        {"text", wire::text}}));
    command
        ->add_option("--rootfs", a->rootfs,
                     "Root file system of the sandboxes; default: the "
                     "host's, read-only")
        ->type_name("DIR");
    command->add_flag("--host-network", a->host_network, "Sandboxes share the host's network");
    command
        ->add_option("--quota", a->quotas,
                     "Throttle an action as the service does, for example exec=500/min; again for "
                     "further ones")
        ->type_name("ACTION=N/min")
        ->allow_extra_args(false);
    command
        ->add_option_function<std::string>(
            "--quotas", [a](const std::string&) { a->vendor_quotas = true; },
            "Throttle all actions as the service publishes")
        ->option_text("vendor")
        ->check(CLI::IsMember({"vendor"}));
    command
        ->add_option("--admin", a->admin,
                     "Where to listen for /metrics (Prometheus) and /healthz: plain http without "
                     "authentication; default: off")
        ->type_name("ADDRESS:PORT");
    command->add_flag("--allow-remote-admin", a->remote_admin,
                      "Let --admin listen on an address that is not loopback");
    command->callback([=, &chosen, &program] {
        a->verbose = program.verbose;
        a->json = program.json;
        chosen = [=] { return run_serve(a); };
    });
}

}  // namespace ecisbx::cli
