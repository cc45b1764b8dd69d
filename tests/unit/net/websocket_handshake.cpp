#include "unit/net/ws_harness.hpp"

#include "core/utf8.hpp"
#include "net/http_reader.hpp"

#include <string>
#include <vector>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct attempt {
    net::websocket::request what = ws_request();
    net::websocket session;
    error_info failure;
    std::string head;
};

// `answer` with KEY in place of the right accept value.
asio::awaitable<void> answer_with(net::stream* on, std::string answer, attempt* into) {
    into->head = co_await read_head(on);
    const auto at = answer.find("KEY");
    if (at != std::string::npos)
        answer.replace(at, 3, proto::ws_accept_for(field_of(into->head, "Sec-WebSocket-Key")));
    co_await on->write(asio::buffer(answer), soon());
    co_await on->shutdown(soon());
}

asio::awaitable<void> connect(net::stream over, attempt* into) {
    auto what = into->what;
    auto op = ws_connect(&into->session, std::move(over), std::move(what), {});
    auto outcome = co_await as_result(std::move(op));
    if (!outcome) into->failure = outcome.error();
}

void attempt_with(attempt& made, std::string answer) {
    harness h;
    auto pair = connected_streams(h.ctx);
    h.spawn(connect(std::move(pair.client), &made));
    h.spawn(answer_with(&pair.server, std::move(answer), &made));
    h.run();
    made.session.abort();
}

error_info failure_with(std::string answer) {
    attempt made;
    attempt_with(made, std::move(answer));
    CHECK(made.failure.to_string().find("very-secret") == std::string::npos);
    return made.failure;
}

const std::string good =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n"
    "Connection: keep-alive, upgrade\r\nSec-WebSocket-Accept: KEY\r\n";

std::string refusal(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) +
           " x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

net::http_request upgrade_request() {
    net::http_request head;
    head.headers.add("Upgrade", "websocket");
    head.headers.add("Connection", "keep-alive, Upgrade");
    head.headers.add("Sec-WebSocket-Version", "13");
    head.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    return head;
}

}  // namespace

TEST_CASE("websocket: what a client asks") {
    attempt made;
    made.what.subprotocols = {"v4.channel.k8s.io", "v5.channel.k8s.io"};
    made.what.headers.add("X-More", "1");
    attempt_with(made, good + "Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n");
    CHECK(made.failure.message == "");
    CHECK(made.session.subprotocol() == "v5.channel.k8s.io");
    CHECK(
        made.head.starts_with("GET /exec?token=very-secret-token HTTP/1.1\r\nHost: localhost\r\n"));
    CHECK(field_of(made.head, "Upgrade") == "websocket");
    CHECK(field_of(made.head, "Connection") == "Upgrade");
    CHECK(field_of(made.head, "Sec-WebSocket-Version") == "13");
    CHECK(field_of(made.head, "Sec-WebSocket-Protocol") == "v4.channel.k8s.io, v5.channel.k8s.io");
    CHECK(field_of(made.head, "X-More") == "1");
    CHECK(proto::ws_is_key(field_of(made.head, "Sec-WebSocket-Key")));
    CHECK(made.head.find("Extensions") == std::string::npos);
}

TEST_CASE("websocket: a switch that is not a right one") {
    attempt fine;
    attempt_with(fine, good + "\r\n");
    CHECK(fine.failure.message == "");
    for (const std::string& answer :
         {std::string("HTTP/1.1 101 x\r\nConnection: upgrade\r\nSec-WebSocket-Accept: KEY\r\n\r\n"),
          std::string("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: KEY\r\n\r\n"),
          std::string("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"),
          std::string("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
          good + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
          good + "Sec-WebSocket-Protocol: never.offered\r\n\r\n", std::string("garbage\r\n")}) {
        CAPTURE(answer);
        CHECK(failure_with(answer).code == errc::protocol);
    }
    CHECK(failure_with("").code == errc::connection);
    CHECK(failure_with("HTTP/1.1 101 x\r\nUpgrade: webso").code == errc::connection);
}

TEST_CASE("websocket: a refusal by its status") {
    const std::vector<std::pair<int, errc>> expected = {
        {401, errc::forbidden}, {403, errc::forbidden},   {404, errc::not_found},
        {410, errc::not_found}, {500, errc::unavailable}, {503, errc::unavailable},
        {200, errc::protocol},  {302, errc::protocol},    {400, errc::protocol}};
    for (const auto& [status, condition] : expected) {
        CAPTURE(status);
        const auto failure = failure_with(refusal(status, "the reason\nis this"));
        CHECK(failure.code == condition);
        CHECK(failure.http_status == status);
        CHECK(failure.message.find("the reason is this") != std::string::npos);
    }
}

TEST_CASE("websocket: a refusal that repeats the secret is not repeated") {
    for (const char* body : {"no /exec?token=very-secret-token here", "very-secret-token"}) {
        const auto failure = failure_with(refusal(404, body));
        CHECK(failure.code == errc::not_found);
    }
    for (const char* body : {"the token ecret-token is unknown", "unknown: y-secret-toke"})
        CHECK(failure_with(refusal(404, body)).to_string().find("unknown") == std::string::npos);
    attempt made;
    made.what.target = "/exec?token=a%20spaced%20secret";
    attempt_with(made, refusal(404, "no 'a spaced secret' here"));
    CHECK(made.failure.to_string().find("spaced") == std::string::npos);
}

TEST_CASE("websocket: a refusal is quoted as well-formed text of one line") {
    const auto text = failure_with(refusal(404, "not\xff here\r\n\x1b[31m")).to_string();
    CHECK(core::is_valid_utf8(text));
    CHECK(text.find("not\xEF\xBF\xBD here") != std::string::npos);
    CHECK(text.find_first_of("\r\n\x1b") == std::string::npos);
}

TEST_CASE("websocket: a refusal with a bad body is still told by its status") {
    for (const std::string& answer :
         {std::string("HTTP/1.1 403 x\r\nContent-Length: 1000\r\n\r\ncut"),
          std::string("HTTP/1.1 403 x\r\nContent-Length: 99999999\r\n\r\n"),
          "HTTP/1.1 403 x\r\n\r\n" + std::string(60000, 'b'),
          std::string("HTTP/1.1 403 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")}) {
        const auto failure = failure_with(answer);
        CHECK(failure.code == errc::forbidden);
        CHECK(failure.http_status == 403);
    }
}

TEST_CASE("websocket: a handshake that is never answered ends by its deadline") {
    harness h;
    auto pair = connected_streams(h.ctx);
    auto what = ws_request();
    auto connecting = [](net::stream over, net::websocket::request asked) -> asio::awaitable<void> {
        const auto until = core::deadline::after(30ms);
        co_await net::websocket::connect(std::move(over), std::move(asked), {}, until);
    };
    error_info failure;
    try {
        h.run(connecting(std::move(pair.client), std::move(what)));
    } catch (const error& e) {
        failure = e.info();
    }
    CHECK(failure.code == errc::timeout);
}

TEST_CASE("websocket: what is an upgrade") {
    CHECK(net::websocket::is_upgrade(upgrade_request()));
    auto post = upgrade_request();
    post.method = "POST";
    CHECK_FALSE(net::websocket::is_upgrade(post));
    auto with_body = upgrade_request();
    with_body.body = "x";
    CHECK_FALSE(net::websocket::is_upgrade(with_body));
    const auto whole = upgrade_request();
    for (const auto& missing : whole.headers) {
        net::http_request less;
        for (const auto& [name, value] : whole.headers)
            if (name != missing.first) less.headers.add(name, value);
        CAPTURE(missing.first);
        CHECK_FALSE(net::websocket::is_upgrade(less));
        less.headers.add(missing.first, "wrong");
        CHECK_FALSE(net::websocket::is_upgrade(less));
    }
}

TEST_CASE("websocket: bytes behind the handshake belong to the session") {
    harness h;
    ws_client made(h, {}, proto::ws_encode_frame(proto::ws_opcode::text, "early", {}));
    std::string seen;
    auto read = [](net::websocket* from, std::string* into) -> asio::awaitable<void> {
        *into = (co_await next_message(from))->payload;
    };
    h.run(read(&made.session, &seen));
    CHECK(seen == "early");
}

}  // namespace ecisbx::test
