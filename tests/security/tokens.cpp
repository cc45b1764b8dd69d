// Exec URLs: who has no token opens no channel, and learns nothing from trying.
#include "net/http_server.hpp"
#include "security/exec_tokens.hpp"
#include "unit/server/eci_fixture.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>

using namespace ecisbx;
using namespace ecisbx::security;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> stop_server(net::http_server* server) {
    co_await server->stop();
}

asio::awaitable<void> ask(std::uint16_t port, std::string bytes, answer* into) {
    *into = co_await first_head(port, std::move(bytes));
}

asio::awaitable<void> tell(std::uint16_t port, std::string bytes, std::string* into) {
    *into = co_await say(port, std::move(bytes));
}

std::string token_in(const std::string& url) {
    REQUIRE(url.find('=') != std::string::npos);
    return url.substr(url.find('=') + 1);
}

/// The face behind a real socket, with sandboxes that are made up and a clock that we move.
struct site {
    site() {
        auto handle = [face = f.face](net::http_request r) { return face->handle(std::move(r)); };
        server = std::make_unique<net::http_server>(f.ctx.get_executor(),
                                                    net::http_server_options(), handle);
        server->run();
        one = f.running();
        other = f.running();
    }
    ~site() { f.run(stop_server(server.get())); }

    eci_test::answer urls(const std::string& sandbox) {
        return f.call("ExecContainerCommand", {{"ContainerGroupId", sandbox},
                                               {"ContainerName", "sandbox"},
                                               {"Command", "[\"echo\",\"hi\"]"}});
    }
    std::string token(const std::string& sandbox) {
        return token_in(urls(sandbox).text("WebSocketUri"));
    }
    answer open(const wire_request& request) {
        answer result;
        f.run(ask(server->port(), request.text(), &result));
        return result;
    }
    answer open(const std::string& token) {
        exec_tokens tokens;
        tokens.good = token;
        return open(handshake(tokens));
    }
    exec_tokens stolen() {
        exec_tokens t;
        t.used = token(one);
        REQUIRE(open(t.used).status == 101);
        auto gone = f.running();
        t.expired = token(one);
        f.now += 20s;
        t.foreign = token(gone);
        f.call("DeleteContainerGroup", {{"ContainerGroupId", gone}, {"Force", "true"}});
        t.terminal = token_in(urls(one).text("HttpUrl"));
        f.now += 11s;
        t.good = token(one);
        t.sandbox = other;
        return t;
    }

    eci_test::fixture f;
    std::unique_ptr<net::http_server> server;
    std::string one, other;
};

/// All that a stranger sees, but for the time.
std::string seen(const answer& a) {
    auto text = std::to_string(a.status) + a.head + a.body;
    auto at = text.find("Date: ");
    if (at != std::string::npos) text.erase(at, text.find("\r\n", at) - at);
    return text;
}

}  // namespace

TEST_CASE("security: exec channels by anything but their token") {
    site s;
    auto tokens = s.stolen();
    for (const auto& row : token_attempts()) {
        CAPTURE(std::string(row.what));
        auto request = handshake(tokens);
        row.apply(request, tokens);
        auto refused = s.open(request);
        CHECK(refused.status == row.status);
        // The untouched handshake beside it.
        CHECK(s.open(tokens.good).status == (row.spends ? 403 : 101));
        tokens = s.stolen();
    }
}

TEST_CASE("security: unknown, used, expired and foreign tokens can not be told apart") {
    site s;
    auto tokens = s.stolen();
    auto unknown = seen(s.open(std::string(32, 'f')));
    CHECK(unknown.starts_with("403"));
    CHECK(seen(s.open(tokens.used)) == unknown);
    CHECK(seen(s.open(tokens.expired)) == unknown);
    CHECK(seen(s.open(tokens.terminal)) == unknown);
    CHECK(seen(s.open("")) == unknown);
    CHECK(seen(s.open(tokens.good.substr(0, 31))) == unknown);
    CHECK(unknown.find(s.one) == std::string::npos);
    CHECK(s.open(tokens.good).status == 101);
}

TEST_CASE("security: ids that are unknown, and of things removed, can not be told apart") {
    site s;
    auto gone = s.f.running();
    s.f.call("DeleteContainerGroup", {{"ContainerGroupId", gone}, {"Force", "true"}});
    auto message = [&](const std::string& id) {
        auto a = s.urls(id);
        auto text = a.code() + a.text("Message");
        for (auto at = text.find(id); at != std::string::npos; at = text.find(id))
            text.replace(at, id.size(), "ID");
        return std::to_string(a.status) + text;
    };
    CHECK(message(gone) == message("eci-00000000000000000000"));
    CHECK(s.urls(s.one).code() == "ok");
}

TEST_CASE("security: form and randomness of exec tokens and ids") {
    site s;
    std::set<std::string> tokens, ids;
    std::array<std::size_t, 128> ones{};
    constexpr std::size_t count = 1000;
    for (std::size_t i = 0; i < count / 2; ++i) {
        auto answer = s.urls(s.one);
        for (const char* name : {"WebSocketUri", "HttpUrl"}) {
            auto token = token_in(answer.text(name));
            REQUIRE(token.size() == 32);  // 128 bits
            REQUIRE(token.find_first_not_of("0123456789abcdef") == std::string::npos);
            for (std::size_t bit = 0; bit < 128; ++bit) {
                auto digit = std::string("0123456789abcdef").find(token[bit / 4]);
                ones[bit] += digit >> (bit % 4) & 1;
            }
            tokens.insert(std::move(token));
        }
    }
    CHECK(tokens.size() == count);
    // Seven standard deviations of a fair coin: no bit is fixed, nor follows a counter or a clock.
    for (auto n : ones) CHECK((n > 390 && n < 610));
    for (int i = 0; i < 100; ++i) {
        auto id = s.f.create();
        CHECK(id.starts_with("eci-"));
        CHECK(id.size() == 24);  // 20 characters of 36: 103 bits
        CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789", 4) == std::string::npos);
        ids.insert(id);
    }
    CHECK(ids.size() == 100);
}

TEST_CASE("security: ten thousand guesses open nothing, and cost no token") {
    site s;
    auto good = s.token(s.one);
    std::size_t refused = 0;
    for (int round = 0; round < 100; ++round) {
        std::string all;
        for (int i = 0; i < 100; ++i) {
            auto request = handshake({});
            auto guess = std::to_string(round * 100 + i);
            request.target += std::string(32 - guess.size(), 'a') + guess;
            if (i == 99) request.header("Connection") = "Upgrade, close";
            all += request.text();
        }
        std::string bytes;
        s.f.run(tell(s.server->port(), all, &bytes));
        for (const auto& a : answers_of(bytes)) refused += a.status == 403;
    }
    CHECK(refused == 10'000);
    CHECK(s.open(good).status == 101);
}
