// Opening an exec channel, and the channel itself, against a scripted WebSocket.
#include "scripted_service.hpp"

#include "common/pending.hpp"
#include "eci/caller.hpp"
#include "eci/endpoint.hpp"
#include "eci/exec_opener.hpp"
#include "net/wait.hpp"
#include "proto/exec_frame.hpp"
#include "proto/exit_trailer.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <variant>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
using core::deadline;

const char* described =
    R"({"ContainerGroups":[{"ContainerGroupId":"eci-1","Status":"Running","Containers":[{"Name":"main"}]}]})";

/// Answers every call; the exec URL points back here unless `url` is set.
void serve_calls(service_world& w, std::string url = {}) {
    if (url.empty()) url = "ws://127.0.0.1:" + std::to_string(w.service.port()) + "/exec/?s=TOKEN";
    w.service.answer = [url](const seen_call& call, std::size_t) {
        if (call.action != "ExecContainerCommand") return json_answer(described);
        return json_answer(R"({"RequestId":"R-2","WebSocketUri":")" + url + R"("})");
    };
}

using session = asio::awaitable<void> (*)(net::websocket);

net::http_reply accept(const net::http_request& request, session run) {
    net::upgrade up;
    auto offered = request.headers.joined("sec-websocket-protocol");
    if (offered.find("v5.channel.k8s.io") != std::string::npos)
        up.subprotocol = "v5.channel.k8s.io";
    up.session = run;
    return up;
}

asio::awaitable<void> say(net::websocket& socket, char channel, std::string bytes) {
    std::string prefix(1, channel);
    co_await socket.write(false, prefix, bytes, deadline::after(5s));
}

asio::awaitable<void> exit_3(net::websocket socket) {
    co_await say(socket, 1, "out");
    co_await say(socket, 2, "err");
    std::string status = proto::status_json(3);
    co_await say(socket, 3, status);
    co_await socket.close(1000, deadline::after(5s));
}

asio::awaitable<void> run_one(service_world& w, exec_result& into) {
    into = co_await w.client->attach("eci-1").exec(command("x"));
}

asio::awaitable<void> fail_one(service_world& w, error_info& seen) {
    seen = co_await failure_of(
        w.client->attach("eci-1").exec(command("x"), exec_options().timeout(5s)));
}

std::size_t count(const service_world& w, const std::string& action) {
    std::size_t n = 0;
    for (const auto& call : w.service.calls) n += call.action == action;
    return n;
}

TEST_CASE("exec: output, status and request id come through") {
    service_world w;
    serve_calls(w);
    w.service.upgrade = [](const net::http_request& r) { return accept(r, exit_3); };
    exec_result r;
    w.run(run_one(w, r));
    CHECK(r.status.code() == 3);
    CHECK(r.complete);
    CHECK(r.out == "out");
    CHECK(r.err == "err");
    CHECK(r.request_id == "R-2");
    CHECK(count(w, "DescribeContainerGroups") == 1);
    const auto& call = w.service.calls.at(1);
    CHECK(call.parameters.at("ContainerName") == "main");
    CHECK(call.parameters.at("TTY") == "false");
    CHECK(call.parameters.at("Stdin") == "false");
    REQUIRE(w.service.upgrades.size() == 1);
    const auto& upgrade = w.service.upgrades[0];
    CHECK(upgrade.target == "/exec/?s=TOKEN");
    CHECK(upgrade.headers.get("host") == "127.0.0.1:" + std::to_string(w.service.port()));
    CHECK(upgrade.headers.joined("sec-websocket-protocol") ==
          "v5.channel.k8s.io, v4.channel.k8s.io");
}

TEST_CASE("exec: the container's name is looked up once, and not when it is given") {
    service_world w;
    serve_calls(w);
    w.service.upgrade = [](const net::http_request& r) { return accept(r, exit_3); };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto box = world.client->attach("eci-1");
        co_await box.bash("true");
        co_await box.bash("true");
        auto other = world.client->attach("eci-2");
        co_await other.bash("true", exec_options().container("side"));
    };
    w.run(body(w));
    CHECK(count(w, "DescribeContainerGroups") == 1);
    CHECK(w.service.calls.back().parameters.at("ContainerName") == "side");
}

/// What was asked for that is not the harmless command by which the peer is tried.
std::size_t commands_asked_for(const service_world& w) {
    std::size_t n = 0;
    for (const auto& call : w.service.calls)
        n +=
            call.action == "ExecContainerCommand" && call.parameters.at("Command") != R"(["true"])";
    return n;
}

net::http_reply refuse_offers(int status, const net::http_request& r) {
    if (r.headers.has("sec-websocket-protocol")) return refusal(status, "Refused");
    return accept(r, exit_3);
}

TEST_CASE("exec: a peer that refuses subprotocols is found out, and does without") {
    for (int status : {400, 403, 404}) {
        service_world w;
        serve_calls(w);
        w.service.upgrade = [status](const net::http_request& r) {
            return refuse_offers(status, r);
        };
        auto body = [](service_world& world) -> asio::awaitable<void> {
            auto box = world.client->attach("eci-1");
            auto first = co_await box.bash("echo 1");
            CHECK(first.status.code() == 3);
            CHECK(world.service.upgrades.size() == 1 + 3 + 1 + 1);
            CHECK(commands_asked_for(world) == 2);
            co_await box.bash("echo 2");  // it is remembered
            CHECK(world.service.upgrades.size() == 7);
        };
        w.run(body(w));
        CHECK(count(w, "ExecContainerCommand") == 7);
    }
}

asio::awaitable<void> count_one(service_world& w, int& ended) {
    auto r = co_await w.client->attach("eci-1").exec(command("x"));
    CHECK(r.status.code() == 3);
    ++ended;
}

asio::awaitable<void> count_refused(service_world& w, int& ended) {
    error_info seen;
    co_await fail_one(w, seen);
    CHECK(seen.code == errc::forbidden);
    ++ended;
}

using counting = asio::awaitable<void> (*)(service_world&, int&);

/// Twenty at once.
asio::awaitable<void> crowd(service_world& world, counting one) {
    co_await world.client->describe("eci-1");
    int ended = 0;
    for (int i = 0; i < 20; ++i) asio::co_spawn(world.context, one(world, ended), asio::detached);
    while (ended < 20) co_await net::sleep_for(5ms, deadline::never());
}

TEST_CASE("exec: one finds out for all that a peer refuses subprotocols") {
    service_world w;
    serve_calls(w);
    w.service.upgrade = [](const net::http_request& r) { return refuse_offers(400, r); };
    w.run(crowd(w, count_one));
    CHECK(commands_asked_for(w) <= 40);
    CHECK(count(w, "ExecContainerCommand") - commands_asked_for(w) == 4);
}

TEST_CASE("exec: a peer that refuses everything is tried once by those that ask at once") {
    service_world w([](eci::config c) { return c.no_quota(); });
    serve_calls(w);
    w.service.upgrade = [](const net::http_request&) { return refusal(403, "Refused"); };
    w.run(crowd(w, count_refused));
    const auto tried = count(w, "ExecContainerCommand") - commands_asked_for(w);
    CHECK(tried >= 4);
    CHECK(tried <= 12);
}

TEST_CASE("exec: who finds out is cancelled, and another one goes on") {
    service_world w;
    serve_calls(w);
    auto first = std::make_shared<pending>(w.context.get_executor());
    w.service.upgrade = [&](const net::http_request& r) -> net::http_reply {
        if (w.service.upgrades.size() == 4) first->cancel.emit(asio::cancellation_type::terminal);
        return refuse_offers(400, r);
    };
    auto body = [](service_world& world, pending_ptr canceled) -> asio::awaitable<void> {
        co_await world.client->describe("eci-1");
        int ended = 0, never = 0;
        launch(canceled, count_one(world, never));
        asio::co_spawn(world.context, count_one(world, ended), asio::detached);
        while (ended < 1 || !canceled->ended) co_await net::sleep_for(5ms, deadline::never());
        CHECK(never == 0);
        CHECK(error_info_from(canceled->failure).code == errc::canceled);
    };
    w.run(body(w, first));
}

TEST_CASE("exec: subprotocols are not offered when that is switched off") {
    service_world w([](eci::config c) { return c.offer_subprotocols(false); });
    serve_calls(w);
    w.service.upgrade = [](const net::http_request& r) { return accept(r, exit_3); };
    exec_result r;
    w.run(run_one(w, r));
    CHECK_FALSE(w.service.upgrades.at(0).headers.has("sec-websocket-protocol"));
}

TEST_CASE("exec: a refusal in any case is an error, with no token in it") {
    service_world w;
    serve_calls(w);
    w.service.upgrade = [](const net::http_request&) { return refusal(403, "Refused"); };
    error_info seen;
    w.run(fail_one(w, seen));
    CHECK(seen.code == errc::forbidden);
    CHECK(seen.http_status == 403);
    CHECK(seen.request_id == "R-2");
    CHECK(seen.to_string().find("TOKEN") == std::string::npos);
}

/// The first upgrade is refused; what comes later is let in.
void refuse_first(service_world& w, int status, error_info& seen, std::size_t& asked) {
    serve_calls(w);
    w.service.upgrade = [&w, status](const net::http_request& r) -> net::http_reply {
        if (w.service.upgrades.size() == 1) return refusal(status, "No");
        return accept(r, exit_3);
    };
    auto body = [](service_world& world, error_info& why, std::size_t& n) -> asio::awaitable<void> {
        co_await fail_one(world, why);
        n = commands_asked_for(world);
    };
    w.run(body(w, seen, asked));
}

void check_final(int status, bool offers) {
    CAPTURE(status);
    service_world w([offers](eci::config c) { return c.offer_subprotocols(offers); });
    error_info seen;
    std::size_t asked = 0;
    refuse_first(w, status, seen, asked);
    CHECK(seen.http_status == status);
    CHECK(seen.message.find("may have started") != std::string::npos);
    CHECK(asked == 1);
}

TEST_CASE("exec: a URL that is refused may have been used up by a repeated request") {
    for (bool offers : {true, false})
        for (int status : {400, 403, 404, 410}) check_final(status, offers);
}

TEST_CASE("exec: behind a gateway's failure the command may have started") {
    for (int status : {500, 502, 504}) check_final(status, true);
}

TEST_CASE("exec: who is turned away before the upgrade tries again with a new URL") {
    for (int status : {408, 429, 503}) {
        service_world w;
        error_info seen;
        std::size_t asked = 0;
        refuse_first(w, status, seen, asked);
        CHECK_FALSE(seen.code);
        CHECK(asked == 2);
    }
}

TEST_CASE("exec: a URL that is gone is no missing sandbox") {
    service_world w([](eci::config c) { return c.offer_subprotocols(false); });
    serve_calls(w);
    error_info seen;
    w.run(fail_one(w, seen));
    CHECK(seen.code == errc::protocol);
    CHECK(seen.http_status == 404);
}

asio::awaitable<void> open_once(eci::exec_opener& opener, bool& open) {
    detail::exec_request request;
    request.argv.emplace_back("x");
    request.container = "main";
    auto channel = co_await opener.open("eci-1", request, deadline::after(10s));
    open = channel != nullptr;
}

TEST_CASE("exec: a URL that became too old while it was dialled is replaced, unopened") {
    service_world w;
    int asked = 0;
    auto port = std::to_string(w.service.port());
    w.service.answer = [&](const seen_call&, std::size_t) {
        auto url = "ws://127.0.0.1:" + port + "/exec/?s=" + std::to_string(++asked);
        return json_answer(R"({"RequestId":"R-2","WebSocketUri":")" + url + R"("})");
    };
    w.service.upgrade = [](const net::http_request& r) { return accept(r, exit_3); };
    auto settings = w.service.config();
    auto how = std::make_shared<net::dialer>();
    eci::caller calls(w.context.get_executor(), settings, how, eci::endpoint_of(settings));
    eci::exec_opener opener(w.context.get_executor(), calls, settings, how, 0ms);
    bool open = false;
    w.run(open_once(opener, open));
    CHECK(open);
    REQUIRE(w.service.upgrades.size() == 1);
    CHECK(w.service.upgrades[0].target == "/exec/?s=2");
}

TEST_CASE("exec: a connection that is refused is dialled again with a new URL") {
    service_world w;
    serve_calls(w);
    auto good = w.service.answer;
    w.service.answer = [&w, good](const seen_call& call, std::size_t n) {
        if (call.action == "ExecContainerCommand" && count(w, call.action) == 1)
            return json_answer(R"({"RequestId":"R-1","WebSocketUri":"ws://127.0.0.1:1/?s=T"})");
        return good(call, n);
    };
    w.service.upgrade = [](const net::http_request& r) { return accept(r, exit_3); };
    exec_result r;
    w.run(run_one(w, r));
    CHECK(r.status.code() == 3);
    CHECK(r.request_id == "R-2");
    CHECK(count(w, "ExecContainerCommand") == 2);
}

TEST_CASE("exec: URLs that lead elsewhere are not opened") {
    for (const char* url : {"ws://example.com/?s=TOKEN", "wss://evil.example.com/?s=TOKEN", "",
                            "http://127.0.0.1/?s=TOKEN", "nonsense TOKEN"}) {
        CAPTURE(url);
        service_world w;
        serve_calls(w, url[0] == 0 ? " " : url);
        error_info seen;
        w.run(fail_one(w, seen));
        CHECK(seen.code == errc::protocol);
        CHECK(seen.request_id == "R-2");
        CHECK(seen.to_string().find("TOKEN") == std::string::npos);
        CHECK(count(w, "ExecContainerCommand") == 1);
    }
}

/// Reads a request head and cuts the connection: the upgrade was sent, no answer came.
asio::awaitable<void> cut_after_upgrade(asio::ip::tcp::acceptor& acceptor, int& connections) {
    while (true) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        ++connections;
        char buffer[4096];
        co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
    }
}

TEST_CASE("exec: no answer to the upgrade is not tried again, the command may have started") {
    service_world w;
    asio::ip::tcp::acceptor acceptor(w.context, {asio::ip::address_v4::loopback(), 0});
    int connections = 0;
    asio::co_spawn(w.context, cut_after_upgrade(acceptor, connections), asio::detached);
    serve_calls(w, "ws://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/?s=T");
    auto body = [](service_world& world, asio::ip::tcp::acceptor& a, error_info& seen,
                   int& dialled) -> asio::awaitable<void> {
        co_await fail_one(world, seen);
        CHECK(dialled == 1);
        // The kill of what may have started goes on in the background.
        while (count(world, "ExecContainerCommand") < 2)
            co_await net::sleep_for(5ms, deadline::never());
        a.close();
    };
    error_info seen;
    w.run(body(w, acceptor, seen, connections));
    CHECK(seen.code == errc::connection);
    CHECK(seen.message.find("may have started") != std::string::npos);
    CHECK(seen.attempts == 1);
}

asio::awaitable<void> cut_in_the_middle(net::websocket socket) {
    co_await say(socket, 1, "some");
    socket.abort();
}

TEST_CASE("exec: a connection that is cut is a lost result") {
    service_world w;
    serve_calls(w);
    w.service.upgrade = [&](const net::http_request& r) {
        return accept(r, w.service.upgrades.size() == 1 ? cut_in_the_middle : exit_3);
    };
    exec_result r;
    w.run(run_one(w, r));
    CHECK(r.status.end_reason() == end_reason::lost);
    CHECK(r.out == "some");
    CHECK_FALSE(r.complete);
    CHECK_FALSE(r.note.empty());
}

asio::awaitable<void> close_1011(net::websocket socket) {
    co_await say(socket, 1, "some");
    co_await socket.close(1011, deadline::after(5s));
}

TEST_CASE("exec: a close code that tells of a failure is not a proper end") {
    service_world w;
    serve_calls(w);
    w.service.upgrade = [&](const net::http_request& r) {
        return accept(r, w.service.upgrades.size() == 1 ? close_1011 : exit_3);
    };
    exec_result r;
    w.run(run_one(w, r));
    CHECK(r.status.end_reason() == end_reason::lost);
    CHECK(r.note.find("1011") != std::string::npos);
}

template <std::size_t size>
asio::awaitable<void> one_message(net::websocket socket) {
    co_await say(socket, 1, std::string(size, 'x'));
    std::string status = proto::status_json(0);
    co_await say(socket, 3, status);
    co_await socket.close(1000, deadline::after(5s));
}

TEST_CASE("eci-as-sandbox weakness 12: a message of 3 MiB arrives, one over the limit is no end") {
    for (bool fits : {true, false}) {
        service_world w;
        serve_calls(w);
        w.service.upgrade = [&](const net::http_request& r) {
            auto run = fits ? one_message<std::size_t(3) << 20> : one_message<std::size_t(5) << 20>;
            return accept(r, w.service.upgrades.size() == 1 ? run : exit_3);
        };
        exec_result r;
        w.run(run_one(w, r));
        CHECK(r.ok() == fits);
        if (fits) CHECK(r.out.size() == std::size_t(3) << 20);
        if (!fits) CHECK(r.status.end_reason() == end_reason::lost);
        if (!fits) CHECK(!r.note.empty());
    }
}

asio::awaitable<void> text_messages(net::websocket socket) {
    for (std::string piece : {"right ", "wrong \uFFFD"})
        co_await socket.write(true, {}, piece, deadline::after(5s));
    std::string status = R"({"metadata":{},"status":"Success"})";
    co_await say(socket, 3, status);
    co_await socket.close(1000, deadline::after(5s));
}

TEST_CASE("exec: text messages with replaced characters are never complete") {
    service_world w;
    serve_calls(w);
    w.service.upgrade = [](const net::http_request& r) { return accept(r, text_messages); };
    exec_result r;
    w.run(run_one(w, r));
    CHECK(r.status.code() == 0);
    CHECK(r.out == "right wrong \uFFFD");
    CHECK_FALSE(r.complete);
    CHECK(r.note.find("U+FFFD") != std::string::npos);
}

asio::awaitable<void> close_without_a_word(net::websocket socket) {
    co_await socket.close(1000, deadline::after(5s));
}

TEST_CASE("exec: a channel that closes before anything came does not say that it started") {
    service_world w;
    serve_calls(w);
    w.service.upgrade = [&](const net::http_request& r) {
        return accept(r, w.service.upgrades.size() == 1 ? close_without_a_word : exit_3);
    };
    exec_result r;
    w.run(run_one(w, r));
    CHECK(r.status.end_reason() == end_reason::lost);
    CHECK(r.note.find("not known whether the command started") != std::string::npos);
}

TEST_CASE("eci-as-sandbox weakness 14: throttled calls are made again, the command runs once") {
    service_world w;
    serve_calls(w);
    auto good = w.service.answer;
    w.service.answer = [&w, good](const seen_call& call, std::size_t n) {
        if (call.action == "ExecContainerCommand" && count(w, call.action) <= 2)
            return refusal(400, "Throttling.User");
        return good(call, n);
    };
    w.service.upgrade = [](const net::http_request& r) { return accept(r, exit_3); };
    exec_result r;
    w.run(run_one(w, r));
    CHECK(r.status.code() == 3);
    CHECK(count(w, "ExecContainerCommand") == 3);
    CHECK(w.service.upgrades.size() == 1);
}

/// Says back what came on stdin until its end, then the sizes it was told.
asio::awaitable<void> echo(net::websocket socket) {
    proto::exec_server_decoder decoder(socket.subprotocol());
    std::string sizes;
    while (true) {
        auto message = co_await socket.read(deadline::after(5s));
        if (!message) co_return;
        auto frame = decoder.decode(message->text, message->payload);
        if (frame.what == proto::exec_frame::kind::resize)
            sizes += std::to_string(frame.rows) + "x" + std::to_string(frame.columns) + ' ';
        if (frame.what == proto::exec_frame::kind::in) {
            std::string bytes(frame.bytes);
            co_await say(socket, 1, bytes);
            if (bytes == "\x04") break;
        }
        if (frame.what == proto::exec_frame::kind::half_close) break;
    }
    co_await say(socket, 2, sizes);
    std::string status = proto::status_json(0);
    co_await say(socket, 3, status);
    co_await socket.close(1000, deadline::after(5s));
}

/// As `echo` behind a terminal: its loader tells first that it is ready.
asio::awaitable<void> echo_on_terminal(net::websocket socket, std::string nonce) {
    co_await say(socket, 1, proto::ready_mark_text(nonce));
    co_await echo(std::move(socket));
}

/// The last word of the command that was asked for last.
std::string nonce_of(const service_world& w) {
    auto argv = boost::json::parse(w.service.calls.back().parameters.at("Command"));
    return std::string(argv.as_array().back().as_string());
}

TEST_CASE("exec: stdin, half-close and window sizes reach the other side") {
    service_world w;
    serve_calls(w);
    w.service.upgrade = [&](const net::http_request& r) {
        bool terminal = w.service.calls.back().parameters.at("TTY") == "true";
        auto reply = accept(r, echo);
        if (terminal)
            std::get<net::upgrade>(reply).session = [nonce = nonce_of(w)](net::websocket socket) {
                return echo_on_terminal(std::move(socket), nonce);
            };
        return reply;
    };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto box = world.client->attach("eci-1");
        std::string bytes(100'000, 'x');
        auto r = co_await box.exec(command("cat"), exec_options().input(bytes));
        CHECK(r.ok());
        CHECK(r.out.ends_with(bytes));  // the loader's text comes before it
        auto p = co_await box.start(command("top"), exec_options().tty(24, 80));
        co_await p.resize(50, 132);
        co_await p.write("hello\n");
        co_await p.close_stdin();
        auto t = co_await p.wait();
        CHECK(t.out.ends_with("hello\n\x04"));
        CHECK(t.err == "24x80 50x132 ");
        CHECK(t.ok());
    };
    w.run(body(w));
}

TEST_CASE("exec: many at once on one client") {
    service_world w;
    serve_calls(w);
    w.service.upgrade = [](const net::http_request& r) { return accept(r, exit_3); };
    int good = 0;
    auto one = [](eci::client client, int& into) -> asio::awaitable<void> {
        auto r = co_await client.attach("eci-1").bash("true");
        into += r.status.code() == 3;
    };
    auto body = [](service_world& world, int& into, auto task) -> asio::awaitable<void> {
        int running = 200;
        for (int i = 0; i < 200; ++i)
            asio::co_spawn(world.context, task(*world.client, into),
                           [&](std::exception_ptr) { --running; });
        while (running > 0) co_await net::sleep_for(5ms, deadline::never());
    };
    w.run(body(w, good, one));
    CHECK(good == 200);
}

}  // namespace
