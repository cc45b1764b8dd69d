// One API call: attempts, clock, errors. Through `client`, because that is how it is used.
#include "scripted_service.hpp"

#include "core/time.hpp"

#include <doctest/doctest.h>

#include <set>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

const char* created = R"({"RequestId":"R-1","ContainerGroupId":"eci-1"})";

TEST_CASE("caller: what a call looks like") {
    service_world w([](eci::config c) { return c.security_token("TOKEN").region("us-east-1"); });
    w.service.answer = [](const seen_call&, std::size_t) { return json_answer(created); };
    CHECK_FALSE(created_with(w).code);
    REQUIRE(w.service.calls.size() == 1);
    const auto& call = w.service.calls[0];
    CHECK(call.action == "CreateContainerGroup");
    CHECK(call.parameters.at("RegionId") == "us-east-1");
    CHECK(call.headers.get("host") == "127.0.0.1:" + std::to_string(w.service.port()));
    CHECK(call.headers.get("x-acs-version") == "2018-08-08");
    CHECK(call.headers.get("user-agent") == "ecisbx/0.1.0");
    CHECK(call.headers.get("x-acs-security-token") == "TOKEN");
    CHECK(call.headers.get("authorization").starts_with("ACS3-HMAC-SHA256 Credential=testid,"));
}

TEST_CASE("caller: parameters that are too long for a URL travel as a form") {
    service_world w;
    w.service.answer = [](const seen_call&, std::size_t) { return json_answer(created); };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto big = std::string(100'000, '&');
        co_await world.client->create(eci::create_options("nginx").set("Big", big));
    };
    w.run(body(w));
    const auto& call = w.service.calls.at(0);
    CHECK(call.parameters.at("Big") == std::string(100'000, '&'));
    CHECK(call.parameters.at("Container.1.Image") == "nginx");
    CHECK(call.headers.get("content-type") == "application/x-www-form-urlencoded");
    CHECK(call.headers.get("authorization").find("content-type;") != std::string::npos);
}

TEST_CASE("caller: a retried call is signed anew and keeps its ClientToken") {
    for (const char* code : {"ServiceUnavailable", "InternalError", "Throttling.User"}) {
        CAPTURE(code);
        service_world w;
        w.service.answer = [&](const seen_call&, std::size_t n) {
            if (n == 1) return json_answer(created);
            auto response = refusal(code == std::string("Throttling.User") ? 400 : 503, code);
            response.headers.add("x-acs-retry-after", "1");
            return response;
        };
        CHECK_FALSE(created_with(w).code);
        REQUIRE(w.service.calls.size() == 2);
        std::set<std::string> nonces, tokens, signatures;
        for (const auto& call : w.service.calls) {
            nonces.emplace(call.headers.get("x-acs-signature-nonce"));
            signatures.emplace(call.headers.get("authorization"));
            tokens.insert(call.parameters.at("ClientToken"));
        }
        CHECK(nonces.size() == 2);
        CHECK(signatures.size() == 2);
        CHECK(tokens.size() == 1);
    }
}

TEST_CASE("caller: retry-after is obeyed") {
    service_world w;
    w.service.answer = [&](const seen_call&, std::size_t n) {
        if (n == 1) return json_answer(created);
        auto response = refusal(400, "Throttling");
        response.headers.add("x-acs-retry-after", "150");
        return response;
    };
    auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(created_with(w).code);
    CHECK(std::chrono::steady_clock::now() - begin >= 150ms);
}

TEST_CASE("caller: a retry-after beyond the deadline ends the call at once") {
    service_world w([](eci::config c) { return c.timeout(2s); });
    w.service.answer = [&](const seen_call&, std::size_t) {
        auto response = refusal(503, "ServiceUnavailable");
        response.headers.add("Retry-After", "3600");
        return response;
    };
    auto begin = std::chrono::steady_clock::now();
    auto seen = created_with(w);
    CHECK(seen.code == errc::unavailable);
    CHECK(std::chrono::steady_clock::now() - begin < 1s);
    CHECK(w.service.calls.size() == 1);
}

TEST_CASE("caller: attempts are limited and counted") {
    service_world w([](eci::config c) { return c.max_attempts(3); });
    w.service.answer = [](const seen_call&, std::size_t) {
        auto response = refusal(503, "ServiceUnavailable", "try later");
        response.headers.add("x-acs-retry-after", "1");
        return response;
    };
    auto seen = created_with(w);
    CHECK(seen.code == errc::unavailable);
    CHECK(seen.attempts == 3);
    CHECK(w.service.calls.size() == 3);
    CHECK(seen.request_id == "R-ERR");
    CHECK(seen.service_code == "ServiceUnavailable");
    CHECK(seen.http_status == 503);
    CHECK(seen.doing == "CreateContainerGroup");
    CHECK(seen.message.find("try later") != std::string::npos);
}

TEST_CASE("caller: other refusals are not repeated") {
    struct sample {
        int status;
        const char* code;
        errc means;
    };
    for (auto [status, code, means] : {
             sample{400, "InvalidParameter", errc::invalid_argument},
             sample{404, "InvalidAccessKeyId.NotFound", errc::unauthenticated},
             sample{400, "SignatureDoesNotMatch", errc::unauthenticated},
             sample{403, "Forbidden.RAM", errc::forbidden},
             sample{403, "QuotaExceeded", errc::quota_exceeded},
             sample{403, "OperationDenied.NoStock", errc::no_stock},
             sample{400, "IncorrectStatus", errc::conflict},
         }) {
        CAPTURE(code);
        service_world w;
        w.service.answer = [&, s = status, c = code](const seen_call&, std::size_t) {
            return refusal(s, c);
        };
        auto seen = created_with(w);
        CHECK(seen.code == means);
        CHECK(seen.service_code == code);
        CHECK(seen.attempts == 1);
        CHECK(w.service.calls.size() == 1);
    }
}

TEST_CASE("caller: a wrong clock is corrected once from the Date header, and remembered") {
    for (auto off : {-1200s, 1200s}) {
        service_world w;
        auto service_time = [off] { return core::utc_now() + off; };
        w.service.answer = [&](const seen_call& call, std::size_t) {
            auto date = core::parse_rfc3339(std::string(call.headers.get("x-acs-date"))).value();
            bool good = date - service_time() < 60s && service_time() - date < 60s;
            auto response = good ? json_answer(created) : refusal(400, "InvalidTimeStamp.Expired");
            response.headers.add("Date", core::format_http_date(service_time()));
            return response;
        };
        auto body = [](service_world& world) -> asio::awaitable<void> {
            auto first = co_await failure_of(world.client->create(eci::create_options("nginx")));
            CHECK_FALSE(first.code);
            CHECK(world.service.calls.size() == 2);
            auto second = co_await failure_of(world.client->create(eci::create_options("nginx")));
            CHECK_FALSE(second.code);
            CHECK(world.service.calls.size() == 3);
        };
        w.run(body(w));
    }
}

TEST_CASE("caller: a clock that can not be corrected is an error after one more attempt") {
    service_world w;
    w.service.answer = [](const seen_call&, std::size_t) {
        auto response = refusal(400, "InvalidTimeStamp.Expired");
        response.headers.add("Date", "Fri, 02 Jan 2026 03:04:05 GMT");
        return response;
    };
    auto seen = created_with(w);
    CHECK(seen.code == errc::clock_skew);
    CHECK(w.service.calls.size() == 2);
}

TEST_CASE("caller: answers that are no answer are protocol errors") {
    for (const char* body : {"", "{", "[]", "3", "null", "\xff", "{\"a\":}", "<html></html>",
                             R"({"ContainerGroupId":3})", R"({"RequestId":"R-1"})"}) {
        CAPTURE(body);
        service_world w;
        w.service.answer = [&](const seen_call&, std::size_t) { return json_answer(body); };
        CHECK(created_with(w).code == errc::protocol);
        CHECK(w.service.calls.size() == 1);
    }
    service_world deep;
    deep.service.answer = [](const seen_call&, std::size_t) {
        return json_answer("{\"a\":" + std::string(100'000, '['));
    };
    CHECK(created_with(deep).code == errc::protocol);
}

TEST_CASE("caller: redirects are not followed") {
    service_world w;
    w.service.answer = [](const seen_call&, std::size_t) {
        auto response = json_answer("", 307);
        response.headers.add("Location", "http://127.0.0.1:1/");
        return response;
    };
    auto seen = created_with(w);
    CHECK(seen.code == errc::protocol);
    CHECK(seen.http_status == 307);
    CHECK(w.service.calls.size() == 1);
}

TEST_CASE("caller: error bodies that are no JSON") {
    service_world w([](eci::config c) { return c.max_attempts(1); });
    w.service.answer = [](const seen_call&, std::size_t) {
        auto response = json_answer("<html>Bad Gateway</html>", 502);
        response.headers.add("x-acs-request-id", "R-HEADER");
        return response;
    };
    auto seen = created_with(w);
    CHECK(seen.code == errc::unavailable);
    CHECK(seen.http_status == 502);
    CHECK(seen.request_id == "R-HEADER");
}

TEST_CASE("caller: nobody listens") {
    service_world w(
        [](eci::config c) { return c.endpoint("http://127.0.0.1:1").max_attempts(2).timeout(5s); });
    auto seen = created_with(w);
    CHECK(seen.code == errc::connection);
    CHECK(seen.attempts == 2);
    CHECK(seen.doing == "CreateContainerGroup");
}

TEST_CASE("caller: a service that says nothing") {
    service_world w([](eci::config c) { return c.timeout(200ms); });
    asio::ip::tcp::acceptor silent(w.context, {asio::ip::address_v4::loopback(), 0});
    auto port = std::to_string(silent.local_endpoint().port());
    eci::client client(w.context.get_executor(),
                       w.service.config().endpoint("http://127.0.0.1:" + port).timeout(200ms));
    auto body = [](eci::client& c, error_info& seen) -> asio::awaitable<void> {
        seen = co_await failure_of(c.create(eci::create_options("nginx")));
    };
    error_info seen;
    auto begin = std::chrono::steady_clock::now();
    w.run(body(client, seen));
    CHECK(seen.code == errc::timeout);
    CHECK(std::chrono::steady_clock::now() - begin < 1200ms);
}

TEST_CASE("caller: messages hold no secret") {
    service_world w([](eci::config c) {
        return c.access_key("testid", "SECRETKEY").security_token("SECRETTOKEN").max_attempts(1);
    });
    w.service.answer = [](const seen_call&, std::size_t) {
        return refusal(400, "InvalidParameter");
    };
    auto text = created_with(w).to_string();
    CHECK(text.find("SECRET") == std::string::npos);
}

}  // namespace
