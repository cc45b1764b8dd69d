#include "server/api/eci/sync_exec.hpp"

#include "core/utf8.hpp"
#include "net/wait.hpp"
#include "server/api/eci/common.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/co_spawn.hpp>

#include <csignal>
#include <exception>

namespace ecisbx::server::api::eci {
namespace {

namespace asio = boost::asio;
using core::deadline;

struct collection {
    explicit collection(const asio::any_io_executor& executor) : changed(executor) {}
    std::unique_ptr<runtime::process> process;
    std::string output;
    std::size_t most = 0;
    int open = 3;  ///< two streams and the process itself
    bool exited = false;
    net::notifier changed;
};
using collection_ptr = std::shared_ptr<collection>;

asio::awaitable<void> collect(collection_ptr into, bool err) {
    std::string buffer(16 * 1024, '\0');
    for (;;) {
        std::size_t got = 0;
        if (err)
            got = co_await into->process->read_err(asio::buffer(buffer));
        else
            got = co_await into->process->read_out(asio::buffer(buffer));
        if (got == 0) co_return;
        auto room = into->most - into->output.size();
        into->output.append(buffer, 0, std::min(got, room));
    }
}

asio::awaitable<void> await_exit(collection_ptr into) {
    (void)co_await into->process->wait();
    into->exited = true;
}

void spawn(const asio::any_io_executor& executor, collection_ptr into, asio::awaitable<void> work) {
    // A failure ends its stream as the box's end does: what was read is the answer.
    asio::co_spawn(executor, std::move(work), [into](std::exception_ptr) {
        --into->open;
        into->changed.notify_all();
    });
}

}  // namespace

runtime::process_spec process_for(const store::ticket& t) {
    runtime::process_spec spec;
    spec.argv = t.argv;
    spec.open_stdin = t.open_stdin;
    spec.tty = t.tty;
    if (t.tty) spec.env.emplace_back("TERM", "xterm");
    return spec;
}

std::string start_failure_text(const store::ticket& t, const std::exception& why) {
    std::string reason = why.what();
    if (const auto* e = dynamic_cast<const error*>(&why)) {
        reason = e->info().message;
        if (e->code() == errc::not_found) reason = "executable file not found in $PATH";
        if (e->code() == errc::forbidden) reason = "permission denied";
    }
    return "exec failed: unable to start container process: exec: \"" + t.argv.front() +
           "\": " + reason;
}

asio::awaitable<std::string> run_sync_exec(service_ptr s, store::ticket t) {
    auto box = s->supervisor->box_of(t.group_id, t.container_index);
    if (!box) refuse(400, "IncorrectStatus", "The container is not running.");
    auto state = std::make_shared<collection>(s->executor);
    state->most = s->settings.sync_exec_bytes;
    t.open_stdin = false;
    auto spec = process_for(t);
    std::string failure;
    try {
        auto process = co_await box->start(std::move(spec));
        state->process = std::move(process);
    } catch (const std::exception& e) {
        failure = start_failure_text(t, e);
    }
    if (!state->process) co_return failure;

    spawn(s->executor, state, collect(state, false));
    spawn(s->executor, state, collect(state, true));
    spawn(s->executor, state, await_exit(state));
    auto until = deadline::after(s->settings.sync_exec_limit);
    while (state->open > 0 && !until.expired()) {
        try {
            co_await state->changed.wait(until);
        } catch (const error& e) {
            if (e.code() != errc::timeout) throw;
        }
    }
    if (state->open > 0) state->process->kill(SIGKILL);
    if (!state->exited)
        refuse(408, "Request Timeout", "The command took too long for a synchronous call.");
    co_return core::to_valid_utf8(state->output);
}

}  // namespace ecisbx::server::api::eci
