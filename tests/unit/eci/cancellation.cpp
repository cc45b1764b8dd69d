// Every call cancelled at every step: it ends with `canceled` or with its result, and leaves
// nothing behind.
#include "scripted_service.hpp"

#include "proto/exec_frame.hpp"

#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <filesystem>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

std::size_t open_files() {
    std::filesystem::directory_iterator begin("/proc/self/fd"), end;
    return static_cast<std::size_t>(std::distance(begin, end));
}

asio::awaitable<void> exit_0(net::websocket socket) {
    std::string out = "\x01hello", status = "\x03" + proto::status_json(0);
    co_await socket.write(false, {}, out, core::deadline::after(5s));
    co_await socket.write(false, {}, status, core::deadline::after(5s));
    co_await socket.close(1000, core::deadline::after(5s));
}

void script(service_world& w) {
    auto url = "ws://127.0.0.1:" + std::to_string(w.service.port()) + "/exec/?s=TOKEN";
    w.service.answer = [url](const seen_call& call, std::size_t) {
        if (call.action == "ExecContainerCommand")
            return json_answer(R"({"RequestId":"R-2","WebSocketUri":")" + url + R"("})");
        if (call.action == "CreateContainerGroup")
            return json_answer(R"({"RequestId":"R-1","ContainerGroupId":"eci-1"})");
        return json_answer(R"({"ContainerGroups":[{"ContainerGroupId":"eci-1",)"
                           R"("Status":"Running","Containers":[{"Name":"main"}]}]})");
    };
    w.service.upgrade = [](const net::http_request&) -> net::http_reply {
        net::upgrade up;
        up.session = exit_0;
        return up;
    };
}

struct outcome {
    bool done = false;
    bool fine = false;
};

asio::awaitable<void> finish(service_world& w) {
    w.client.reset();
    co_await w.service.stop();
}

/// Cancels after `steps` handlers; false when the operation ended before.
bool cancel_after(service_world& w, asio::awaitable<void> op, int steps, outcome& result) {
    asio::cancellation_signal signal;
    auto ended = [&](std::exception_ptr failure) {
        result.done = true;
        try {
            if (failure) std::rethrow_exception(failure);
            result.fine = true;
        } catch (const error& e) {
            result.fine = e.code() == errc::canceled;
        }
    };
    asio::co_spawn(w.context, std::move(op), asio::bind_cancellation_slot(signal.slot(), ended));
    for (int i = 0; i < steps && !result.done; ++i) w.context.run_one();
    bool in_time = !result.done;
    if (in_time) signal.emit(asio::cancellation_type::terminal);
    while (!result.done) w.context.run_one();
    asio::co_spawn(w.context, finish(w), asio::detached);
    w.context.run();
    return in_time;
}

using operation = asio::awaitable<void> (*)(eci::client);

int sweep(operation make) {
    auto files = open_files();
    for (int steps = 0; steps < 2000; ++steps) {
        CAPTURE(steps);
        bool in_time = false;
        {
            service_world w;
            script(w);
            outcome result;
            in_time = cancel_after(w, make(*w.client), steps, result);
            CHECK(result.fine);
        }
        CHECK(open_files() == files);
        if (!in_time) return steps;
    }
    return -1;
}

asio::awaitable<void> create(eci::client client) {
    auto box = co_await client.create(eci::create_options("nginx"));
    CHECK(box.id() == "eci-1");
}

asio::awaitable<void> list_all(eci::client client) {
    auto all = co_await client.list_all();
    CHECK(all.size() == 1);
}

asio::awaitable<void> remove(eci::client client) {
    co_await client.remove("eci-1");
}

asio::awaitable<void> exec(eci::client client) {
    auto r = co_await client.attach("eci-1").exec(command("x"));
    CHECK(r.out == "hello");
}

asio::awaitable<void> stream(eci::client client) {
    auto p = co_await client.attach("eci-1").start(command("x"), exec_options().open_stdin());
    for (auto piece = co_await p.read(); piece; piece = co_await p.read()) {}
    co_await p.wait();
}

TEST_CASE("cancel a call at every step") {
    for (operation op : {create, list_all, remove}) CHECK(sweep(op) > 5);
}

TEST_CASE("cancel an exec at every step") {
    CHECK(sweep(exec) > 10);
}

TEST_CASE("cancel a stream at every step") {
    CHECK(sweep(stream) > 10);
}

}  // namespace
