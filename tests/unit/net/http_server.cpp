#include "net/http_server.hpp"

#include "net/wait.hpp"
#include "unit/net/ws_harness.hpp"

#include <sys/resource.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

asio::awaitable<void> echo_session(net::websocket session) {
    while (const auto message = co_await session.read(soon()))
        co_await session.write(message->text, "", message->payload, soon());
}

// What the tests' server does, by target.
asio::awaitable<net::http_reply> handle(std::shared_ptr<std::vector<net::http_request>> seen,
                                        net::http_request request) {
    const std::string target = request.target;
    seen->push_back(std::move(request));
    if (target == "/throw") throw std::runtime_error("secret detail");
    if (target == "/hang") co_await net::sleep_for(1h, core::deadline::never());
    if (target == "/ws") {
        net::upgrade to;
        to.subprotocol = "sub";
        to.session = echo_session;
        co_return to;
    }
    net::http_response response;
    if (target == "/bad-field") response.headers.add("Bad", "a\r\nb");
    if (target == "/close") response.keep_alive = false;
    if (target == "/none") response.status = 204;
    if (target == "/big") response.body.assign(5'000'000, 'B');
    if (response.body.empty()) response.body = target + " " + seen->back().body;
    co_return response;
}

struct fixture {
    explicit fixture(net::http_server_options options = {})
        : seen(std::make_shared<std::vector<net::http_request>>()),
          server(h.ctx.get_executor(), options, [seen = seen](net::http_request request) {
              return handle(seen, std::move(request));
          }) {
        server.run();
    }
    ~fixture() { h.run(server.stop()); }

    net::stream connect() {
        tcp::socket socket(h.ctx);
        socket.connect({asio::ip::address_v4::loopback(), server.port()});
        return net::stream(std::move(socket));
    }

    harness h;
    std::shared_ptr<std::vector<net::http_request>> seen;
    net::http_server server;
};

asio::awaitable<void> talk(net::stream* on, std::string bytes, std::string* answer) {
    co_await on->write(asio::buffer(bytes), soon());
    *answer = co_await read_to_end(on);
}

// Everything the server says to these bytes until it closes.
std::string say(fixture& f, std::string bytes) {
    auto on = f.connect();
    std::string answer;
    f.h.run(talk(&on, std::move(bytes), &answer));
    return answer;
}

std::string get(std::string_view target, std::string_view fields = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

constexpr std::string_view last = "Connection: close\r\n";

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
    return found;
}

void check_status(fixture& f, std::string bytes, int status) {
    CAPTURE(bytes.substr(0, 200));
    const auto answer = say(f, std::move(bytes));
    CHECK(answer.starts_with("HTTP/1.1 " + std::to_string(status) + " "));
    CHECK(count(answer, "HTTP/1.1 ") == 1);
    CHECK(answer.find("\r\nConnection: close\r\n") != answer.npos);
}

}  // namespace

TEST_CASE("http_server: a request and its answer") {
    fixture f;
    const auto answer = say(f, get("/a", last));
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.find("\r\nContent-Length: 3\r\n") != answer.npos);
    CHECK(answer.find("\r\nDate: ") != answer.npos);
    CHECK(answer.ends_with("\r\n\r\n/a "));
    REQUIRE(f.seen->size() == 1);
    CHECK(f.seen->front().peer.starts_with("127.0.0.1:"));
}

TEST_CASE("http_server: requests one behind the other, also in one packet") {
    fixture f;
    const std::string post = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
    const auto answer = say(f, get("/1") + post + get("/2") + get("/none") + get("/3", last));
    CHECK(count(answer, "HTTP/1.1 200 OK") == 4);
    CHECK(count(answer, "HTTP/1.1 204 No Content") == 1);
    CHECK(answer.find("/p body") < answer.find("/2 "));
    CHECK(f.seen->size() == 5);
}

TEST_CASE("http_server: HTTP/1.0, HEAD, and an answer that closes") {
    fixture f;
    CHECK(say(f, "GET /a HTTP/1.0\r\n\r\n").find("Connection: close") != std::string::npos);
    const auto kept = say(f, "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get("/b", last));
    CHECK(kept.find("Connection: keep-alive") != std::string::npos);
    CHECK(count(kept, "HTTP/1.1 200") == 2);
    const auto head = say(f, "HEAD /abc HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK(head.find("Content-Length: 5\r\n") != std::string::npos);
    CHECK(head.ends_with("\r\n\r\n"));
    CHECK(count(say(f, get("/close") + get("/never")), "HTTP/1.1 ") == 1);
}

TEST_CASE("http_server: a handler that throws, or answers nonsense, tells nothing") {
    fixture f;
    for (const char* target : {"/throw", "/bad-field"}) {
        const auto answer = say(f, get(target, last));
        CHECK(answer.starts_with("HTTP/1.1 500 "));
        CHECK(answer.find("secret") == std::string::npos);
    }
    CHECK(count(say(f, get("/throw") + get("/after", last)), "HTTP/1.1 ") == 2);
}

TEST_CASE("http_server: what is malformed is refused and the connection closed") {
    net::http_server_options options;
    options.limits = {2000, 1000};
    fixture f(options);
    const std::string next = get("/smuggled");
    check_status(f, "garbage\r\n\r\n" + next, 400);
    check_status(f, "GET / HTTP/1.1\r\n\r\n" + next, 400);
    check_status(f, "GET / HTTP/1.1\nHost: h\n\n" + next, 400);
    check_status(f, get("/", "A: 1\r\n folded\r\n") + next, 400);
    check_status(f, get("/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + next, 400);
    check_status(f, get("/", "Content-Length: 5\r\nContent-Length: 6\r\n") + next, 400);
    check_status(f, get("/", "Transfer-Encoding: chunked\r\n") + "zz\r\n" + next, 400);
    check_status(f, get("/", "Transfer-Encoding: gzip\r\n") + next, 501);
    check_status(f, get("/", "Expect: wonders\r\n") + next, 417);
    check_status(f, get("/", "Content-Length: 1001\r\n"), 413);
    check_status(f, get("/", "A: " + std::string(3000, 'a') + "\r\n"), 431);
    check_status(f, "GET / HTTP/2.0\r\n\r\n" + next, 505);
    CHECK(f.seen->empty());
}

TEST_CASE("http_server: a refusal reaches a peer that is still sending its body") {
    net::http_server_options options;
    options.limits = {2000, 1000};
    fixture f(options);
    check_status(f, get("/", "Content-Length: 500000\r\n") + std::string(500000, 'b'), 413);
}

TEST_CASE("http_server: a peer that comes late with its head or body") {
    net::http_server_options options;
    options.head_timeout = 30ms;
    options.body_timeout = 30ms;
    options.idle_timeout = 60ms;
    fixture f(options);
    CHECK(say(f, "").empty());
    check_status(f, "GET / HT", 408);
    check_status(f, get("/", "Content-Length: 5\r\n") + "ab", 408);
    // Between requests: closed without a word.
    CHECK(count(say(f, get("/a")), "HTTP/1.1 ") == 1);
    CHECK(count(say(f, get("/a") + "GET /b"), "HTTP/1.1 408") == 1);
}

TEST_CASE("http_server: a second head has the head's clock, not that of idleness") {
    net::http_server_options options;
    options.head_timeout = 50ms;
    options.idle_timeout = 1h;
    fixture f(options);
    CHECK(count(say(f, get("/a") + "GET /b"), "HTTP/1.1 408") == 1);
}

TEST_CASE("http_server: a head that trickles has one clock, not one per byte") {
    net::http_server_options options;
    options.head_timeout = 50ms;
    fixture f(options);
    auto on = f.connect();
    auto trickle = [](net::stream* to) -> asio::awaitable<void> {
        const std::string head = get("/slow", "A: " + std::string(500, 'a') + "\r\n");
        for (char c : head) {
            auto writing = to->write(asio::buffer(&c, 1), soon());
            if (!co_await as_result(std::move(writing))) co_return;
            co_await net::sleep_for(2ms, soon());
        }
    };
    std::string answer;
    auto listen = [](net::stream* from, std::string* into) -> asio::awaitable<void> {
        *into = co_await read_to_end(from);
        from->close();
    };
    f.h.spawn(trickle(&on));
    f.h.spawn(listen(&on, &answer));
    f.h.run();
    CHECK(answer.starts_with("HTTP/1.1 408 "));
    CHECK(f.seen->empty());
}

TEST_CASE("http_server: a peer that does not take its answer is dropped") {
    net::http_server_options options;
    options.write_timeout = 50ms;
    fixture f(options);
    auto on = f.connect();
    f.h.run(write_all(&on, get("/big")));
    while (f.seen->empty() || f.server.connections() > 0) f.h.ctx.run_one_for(1s);
    CHECK(f.server.connections() == 0);
}

TEST_CASE("http_server: Expect: 100-continue is answered when the body is awaited") {
    fixture f;
    auto on = f.connect();
    auto client = [](net::stream* server) -> asio::awaitable<void> {
        const std::string head =
            "POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
            "Connection: close\r\n\r\n";
        co_await server->write(asio::buffer(head), soon());
        const std::string interim = co_await read_head(server);
        CHECK(interim == "HTTP/1.1 100 Continue\r\n\r\n");
        co_await write_all(server, "ok");
        const std::string answer = co_await read_to_end(server);
        CHECK(answer.ends_with("/e ok"));
    };
    f.h.run(client(&on));
}

TEST_CASE("http_server: a slow request holds up nobody") {
    fixture f;
    auto slow = f.connect();
    f.h.run(write_all(&slow, get("/hang")));
    CHECK(say(f, get("/fast", last)).ends_with("/fast "));
    while (f.server.connections() > 1) f.h.ctx.run_one_for(1s);
    CHECK(f.server.connections() == 1);
}

TEST_CASE("http_server: connections above the limit are refused, not those within") {
    net::http_server_options options;
    options.max_connections = 2;
    fixture f(options);
    auto first = f.connect(), second = f.connect();
    f.h.run(write_all(&first, get("/hang")));
    f.h.run(write_all(&second, get("/hang")));
    while (f.seen->size() < 2) f.h.ctx.run_one_for(1s);
    const auto answer = say(f, get("/third"));
    CHECK(answer.starts_with("HTTP/1.1 503 "));
    CHECK(f.server.connections() == 2);
    first.close();
    second.close();
}

TEST_CASE("http_server: a WebSocket, and upgrades that are none") {
    fixture f;
    net::websocket client;
    auto what = ws_request();
    what.target = "/ws";
    what.subprotocols = {"sub"};
    f.h.run(ws_connect(&client, f.connect(), std::move(what), {}));
    CHECK(client.subprotocol() == "sub");
    auto use = [](net::websocket* on) -> asio::awaitable<void> {
        co_await on->write(true, "", "to and fro", soon());
        const auto seen = co_await next_message(on);
        CHECK(seen->payload == "to and fro");
        co_await on->close(1000, soon());
        CHECK(on->close_code() == 1000);
    };
    f.h.run(use(&client));

    for (const std::string_view fields : {"", "Upgrade: websocket\r\nConnection: Upgrade\r\n"}) {
        const auto answer = say(f, get("/ws", fields) + get("/next", last));
        CHECK(answer.starts_with("HTTP/1.1 400 "));
        CHECK(answer.ends_with("/next "));
    }
}

TEST_CASE("http_server: the first frame may travel with the upgrade") {
    fixture f;
    auto on = f.connect();
    auto client = [](net::stream* server) -> asio::awaitable<void> {
        const std::string bytes =
            get("/ws",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") +
            proto::ws_encode_frame(proto::ws_opcode::text, "at once", 1u);
        co_await server->write(asio::buffer(bytes), soon());
        const std::string head = co_await read_head(server);
        CHECK(field_of(head, "Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        const auto frame = co_await read_frame(server, proto::ws_role::client);
        CHECK(frame.payload == "at once");
    };
    f.h.run(client(&on));
}

TEST_CASE("http_server: over TLS, beside peers that do not shake hands") {
    const test_ca ca;
    net::http_server_options options;
    options.tls = ca.server({});
    options.head_timeout = 50ms;
    fixture f(options);
    auto mute = f.connect();
    auto plain = f.connect();
    f.h.run(write_all(&plain, get("/plain")));
    auto on = f.connect();
    auto client = [](net::stream* server,
                     std::shared_ptr<net::tls_client_context> trust) -> asio::awaitable<void> {
        co_await server->handshake(trust, "localhost", soon());
        co_await write_all(server, get("/tls", last));
        const std::string answer = co_await read_to_end(server);
        CHECK(answer.ends_with("/tls "));
    };
    f.h.run(client(&on, ca.client()));
    CHECK(f.seen->size() == 1);
    while (f.server.connections() > 0) f.h.ctx.run_one_for(1s);
}

TEST_CASE("http_server: cut at every byte of a request, nothing stays") {
    const auto before = open_descriptors();
    {
        fixture f;
        const std::string request = "POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
        for (std::size_t cut = 0; cut < request.size(); ++cut) {
            auto on = f.connect();
            f.h.run(write_all(&on, request.substr(0, cut)));
            on.close();
        }
        // No event but the peers' ends is left to wait for.
        while (f.server.connections() > 0) f.h.ctx.run_one_for(1s);
        CHECK(f.seen->empty());
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("http_server: stop ends every connection and what runs on it") {
    fixture f;
    auto hanging = f.connect(), idle = f.connect(), half = f.connect(), fresh = f.connect();
    net::websocket client;
    auto what = ws_request();
    what.target = "/ws";
    what.subprotocols = {"sub"};
    f.h.run(ws_connect(&client, f.connect(), std::move(what), {}));
    f.h.run(write_all(&hanging, get("/hang")));
    f.h.run(write_all(&idle, get("/a")));
    f.h.run(write_all(&half, "GET /h"));
    while (f.seen->size() < 3) f.h.ctx.run_one_for(1s);
    CHECK(f.server.connections() == 5);
    const auto began = core::clock::now();
    f.h.run(f.server.stop());
    CHECK(f.server.connections() == 0);
    CHECK(core::clock::now() - began < 10s);
    tcp::socket late(f.h.ctx);
    boost::system::error_code refused;
    late.connect({asio::ip::address_v4::loopback(), f.server.port()}, refused);
    CHECK(refused == asio::error::connection_refused);
    client.abort();
}

TEST_CASE("http_server: dropping the handle ends the server") {
    const auto before = open_descriptors();
    {
        harness h;
        auto seen = std::make_shared<std::vector<net::http_request>>();
        auto server = std::make_unique<net::http_server>(
            h.ctx.get_executor(), net::http_server_options(),
            [seen](net::http_request request) { return handle(seen, std::move(request)); });
        server->run();
        tcp::socket socket(h.ctx);
        socket.connect({asio::ip::address_v4::loopback(), server->port()});
        while (server->connections() == 0) h.ctx.run_one_for(1s);
        server.reset();
        h.ctx.restart();
        h.ctx.run();
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("http_server: out of descriptors it waits, and goes on when there are some again") {
    fixture f;
    tcp::socket socket(f.h.ctx);
    socket.open(tcp::v4());
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    rlimit none = limit;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    socket.connect({asio::ip::address_v4::loopback(), f.server.port()});
    f.h.ctx.restart();
    f.h.ctx.run_for(30ms);
    const auto while_out = f.server.connections();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(while_out == 0);
    while (f.server.connections() == 0) f.h.ctx.run_one_for(1s);
    CHECK(f.server.connections() == 1);
}

TEST_CASE("http_server: out of descriptors it does not spin, and says so once") {
    harness h;
    std::vector<std::string> lines;
    net::http_server_options options;
    options.report = [&lines](const std::string& line) { lines.push_back(line); };
    auto ignore = [](net::http_request) -> asio::awaitable<net::http_reply> {
        co_return net::http_response();
    };
    net::http_server server(h.ctx.get_executor(), options, ignore);
    server.run();
    h.ctx.poll();
    std::vector<tcp::socket> waiting;
    for (int i = 0; i < 20; ++i) {
        waiting.emplace_back(h.ctx);
        waiting.back().open(tcp::v4());
        waiting.back().connect({asio::ip::address_v4::loopback(), server.port()});
    }
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    rlimit none = limit;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const auto until = core::clock::now() + 250ms;
    std::size_t steps = 0;
    while (h.ctx.run_one_until(until) > 0) ++steps;
    const auto while_out = server.connections();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(while_out == 0);
    CHECK(steps < 50);  // three attempts; spinning would be thousands
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("RLIMIT_NOFILE is 0") != std::string::npos);
    CHECK(lines[0].find("ulimit -n") != std::string::npos);
    while (server.connections() < 20 && h.ctx.run_one_for(10s) > 0) continue;
    CHECK(server.connections() == 20);
    CHECK(lines.size() == 1);
    h.run(server.stop());
}

TEST_CASE("http_server: a place that is taken, or is none") {
    fixture f;
    net::http_server_options options;
    options.port = f.server.port();
    auto ignore = [](net::http_request) -> asio::awaitable<net::http_reply> {
        co_return net::http_response();
    };
    for (const char* address : {"127.0.0.1", "localhost", "192.0.2.1", ""}) {
        options.address = address;
        error_info failure;
        try {
            net::http_server second(f.h.ctx.get_executor(), options, ignore);
        } catch (const error& e) {
            failure = e.info();
        }
        CHECK(failure.code == errc::connection);
        CHECK(failure.message.find(options.address + ":") != std::string::npos);
    }
}

}  // namespace ecisbx::test
