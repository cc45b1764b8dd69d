// Every tampered request is refused with its own code, does nothing, and the untouched one beside
// it is accepted.
#include "common/world.hpp"
#include "security/tampered_requests.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace ecisbx;
using namespace ecisbx::security;
using namespace ecisbx::test;

namespace {

const secret token_of_now("TOKEN-of-Now+/=");

server::options fast() {
    return server::options().runtime(server::synthetic());
}

account owner(world& w) {
    account a;
    a.host = "127.0.0.1:" + std::to_string(w.local.port());
    a.id = w.local.access_key_id();
    a.key = w.local.access_key_secret();
    return a;
}

asio::awaitable<answer> one_answer(std::uint16_t port, wire_request request) {
    auto bytes = co_await say(port, request.text());
    // The answer to HEAD has the length of a body that does not come.
    auto all = answers_of(request.method == "HEAD" ? bytes + std::string(1024, 'x') : bytes);
    bool one = all.size() == 1 || request.method == "HEAD";
    CHECK_MESSAGE(one, request.target.substr(0, 200));
    answer result;
    if (!all.empty()) result = all.front();
    co_return result;
}

asio::awaitable<void> check_row(std::uint16_t port, account a, const tampering* row) {
    CAPTURE(std::string(row->what));
    auto request = row->from(a);
    if (row->replay) {
        auto before = co_await one_answer(port, request);
        CHECK(before.status == 200);
    }
    row->apply(request, a);
    auto refused = co_await one_answer(port, request);
    CHECK(refused.status == row->status);
    CHECK(refused.code() == std::string(row->code));
    auto untouched = co_await one_answer(port, row->from(a));
    CHECK(untouched.status == 200);
}

/// Every request that was accepted is one of ours: what was refused did not count, and so was not
/// looked at.
asio::awaitable<void> check_all(world& w, account a, std::span<const tampering> rows) {
    w.local.reset_calls();
    std::uint64_t good = 0;
    for (const auto& row : rows) {
        co_await check_row(w.local.port(), a, &row);
        good += row.replay ? 2 : 1;
    }
    auto calls = w.local.calls();
    CHECK(calls.size() == 1);
    CHECK(calls["DescribeContainerGroups"] == good);
}

asio::awaitable<void> third_generation(world& w) {
    co_await check_all(w, owner(w), v3_tamperings());
}
asio::awaitable<void> first_generation(world& w) {
    co_await check_all(w, owner(w), v1_tamperings());
}
asio::awaitable<void> bodies(world& w) {
    co_await check_all(w, owner(w), form_tamperings());
}

server::options with_old_credentials() {
    return fast()
        .access_key("OLDKEY", secret("old-secret"))
        .security_token(secret("EXPIRED-TOKEN"));
}

asio::awaitable<void> tokens(world& w) {
    auto a = owner(w);
    a.id = "NEWKEY";
    a.key = secret("new-secret");
    w.local.set_credentials(a.id, a.key, secret("EXPIRED-TOKEN"));
    w.local.set_credentials(a.id, a.key, token_of_now);
    a.token = token_of_now;
    co_await check_all(w, a, token_tamperings());
}

asio::awaitable<void> reworded(world& w) {
    auto a = owner(w);
    for (const auto& row : rewordings()) {
        CAPTURE(std::string(row.what));
        auto request = row.from(a);
        row.apply(request, a);
        auto accepted = co_await one_answer(w.local.port(), request);
        CHECK(accepted.status == 200);
        CHECK(accepted.code() == "");
    }
}

}  // namespace

TEST_CASE("security: tampered requests of the third generation") {
    in_world(fast(), third_generation);
}

TEST_CASE("security: tampered requests of the first generation") {
    in_world(fast(), first_generation);
}

TEST_CASE("security: tampered bodies") {
    in_world(fast(), bodies);
}

TEST_CASE("security: missing, foreign and expired tokens of temporary credentials") {
    in_world(with_old_credentials(), tokens);
}

TEST_CASE("security: the same request in other words is accepted") {
    in_world(fast(), reworded);
}

TEST_CASE("security: no two rows of a list have the same name") {
    std::set<std::string> names;
    for (auto list : {v3_tamperings(), v1_tamperings(), form_tamperings(), token_tamperings()})
        for (const auto& row : list) CHECK_MESSAGE(names.insert(row.what).second, row.what);
}
