// ecisbx tmux
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/print.hpp"
#include "cli/terminal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <iostream>
#include <iterator>
#include <memory>

namespace ecisbx::cli {
namespace {

namespace asio = boost::asio;

struct tmux_arguments {
    std::string id, session, script, timeout, dir, container;
    std::vector<std::string> env;
    std::uint64_t from = 0;
    bool screen = false;

    tmux_id target() const { return tmux_id(session).container(container); }
};
using arguments_ptr = std::shared_ptr<tmux_arguments>;

const char* name_of(tmux_state::phase state) {
    if (state == tmux_state::running) return "running";
    return state == tmux_state::completed ? "completed" : "not_found";
}

void print_session_line(const tmux_session& session) {
    auto created =
        std::chrono::duration_cast<std::chrono::seconds>(session.created.time_since_epoch())
            .count();
    std::cout << session.name << '\t' << created << '\t' << (session.running ? "running" : "ended")
              << '\n';
}

boost::json::object to_json(const tmux_session& session) {
    return {{"session", session.name},
            {"created",
             std::chrono::duration_cast<std::chrono::seconds>(session.created.time_since_epoch())
                 .count()},
            {"running", session.running}};
}

// The output goes to stdout as it is; what is known of the job goes to stderr, or as JSON.
void print_state(const tmux_state& state, bool json) {
    if (json) {
        boost::json::object data{{"state", name_of(state.state)}};
        put_bytes(data, "out", state.out);
        data["next_byte"] = state.next_byte;
        data["total_bytes"] = state.total_bytes;
        data["drained"] = state.drained;
        data["note"] = state.note;
        if (state.state == tmux_state::completed) data["code"] = state.status.code();
        std::cout << boost::json::serialize(data) << '\n';
        return;
    }
    write_all(STDOUT_FILENO, state.out);
    std::cerr << "ecisbx: " << name_of(state.state);
    if (state.state == tmux_state::completed) std::cerr << " with " << state.status.code();
    std::cerr << ", next byte " << state.next_byte;
    if (!state.note.empty()) std::cerr << ": " << state.note;
    std::cerr << '\n';
}

asio::awaitable<int> start(sandbox box, arguments_ptr a, bool json) {
    tmux_options options;
    options.session(a->session).dir(a->dir).container(a->container);
    for (const auto& text : a->env) {
        auto [name, value] = parse_pair(text, "--env");
        options.env(name, value);
    }
    auto session = co_await box.tmux_start(a->script, std::move(options));
    if (json)
        std::cout << boost::json::serialize(to_json(session)) << '\n';
    else
        std::cout << session.name << '\n';
    co_return 0;
}

asio::awaitable<int> poll(sandbox box, arguments_ptr a, bool json) {
    if (a->screen) {
        auto screen = co_await box.tmux_screen(a->target());
        write_all(STDOUT_FILENO, screen);
        co_return 0;
    }
    auto state = co_await box.tmux_poll(a->target(), a->from);
    print_state(state, json);
    co_return state.state == tmux_state::not_found ? exit_failed : 0;
}

asio::awaitable<int> wait(sandbox box, arguments_ptr a, bool json) {
    tmux_wait_options options;
    options.from_byte(a->from);
    if (!a->timeout.empty()) options.timeout(parse_duration(a->timeout));
    auto state = co_await box.tmux_wait(a->target(), options);
    print_state(state, json);
    if (state.state == tmux_state::running) co_return exit_timed_out;
    co_return state.state == tmux_state::completed ? state.status.code() : exit_failed;
}

asio::awaitable<int> kill(sandbox box, arguments_ptr a, bool) {
    co_await box.tmux_kill(a->target());
    co_return 0;
}

asio::awaitable<int> list(sandbox box, arguments_ptr a, bool json) {
    auto all = co_await box.tmux_list(a->container);
    boost::json::array data;
    for (const auto& session : all)
        json ? data.push_back(to_json(session)) : print_session_line(session);
    if (json) std::cout << boost::json::serialize(data) << '\n';
    co_return 0;
}

using operation = asio::awaitable<int> (*)(sandbox, arguments_ptr, bool);

struct registrar {
    CLI::App& tmux;
    app& program;
    action& chosen;

    CLI::App* add(const char* name, const char* help, arguments_ptr a, operation run,
                  bool takes_session) const {
        auto* command = tmux.add_subcommand(name, help);
        command->add_option("ID", a->id)->required();
        if (takes_session) command->add_option("SESSION", a->session)->required();
        command->add_option("--container", a->container, "Default: the sandbox's first");
        command->callback([a, run, &p = program, &c = chosen] {
            c = [a, run, &p] {
                if (a->script == "-")
                    a->script.assign(std::istreambuf_iterator<char>(std::cin), {});
                return p.run(run(p.client().attach(a->id), a, p.json));
            };
        });
        return command;
    }
};

}  // namespace

void add_tmux(CLI::App& parser, app& program, action& chosen) {
    auto* tmux = parser.add_subcommand(
        "tmux",
        "Jobs that outlive the connection. With --json output that is not UTF-8 is in "
        "\"out_base64\", else in \"out\"");
    tmux->require_subcommand(1);
    tmux->fallthrough();
    registrar to{*tmux, program, chosen};
    auto a = std::make_shared<tmux_arguments>();

    auto* begin = to.add("start", "Start a script, print its session", a, start, false);
    begin->add_option("SCRIPT", a->script, "- reads it from stdin")->required();
    begin->add_option("--session", a->session, "Name; default: a random one");
    begin->add_option("--dir", a->dir, "Working folder");
    begin->add_option("--env", a->env, "K=V, may be repeated")->allow_extra_args(false);

    auto* look = to.add("poll", "Print what there is of its output", a, poll, true);
    look->add_option("--from", a->from, "Byte of the output to begin at");
    look->add_flag("--screen", a->screen, "Print what its terminal shows instead");

    auto* until =
        to.add("wait", "Wait for its end; exits with its status, 124 if it runs on", a, wait, true);
    until->add_option("--from", a->from, "Byte of the output to begin at");
    until->add_option("--timeout", a->timeout, "Wait at most this long; default 600s");

    to.add("kill", "End it and remove its output", a, kill, true);
    to.add("ls", "List the sessions: name, created, running or ended", a, list, false);
}

}  // namespace ecisbx::cli
