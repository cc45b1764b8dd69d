// A client whose credentials are refused, replaced, or not there at all.
#include "scripted_service.hpp"

#include "eci/user_agent.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <stdexcept>
#include <string>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

const char* created = R"({"RequestId":"R-1","ContainerGroupId":"eci-1"})";

std::string key_of(const seen_call& call) {
    auto text = std::string(call.headers.get("authorization"));
    auto begin = text.find("Credential=") + 11;
    return text.substr(begin, text.find(',') - begin);
}

/// Gives key1, key2, ... one more at each question.
struct counter {
    int asked = 0;
    eci::credentials_function function() {
        return [this]() -> asio::awaitable<eci::credentials> { return next(this); };
    }
    static asio::awaitable<eci::credentials> next(counter* self) {
        auto number = std::to_string(++self->asked);
        co_return eci::credentials("key" + number, "secret" + number, "token" + number);
    }
};

std::function<eci::config(eci::config)> with(counter& keys) {
    return [&keys](eci::config c) { return c.credentials_provider(keys.function()); };
}

TEST_CASE("credentials of a client: asked at the first call, not before, and then kept") {
    counter keys;
    service_world w(with(keys));
    CHECK(keys.asked == 0);
    w.service.answer = [](const seen_call&, std::size_t) { return json_answer(created); };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        for (int i = 0; i < 3; ++i) co_await world.client->create(eci::create_options("nginx"));
    };
    w.run(body(w));
    CHECK(keys.asked == 1);
    REQUIRE(w.service.calls.size() == 3);
    CHECK(key_of(w.service.calls[2]) == "key1");
    CHECK(w.service.calls[2].headers.get("x-acs-security-token") == "token1");
    CHECK(w.service.calls[2].headers.get("user-agent") == eci::user_agent());
}

TEST_CASE("credentials of a client: refused ones are replaced once, and the call goes on") {
    for (const char* code : {"InvalidSecurityToken.Expired", "InvalidAccessKeyId.NotFound",
                             "InvalidAccessKeyId.Inactive", "InvalidAccessKeyId"}) {
        CAPTURE(code);
        counter keys;
        service_world w(with(keys));
        w.service.answer = [&](const seen_call& call, std::size_t) {
            return key_of(call) == "key1" ? refusal(400, code) : json_answer(created);
        };
        CHECK_FALSE(created_with(w).code);
        CHECK(keys.asked == 2);
        CHECK(w.service.calls.size() == 2);
        CHECK(w.service.calls[0].parameters.at("ClientToken") ==
              w.service.calls[1].parameters.at("ClientToken"));
    }
}

TEST_CASE("credentials of a client: replaced once only, and other refusals replace none") {
    counter keys;
    service_world w(with(keys));
    w.service.answer = [&](const seen_call&, std::size_t) {
        return refusal(400, "InvalidSecurityToken.Expired");
    };
    auto seen = created_with(w);
    CHECK(seen.code == errc::unauthenticated);
    CHECK(seen.service_code == "InvalidSecurityToken.Expired");
    CHECK(keys.asked == 2);
    CHECK(w.service.calls.size() == 2);
    for (const char* code : {"SignatureDoesNotMatch", "Forbidden.RAM", "IncompleteSignature"}) {
        counter others;
        service_world x(with(others));
        x.service.answer = [&](const seen_call&, std::size_t) { return refusal(403, code); };
        CHECK(created_with(x).code);
        CHECK(others.asked == 1);
        CHECK(x.service.calls.size() == 1);
    }
}

TEST_CASE("credentials of a client: a key of the settings is not asked for again") {
    service_world w;
    w.service.answer = [&](const seen_call&, std::size_t) {
        return refusal(404, "InvalidAccessKeyId.NotFound");
    };
    CHECK(created_with(w).service_code == "InvalidAccessKeyId.NotFound");
    CHECK(w.service.calls.size() == 1);
}

asio::awaitable<void> many_creates(service_world& w, int count, int& good) {
    int left = count;
    auto one = [](service_world& world, int& fine, int& rest) -> asio::awaitable<void> {
        auto why = co_await failure_of(world.client->create(eci::create_options("nginx")));
        if (!why.code) ++fine;
        --rest;
    };
    auto executor = co_await asio::this_coro::executor;
    for (int i = 0; i < count; ++i) asio::co_spawn(executor, one(w, good, left), asio::detached);
    asio::steady_timer timer(executor);
    while (left > 0) {
        timer.expires_after(1ms);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

TEST_CASE("credentials of a client: many calls that are refused together cost one question") {
    counter keys;
    service_world w(with(keys));
    w.service.answer = [&](const seen_call& call, std::size_t) {
        return key_of(call) == "key1" ? refusal(400, "InvalidSecurityToken.Expired")
                                      : json_answer(created);
    };
    int good = 0;
    w.run(many_creates(w, 100, good));
    CHECK(good == 100);
    CHECK(keys.asked == 2);
}

TEST_CASE("credentials of a client: a source that fails is an error at once, not hammered") {
    int asked = 0;
    eci::credentials_function fails = [&asked]() -> asio::awaitable<eci::credentials> {
        ++asked;
        throw std::runtime_error("the vault is closed");
        co_return eci::credentials();
    };
    service_world w([&](eci::config c) { return c.credentials_provider(fails); });
    auto body = [](service_world& world) -> asio::awaitable<void> {
        for (int i = 0; i < 20; ++i) {
            auto why = co_await failure_of(world.client->list());
            CHECK(why.code == errc::unauthenticated);
            CHECK(why.message.find("the vault is closed") != std::string::npos);
        }
    };
    w.run(body(w));
    CHECK(asked == 1);
    CHECK(w.service.calls.empty());
}

asio::awaitable<eci::credentials> never() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_at(asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
    co_return eci::credentials();
}

TEST_CASE("credentials of a client: a source that is slow ends by the call's timeout") {
    service_world w([](eci::config c) { return c.credentials_provider(never).timeout(50ms); });
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto why = co_await failure_of(world.client->list());
        CHECK(why.code == errc::timeout);
        CHECK(why.to_string().find("credentials") != std::string::npos);
        world.client.reset();  // ends the question too, else this test would not return
    };
    w.run(body(w));
}

TEST_CASE(
    "credentials of a client: settings that can not be right are refused by its constructor") {
    asio::io_context context;
    auto refused = [&](eci::config c) {
        try {
            eci::client client(context.get_executor(), c);
        } catch (const error& e) {
            return static_cast<errc>(e.code().value());
        }
        return errc{};
    };
    CHECK(refused(eci::config()) == errc::unauthenticated);
    CHECK(refused(eci::config().credential_chain()) == errc{});
    CHECK(refused(eci::config().access_key("", "").credential_chain()) == errc{});
    CHECK(refused(eci::config().credential_chain().access_key("", "")) == errc::unauthenticated);
    CHECK(refused(eci::config().profile("")) == errc::invalid_argument);
    CHECK(refused(eci::config().profile("p")) == errc{});
    CHECK(refused(eci::config().credentials_provider(nullptr)) == errc::invalid_argument);
    CHECK(refused(eci::config().access_key("i", "k").assume_role("acs:ram::1:role/r")) == errc{});
    CHECK(refused(eci::config().access_key("i", "k").assume_role("a b")) == errc::invalid_argument);
    CHECK(refused(eci::config().access_key("i", "k").assume_role("arn", "?")) ==
          errc::invalid_argument);
    CHECK(refused(eci::config().assume_role("acs:ram::1:role/r")) == errc::unauthenticated);
}

}  // namespace
