// Every public operation is cancelled at step 0, 1, 2, ... of the io_context until it gets through:
// it ends as `canceled` or with its result, and leaves no descriptor, coroutine or process behind.
#include "common/server_thread.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/json/value.hpp>

#include <atomic>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

using operation = asio::awaitable<void> (*)(eci::client, std::string);

asio::awaitable<void> on_new_client(eci::config settings, std::string id, operation op) {
    eci::client client(co_await asio::this_coro::executor, settings);
    co_await op(client, id);
}

struct outcome {
    bool done = false;  ///< before the cancellation came
    bool canceled = false;
    std::string other;  ///< any other failure
};

outcome run_with_cancel(const eci::config& settings, const std::string& id, operation op,
                        int step) {
    asio::io_context context(1);
    asio::cancellation_signal cancel;
    outcome out;
    bool ended = false;
    asio::co_spawn(context, on_new_client(settings, id, op),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr failure) {
                       ended = true;
                       if (!failure) return;
                       auto why = error_info_from(failure);
                       out.canceled = why.code == errc::canceled;
                       if (!out.canceled) out.other = why.to_string();
                   }));
    for (int i = 0; i < step && !ended; ++i) context.run_one();
    out.done = ended;
    cancel.emit(asio::cancellation_type::terminal);
    context.run();  // returns only when nothing is left, background work included
    CHECK(ended);
    return out;
}

// The server is in this process, on its own thread: it closes its ends a moment later, and may
// accept a connection only after its client is gone. So the count is read once a look.
std::size_t fds_after(std::size_t expected) {
    auto end = std::chrono::steady_clock::now() + 10s;
    std::size_t seen = open_fds();
    while (seen != expected && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(1ms);
        seen = open_fds();
    }
    return seen;
}

// Until the count stands still.
std::size_t settled_fds() {
    std::size_t last = 0, same = 0;
    while (same < 50) {
        std::size_t now = open_fds();
        same = now == last ? same + 1 : 0;
        last = now;
        std::this_thread::sleep_for(1ms);
    }
    return last;
}

int sweep(const eci::config& settings, const std::string& id, operation op) {
    run_with_cancel(settings, id, op, 1000000);  // what is made once is made now
    std::size_t fds = settled_fds();
    for (int step = 0;; ++step) {
        CAPTURE(step);
        auto out = run_with_cancel(settings, id, op, step);
        CHECK(out.other == "");
        CHECK(fds_after(fds) == fds);
        REQUIRE(step < 5000);
        if (!out.done) continue;
        CHECK(settled_fds() == fds);
        return step;
    }
}

asio::awaitable<void> op_create(eci::client client, std::string) {
    auto box = co_await client.create(eci::create_options("x").tag("suite", "cancel"));
    co_await box.remove(remove_options().force());
}
asio::awaitable<void> op_describe(eci::client client, std::string id) {
    co_await client.describe(id);
}
asio::awaitable<void> op_list_all(eci::client client, std::string) {
    co_await client.list_all();
}
asio::awaitable<void> op_get(eci::client client, std::string id) {
    co_await client.get(id);
}
asio::awaitable<void> op_wait(eci::client client, std::string id) {
    co_await client.attach(id).wait_ready();
}
asio::awaitable<void> op_urls(eci::client client, std::string id) {
    co_await client.exec_urls(id, command("true"));
}
asio::awaitable<void> op_call(eci::client client, std::string) {
    co_await client.call("DescribeContainerGroupStatus", {});
}
asio::awaitable<void> op_exec(eci::client client, std::string id) {
    auto r = co_await client.attach(id).exec(command("sh", "-c", "echo cancel-exec; exit 3"));
    CHECK(r.status.code() == 3);
}
asio::awaitable<void> op_bash_input(eci::client client, std::string id) {
    auto r = co_await client.attach(id).bash("cat; : cancel-script " + std::string(4000, 'x'),
                                             exec_options().input(std::string(40000, 'i')));
    CHECK(r.out.size() == 40000);
}
asio::awaitable<void> op_stream(eci::client client, std::string id) {
    auto box = client.attach(id);
    auto p = co_await box.start(command("cat", "-", "/dev/null/cancel-stream"),
                                exec_options().open_stdin());
    co_await p.write("abc");
    auto piece = co_await p.read();
    co_await p.close_stdin();
    co_await p.wait();
}
asio::awaitable<void> op_deadline(eci::client client, std::string id) {
    auto r =
        co_await client.attach(id).exec(command("sleep", "4545"), exec_options().timeout(150ms));
    CHECK(r.status.end_reason() == end_reason::timed_out);
}

struct fixture {
    explicit fixture(server::options settings) : server(std::move(settings)) { run(make(this)); }
    static asio::awaitable<void> make(fixture* self) {
        eci::client client(co_await asio::this_coro::executor, self->server.config());
        self->id = (co_await ready_box(client)).id();
    }
    server_thread server;
    std::string id;
};

void wait_until_none_runs(const char* text) {
    auto end = std::chrono::steady_clock::now() + 10s;
    auto left = processes_with(text);
    while (!left.empty() && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(10ms);
        left = processes_with(text);
    }
    CHECK(left.empty());
}

}  // namespace

TEST_CASE("cancel service calls at every step") {
    fixture f(server::options().tls().runtime(server::synthetic()));
    for (operation op : {op_create, op_describe, op_list_all, op_get, op_wait, op_urls, op_call})
        CHECK(sweep(f.server.config(), f.id, op) > 2);
}

TEST_CASE("cancel an exec at every step") {
    fixture f(server::options().runtime(server::process()));
    CHECK(sweep(f.server.config(), f.id, op_exec) > 4);
    wait_until_none_runs("cancel-exec");
}

TEST_CASE("cancel a script with input at every step") {
    fixture f(server::options().runtime(server::process()));
    CHECK(sweep(f.server.config(), f.id, op_bash_input) > 4);
    wait_until_none_runs("cancel-script");
}

TEST_CASE("cancel a stream at every step") {
    fixture f(server::options().tls().runtime(server::process()));
    CHECK(sweep(f.server.config(), f.id, op_stream) > 4);
    wait_until_none_runs("cancel-stream");
}

TEST_CASE("cancel an exec that runs into its deadline at every step") {
    fixture f(server::options().runtime(server::process()));
    CHECK(sweep(f.server.config(), f.id, op_deadline) > 4);
    wait_until_none_runs("sleep 4545");
}
