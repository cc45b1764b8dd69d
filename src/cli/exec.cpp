// ecisbx exec, ecisbx bash
#include "cli/exec.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/print.hpp"
#include "cli/terminal.hpp"

#include <ecisbx/sandbox.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>

#include <unistd.h>

#include <csignal>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>

namespace ecisbx::cli {
namespace asio = boost::asio;

void exec_arguments::add_to(CLI::App& command) {
    command.add_flag("-i,--interactive", interactive, "Pass stdin on");
    command.add_flag("-t,--tty", tty, "Give the command a terminal");
    command.add_option("--timeout", timeout, "Kill it after this long, for example 30s");
    command.add_option("--dir", dir, "Working folder");
    command.add_option("--env", env, "K=V, may be repeated")->allow_extra_args(false);
}

exec_options exec_arguments::options() const {
    exec_options o;
    if (timeout.empty())
        o.no_timeout();
    else
        o.timeout(parse_duration(timeout));
    o.dir(dir);
    for (const auto& text : env) {
        auto [name, value] = parse_pair(text, "--env");
        o.env(name, value);
    }
    if (interactive) o.open_stdin();
    if (tty) {
        auto [rows, columns] = terminal_size();
        o.tty(rows, columns);
    }
    return o;
}

namespace {

// Lives until both the output and the stdin coroutine are done with it.
struct attached {
    attached(const asio::any_io_executor& executor, process p)
        : remote(std::move(p)), in(executor), resized(executor, SIGWINCH) {}
    process remote;
    standard_input in;
    asio::signal_set resized;
    bool size_changed = false;
    bool ended = false;
};

void watch_size(std::shared_ptr<attached> self) {
    self->resized.async_wait([self](boost::system::error_code ec, int) {
        if (ec || self->ended) return;
        self->size_changed = true;
        self->in.cancel();  // one coroutine writes: it sends the size between two pieces
        watch_size(self);
    });
}

asio::awaitable<void> feed(std::shared_ptr<attached> self) {
    while (!self->ended) {
        if (std::exchange(self->size_changed, false)) {
            auto [rows, columns] = terminal_size();
            co_await self->remote.resize(rows, columns);
        }
        auto piece = co_await as_result(self->in.read());
        if (!piece && self->size_changed) continue;
        if (!piece) co_return;
        if (piece->empty()) {
            co_await self->remote.close_stdin();
            co_return;
        }
        co_await self->remote.write(std::move(*piece));
    }
}

// A stdin that can not be delivered (the command ended) is no failure of the command.
asio::awaitable<void> feed_quietly(std::shared_ptr<attached> self) {
    co_await as_result(feed(std::move(self)));
}

int status_of(const exec_result& result) {
    if (result.status.end_reason() == end_reason::timed_out) {
        std::cerr << "ecisbx: the command ran out of time and was killed\n";
        return exit_timed_out;
    }
    if (result.status.end_reason() == end_reason::lost) {
        std::cerr << "ecisbx: the connection was lost, the command may still be running"
                  << (result.note.empty() ? "" : ": " + result.note) << " (request "
                  << result.request_id << ")\n";
        return exit_failed;
    }
    if (!result.complete) std::cerr << "ecisbx: the output is incomplete: " << result.note << '\n';
    return result.status.code();
}

asio::awaitable<exec_result> pump(std::shared_ptr<attached> self) {
    for (;;) {
        auto piece = co_await self->remote.read();
        if (!piece) break;
        write_all(piece->stream == stream_id::out ? STDOUT_FILENO : STDERR_FILENO, piece->bytes);
    }
    co_return co_await self->remote.wait();
}

}  // namespace

asio::awaitable<int> attach(process started, exec_arguments arguments) {
    auto executor = co_await asio::this_coro::executor;
    auto self = std::make_shared<attached>(executor, std::move(started));
    std::optional<raw_terminal> raw;
    if (arguments.tty && arguments.interactive) raw.emplace();
    if (arguments.tty) watch_size(self);
    if (arguments.tty || arguments.interactive)
        asio::co_spawn(executor, feed_quietly(self), asio::detached);
    auto result = co_await as_result(pump(self));
    self->ended = true;
    self->resized.cancel();
    self->in.cancel();
    raw.reset();
    co_return status_of(result.value());
}

asio::awaitable<int> print_result(asio::awaitable<exec_result> running) {
    auto result = co_await std::move(running);
    print_json(result);
    co_return status_of(result);
}

void require_detached(const exec_arguments& arguments) {
    if (arguments.interactive || arguments.tty)
        throw error(errc::invalid_argument,
                    "--json prints the result at the end; it does not go with -i or -t");
}

namespace {

asio::awaitable<int> exec(sandbox box, command what, exec_arguments arguments) {
    auto started = co_await box.start(std::move(what), arguments.options());
    co_return co_await attach(std::move(started), std::move(arguments));
}

asio::awaitable<int> bash(sandbox box, std::string script, exec_arguments arguments) {
    auto started = co_await box.start_bash(std::move(script), arguments.options());
    co_return co_await attach(std::move(started), std::move(arguments));
}

}  // namespace

void add_exec(CLI::App& parser, app& program, action& chosen) {
    auto arguments = std::make_shared<exec_arguments>();
    auto id = std::make_shared<std::string>();
    auto argv = std::make_shared<std::vector<std::string>>();
    auto* on_exec = parser.add_subcommand("exec", "Run a command: ecisbx exec ID -- ls -la");
    arguments->add_to(*on_exec);
    on_exec->add_option("ID", *id)->required();
    on_exec->add_option("ARGV", *argv, "The command, after --")->required();
    on_exec->callback([=, &program, &chosen] {
        chosen = [=, &program] {
            auto box = program.client().attach(*id);
            if (!program.json) return program.run(exec(box, command(*argv), *arguments));
            require_detached(*arguments);
            return program.run(print_result(box.exec(command(*argv), arguments->options())));
        };
    });

    auto script = std::make_shared<std::string>();
    auto* on_bash = parser.add_subcommand("bash", "Run a script; - reads it from stdin");
    arguments->add_to(*on_bash);
    on_bash->add_option("ID", *id)->required();
    on_bash->add_option("SCRIPT", *script)->required();
    on_bash->callback([=, &program, &chosen] {
        chosen = [=, &program] {
            if (*script == "-") {
                if (arguments->interactive)
                    throw error(errc::invalid_argument,
                                "bash -i: stdin can not be both the script and its input");
                script->assign(std::istreambuf_iterator<char>(std::cin), {});
            }
            auto box = program.client().attach(*id);
            if (!program.json) return program.run(bash(box, *script, *arguments));
            require_detached(*arguments);
            return program.run(print_result(box.bash(*script, arguments->options())));
        };
    });
}

}  // namespace ecisbx::cli
