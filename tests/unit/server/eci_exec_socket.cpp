// The exec WebSocket over real sockets.
#include "net/dial.hpp"
#include "net/http_server.hpp"
#include "net/websocket.hpp"
#include "unit/server/eci_fixture.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

using eci_test::fixture;
using eci_test::parameter_list;
using ecisbx::core::deadline;
using ecisbx::net::websocket;
using ecisbx::server::wire;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using names = std::vector<std::string>;

deadline soon() {
    return deadline::after(20s);
}

std::string frame(char channel, const std::string& payload) {
    return std::string(1, channel) + payload;
}

asio::awaitable<void> stop_server(ecisbx::net::http_server* server) {
    co_await server->stop();
}

struct served {
    explicit served(wire w = wire::kubelet) : f(w) {
        auto handle = [face = f.face](ecisbx::net::http_request r) {
            return face->handle(std::move(r));
        };
        server = std::make_unique<ecisbx::net::http_server>(
            f.ctx.get_executor(), ecisbx::net::http_server_options(), handle);
        server->run();
        id = f.running();
    }
    ~served() { f.run(stop_server(server.get())); }

    std::string token(const std::string& command, parameter_list more = {}) {
        parameter_list all = {
            {"ContainerGroupId", id}, {"ContainerName", "sandbox"}, {"Command", command}};
        all.insert(all.end(), more.begin(), more.end());
        auto url = f.call("ExecContainerCommand", all).text("WebSocketUri");
        REQUIRE(!url.empty());
        return url.substr(url.find("?s=") + 3);
    }
    fake::process_ptr process() { return f.world->last_process(); }

    fixture f;
    std::unique_ptr<ecisbx::net::http_server> server;
    std::string id;
};

asio::awaitable<websocket> open(std::uint16_t port, std::string token, names offered) {
    asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
    asio::ip::tcp::endpoint where(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(where, asio::use_awaitable);
    websocket::request what;
    what.authority = "127.0.0.1";
    what.target = "/exec/?s=" + token;
    what.subprotocols = std::move(offered);
    ecisbx::net::stream over(std::move(socket));
    auto ws = co_await websocket::connect(std::move(over), std::move(what),
                                          ecisbx::net::websocket_options(), soon());
    co_return ws;
}

struct transcript {
    std::vector<std::string> messages;
    std::string subprotocol;
    std::uint16_t close_code = 0;
    bool texts = true, binaries = true;  ///< all messages were
    std::string all() const {
        std::string joined;
        for (const auto& m : messages) joined += m;
        return joined;
    }
};

asio::awaitable<void> read_all(websocket* ws, transcript* into) {
    for (;;) {
        auto message = co_await ws->read(soon());
        if (!message) break;
        into->messages.emplace_back(message->payload);
        (message->text ? into->binaries : into->texts) = false;
    }
    into->close_code = ws->close_code();
}

asio::awaitable<void> listen(std::uint16_t port, std::string token, names offered,
                             transcript* into) {
    auto ws = co_await open(port, std::move(token), std::move(offered));
    into->subprotocol = ws.subprotocol();
    co_await read_all(&ws, into);
}

transcript run(served& s, const std::string& command, names offered = {}) {
    transcript t;
    s.f.run(listen(s.server->port(), s.token(command), offered, &t));
    return t;
}

asio::awaitable<void> expect_refusal(std::uint16_t port, std::string token, int* status) {
    try {
        auto ws = co_await open(port, std::move(token), {});
        *status = 101;
    } catch (const ecisbx::error& e) {
        *status = e.info().http_status;
    }
}

int refusal(served& s, const std::string& token) {
    int status = 0;
    s.f.run(expect_refusal(s.server->port(), token, &status));
    return status;
}

const std::string greeting = "\x01";
const std::string missing_text =
    "exec failed: unable to start container process: exec: \"missing\": executable file not "
    "found in $PATH";

}  // namespace

TEST_CASE("exec socket: a token opens one session only") {
    served s;
    auto token = s.token("[\"echo\",\"hi\"]");
    transcript t;
    s.f.run(listen(s.server->port(), token, {}, &t));
    CHECK(t.messages == names{greeting, frame(1, "hi\n")});
    CHECK(t.close_code == 1000);
    CHECK(refusal(s, token) == 403);
    CHECK(refusal(s, "") == 403);
    CHECK(refusal(s, std::string(32, 'a')) == 403);
    auto late = s.token("[\"echo\",\"hi\"]");
    s.f.now += 31s;
    CHECK(refusal(s, late) == 403);
    auto gone = s.token("[\"echo\",\"hi\"]");
    s.f.call("DeleteContainerGroup", {{"ContainerGroupId", s.id}, {"Force", "true"}});
    CHECK(refusal(s, gone) == 404);
}

TEST_CASE("exec socket: kubelet, streams and status") {
    served s;
    auto t = run(s, "[\"both\"]");
    REQUIRE(t.messages.size() == 3);
    CHECK(t.messages[0] == greeting);
    CHECK(t.messages[1] == frame(1, "out"));
    CHECK(t.messages[2] == frame(2, "err"));
    CHECK(t.subprotocol.empty());
    auto failed = run(s, "[\"exit\",\"3\"]");
    CHECK(failed.messages == names{greeting, frame(3,
                                                   "command terminated with non-zero exit code: "
                                                   "error executing command [exit 3], exit "
                                                   "code 3")});
    auto missing = run(s, "[\"missing\"]");
    CHECK(missing.messages ==
          names{greeting, frame(3, "error executing command in container: " + missing_text)});
    CHECK(missing.close_code == 1000);
}

TEST_CASE("exec socket: v4 and v5 when offered") {
    served s;
    for (const auto* name : {"v4.channel.k8s.io", "v5.channel.k8s.io"}) {
        auto t = run(s, "[\"echo\",\"hi\"]", {name});
        CHECK(t.subprotocol == name);
        CHECK(t.messages == names{greeting, frame(1, "hi\n"),
                                  frame(3, "{\"metadata\":{},\"status\":\"Success\"}")});
        auto failed = run(s, "[\"exit\",\"42\"]", {name});
        CHECK(failed.messages.back().find("\"message\":\"42\"") != std::string::npos);
        auto missing = run(s, "[\"missing\"]", {name});
        CHECK(missing.messages.back().find("InternalError") != std::string::npos);
    }
    auto base64 = run(s, "[\"echo\",\"hi\"]", {"base64.channel.k8s.io"});
    CHECK(base64.messages == names{"1", "1aGkK"});
    CHECK(base64.texts);
}

TEST_CASE("exec socket: silent, raw and text") {
    {
        served s(wire::silent);
        auto t = run(s, "[\"exit\",\"3\"]", {"v4.channel.k8s.io"});
        CHECK(t.messages == names{greeting});
        CHECK(t.subprotocol.empty());
    }
    {
        served s(wire::raw);
        auto t = run(s, "[\"both\"]", {"v4.channel.k8s.io"});
        CHECK(t.all() == "outerr");
        CHECK(t.binaries);
        CHECK(run(s, "[\"exit\",\"3\"]").messages.empty());
    }
    {
        served s(wire::text);
        auto t = run(s, "[\"echo\",\"你\"]");
        CHECK(t.messages == names{"你\n"});
        CHECK(t.texts);
    }
}

namespace {

asio::awaitable<void> talk(std::uint16_t port, std::string token, names offered, transcript* into) {
    auto ws = co_await open(port, std::move(token), std::move(offered));
    std::string prefix(1, '\0');
    co_await ws.write(false, prefix, "hello ", soon());
    co_await ws.write(false, prefix, "world", soon());
    if (ws.subprotocol() == "v5.channel.k8s.io") {
        std::string half_close("\xff\0", 2);
        co_await ws.write(false, half_close, "", soon());
    }
    co_await read_all(&ws, into);
}

}  // namespace

TEST_CASE("exec socket: stdin, and its end by v5") {
    served s;
    transcript t;
    s.f.run(talk(s.server->port(), s.token("[\"cat\"]"), {"v5.channel.k8s.io"}, &t));
    CHECK(s.process()->input == "hello world");
    CHECK(s.process()->input_closed);
    std::string out;
    for (const auto& m : t.messages)
        if (m[0] == 1) out += m.substr(1);
    CHECK(out == "hello world");
    CHECK(t.messages.back() == frame(3, "{\"metadata\":{},\"status\":\"Success\"}"));
}

namespace {

asio::awaitable<void> send_and_hold(std::uint16_t port, std::string token, names offered,
                                    std::vector<std::string> frames, websocket* into) {
    *into = co_await open(port, std::move(token), std::move(offered));
    for (const auto& f : frames) co_await into->write(false, f, "", soon());
}

asio::awaitable<void> send_frames(websocket* ws, int count, std::string frame_bytes) {
    for (int i = 0; i < count; ++i) co_await ws->write(false, frame_bytes, "", soon());
}

asio::awaitable<void> close(websocket* ws) {
    co_await ws->close(1000, soon());
}

}  // namespace

TEST_CASE("exec socket: the socket's end closes stdin and does not kill") {
    served s;
    for (bool clean : {true, false}) {
        websocket ws;
        s.f.run(send_and_hold(s.server->port(), s.token("[\"wait\"]"), {}, {frame(0, "x")}, &ws));
        s.f.until([&] { return s.process()->input == "x"; });
        CHECK_FALSE(s.process()->input_closed);
        if (clean)
            s.f.run(close(&ws));
        else
            ws.abort();
        s.f.until([&] { return s.process()->input_closed && s.process()->dropped; });
        CHECK_FALSE(s.process()->exited);
        if (clean) CHECK(ws.close_code() == 1000);
    }
    s.f.until([&] { return s.server->connections() == 0; });
}

TEST_CASE("exec socket: resize of a terminal, none without") {
    served s;
    for (const auto* tty : {"True", "False"}) {
        websocket ws;
        auto token = s.token("[\"wait\"]", {{"TTY", tty}});
        s.f.run(send_and_hold(s.server->port(), token, {},
                              {frame(4, "{\"Width\":120,\"Height\":40}"), frame(4, "junk"),
                               frame(9, "junk"), frame(0, "x")},
                              &ws));
        s.f.until([&] { return s.process()->input == "x"; });
        bool terminal = s.process()->spec.tty;
        CHECK(terminal == (std::string(tty) == "True"));
        CHECK(s.process()->columns == (terminal ? 120u : 0u));
        CHECK(s.process()->rows == (terminal ? 40u : 0u));
    }
}

TEST_CASE("exec socket: stdin that was not asked for is dropped") {
    served s;
    websocket ws;
    auto token = s.token("[\"wait\"]", {{"Stdin", "False"}});
    s.f.run(send_and_hold(s.server->port(), token, {}, {frame(0, "x"), frame(4, "")}, &ws));
    CHECK_FALSE(s.process()->spec.open_stdin);
    transcript t;
    s.process()->end(0);
    s.f.run(read_all(&ws, &t));
    CHECK(s.process()->input.empty());
    CHECK(t.close_code == 1000);
}

TEST_CASE("exec socket: a client that does not read stops the process, not the server") {
    served s;
    constexpr std::size_t size = 64 * 1024 * 1024;
    websocket ws;
    s.f.run(send_and_hold(s.server->port(),
                          s.token("[\"endless\",\"" + std::to_string(size) + "\"]"),
                          {"v4.channel.k8s.io"}, {}, &ws));
    std::size_t before = 1, now = 0;
    while (before != now) {  // until the pipe stands still
        before = now;
        s.f.poll();
        s.f.ctx.restart();
        s.f.ctx.run_for(100ms);
        now = s.process()->taken;
    }
    CHECK(now > 0);
    CHECK(now < size / 2);
    CHECK(s.f.call("DescribeContainerGroups", {}).code() == "ok");
    transcript t;
    s.f.run(read_all(&ws, &t));
    std::size_t got = 0;
    for (const auto& m : t.messages)
        if (m[0] == 1) got += m.size() - 1;
    CHECK(got == size);
    CHECK(t.messages.back()[0] == 3);
    CHECK(t.close_code == 1000);
}

TEST_CASE("exec socket: the status waits for the pipes, not only for the exit") {
    served s;
    websocket ws;
    s.f.run(
        send_and_hold(s.server->port(), s.token("[\"orphan\"]"), {"v4.channel.k8s.io"}, {}, &ws));
    s.f.until([&] { return !s.f.world->last()->processes.empty() && s.process()->exited; });
    s.f.poll();
    s.process()->print("late");
    s.process()->out_open = s.process()->err_open = false;
    s.process()->changed.notify_all();
    transcript t;
    s.f.run(read_all(&ws, &t));
    REQUIRE(t.messages.size() == 3);
    CHECK(t.messages[1] == frame(1, "late"));
    CHECK(t.messages[2].find("Success") != std::string::npos);
}

TEST_CASE("exec socket: unread stdin does not keep the end away") {
    served s;
    websocket ws;
    s.f.run(send_and_hold(s.server->port(), s.token("[\"wait\"]"), {}, {}, &ws));
    s.f.until([&] { return !s.f.world->last()->processes.empty(); });
    auto process = s.process();
    process->reads_input = false;
    s.f.run(send_frames(&ws, 64, std::string(1, '\0') + std::string(1000, 'x')));
    s.f.poll();
    process->end(0);
    transcript t;
    s.f.run(read_all(&ws, &t));
    CHECK(t.close_code == 1000);
    CHECK(process->input.empty());
}

TEST_CASE("exec socket: killed with its group, it ends with the status of a kill") {
    served s;
    websocket ws;
    s.f.run(send_and_hold(s.server->port(), s.token("[\"wait\"]"), {"v4.channel.k8s.io"}, {}, &ws));
    s.f.until([&] { return !s.f.world->last()->processes.empty(); });
    s.f.call("DeleteContainerGroup", {{"ContainerGroupId", s.id}, {"Force", "true"}});
    transcript t;
    s.f.run(read_all(&ws, &t));
    CHECK(t.messages.back().find("\"message\":\"137\"") != std::string::npos);
}

TEST_CASE("exec socket: the server can stop while sessions run") {
    served s;
    std::vector<websocket> open_ones(10);
    for (auto& ws : open_ones)
        s.f.run(send_and_hold(s.server->port(), s.token("[\"wait\"]"), {}, {}, &ws));
    s.f.until([&] { return s.f.world->last()->processes.size() == 10; });
    s.f.run(stop_server(s.server.get()));
    CHECK(s.server->connections() == 0);
    for (const auto& p : s.f.world->last()->processes) CHECK(p->dropped);
}
