// Bad settings and services that fail: each gives a typed error with a message that helps.
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/value.hpp>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

eci::config keyed() {
    return eci::config().access_key("id", "secret").timeout(5s);
}

error_info refused_by_constructor(eci::config settings) {
    asio::io_context context;
    try {
        eci::client client(context.get_executor(), std::move(settings));
    } catch (const error& e) {
        return e.info();
    }
    return {};
}

asio::awaitable<error_info> failure_of_list(eci::config settings) {
    eci::client client(co_await asio::this_coro::executor, std::move(settings));
    auto page = co_await as_result(client.list());
    REQUIRE(!page);
    co_return page.error();
}

bool has(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

asio::awaitable<void> unreachable() {
    // A port that was free a moment ago.
    auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::acceptor a(executor, {asio::ip::address_v4::loopback(), 0});
    auto port = std::to_string(a.local_endpoint().port());
    a.close();
    auto refused = co_await failure_of_list(keyed().endpoint("http://127.0.0.1:" + port));
    CHECK(refused.code == errc::connection);
    CHECK(refused.attempts > 1);
    CHECK(has(refused.to_string(), "refused"));

    auto unknown = co_await failure_of_list(keyed().endpoint("https://no-such-host.invalid"));
    CHECK(unknown.code == errc::resolve);
    CHECK(has(unknown.to_string(), "no-such-host.invalid"));
}

asio::awaitable<void> wrong_key(world& w) {
    auto settings = w.local.eci_config();
    auto bad = settings;
    bad.access_key(settings.access_key_id(), "not the secret");
    auto why = co_await failure_of_list(bad);
    CHECK(why.code == errc::unauthenticated);
    CHECK(why.service_code == "SignatureDoesNotMatch");
    CHECK(!why.request_id.empty());
    CHECK(why.attempts == 1);

    bad = settings;
    bad.access_key("nobody", "x");
    why = co_await failure_of_list(bad);
    CHECK(why.code == errc::unauthenticated);
    CHECK(why.service_code == "InvalidAccessKeyId.NotFound");
    CHECK(why.http_status == 404);
}

asio::awaitable<void> clock_is_corrected(world& w) {
    auto page = co_await w.client.list();  // the first attempt is refused, the second is right
    CHECK(page.groups.empty());
    page = co_await w.client.list();
    CHECK(page.groups.empty());
}

asio::awaitable<void> untrusted(world& w) {
    auto settings = w.local.eci_config();
    auto why =
        co_await failure_of_list(keyed().endpoint(settings.endpoint()));  // without the server's CA
    CHECK(why.code == errc::tls);
    CHECK(has(why.to_string(), "certificate"));
}

asio::awaitable<void> unknown_action(world& w) {
    auto r = co_await as_result(w.client.call("NoSuchAction", {}));
    CHECK(r.error().service_code == "InvalidAction.NotFound");
    CHECK(r.error().doing == "NoSuchAction");
    CHECK(r.error().http_status == 404);
}

}  // namespace

TEST_CASE("missing credentials are refused before any I/O") {
    for (auto& settings : {eci::config(), eci::config().access_key("id", ""),
                           eci::config().access_key("", "secret")}) {
        auto why = refused_by_constructor(settings);
        CHECK(why.code == errc::unauthenticated);
        CHECK(has(why.message, "ECI_SANDBOX_ACCESS_KEY_ID"));
    }
}

TEST_CASE("endpoints that are none") {
    for (const char* text : {"http://127.0.0.1/path", "ftp://host", "https://a b", "https://",
                             "https://host:0", "https://host:99999", "https://user:pw@host"}) {
        CAPTURE(text);
        auto why = refused_by_constructor(keyed().endpoint(text));
        CHECK(why.code == errc::invalid_argument);
        CHECK(has(why.message, "endpoint"));
        CHECK(!has(why.to_string(), "pw"));
    }
    auto plain = refused_by_constructor(keyed().endpoint("http://eci.example.com"));
    CHECK(plain.code == errc::invalid_argument);
    CHECK(has(plain.message, "allow_plain_http"));
}

TEST_CASE("limits of 0 are refused") {
    CHECK(refused_by_constructor(keyed().max_connections(0)).code == errc::invalid_argument);
    CHECK(refused_by_constructor(keyed().max_dials(0)).code == errc::invalid_argument);
    CHECK(refused_by_constructor(keyed().max_attempts(0)).code == errc::invalid_argument);
    CHECK(refused_by_constructor(keyed().ca_file("/no/such/file")).code == errc::tls);
}

TEST_CASE("nobody answers") {
    run(unreachable());
}

TEST_CASE("a wrong key") {
    in_world(synthetic_server(), wrong_key);
}
TEST_CASE("a clock 20 minutes off is corrected") {
    in_world(synthetic_server().clock_offset(1200s), clock_is_corrected);
    in_world(synthetic_server().clock_offset(-1200s), clock_is_corrected);
}
TEST_CASE("a certificate of an unknown CA") {
    in_world(synthetic_server().tls(), untrusted);
}
TEST_CASE("an action that does not exist") {
    in_world(synthetic_server(), unknown_action);
}
