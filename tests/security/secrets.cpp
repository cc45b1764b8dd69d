// Marked secrets through a whole run, with every log on and with failures: none of them comes out.
#include "common/world.hpp"
#include "core/random.hpp"
#include "security/raw.hpp"
#include "security/signed_requests.hpp"

#include <ecisbx/log_observer.hpp>
#include <ecisbx/prometheus.hpp>

#include <doctest/doctest.h>

#include <sstream>

using namespace ecisbx;
using namespace ecisbx::security;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

/// Everything that was said anywhere.
std::string said;

const secret& key() {
    static const secret value("KEY-" + core::random_alnum(40));
    return value;
}
const secret& token() {
    static const secret value("TOKEN-" + core::random_alnum(40));
    return value;
}

void note(std::string_view line) {
    said.append(line).push_back('\n');
}

server::options marked(server::runtime_options runtime) {
    said.clear();
    return server::options()
        .runtime(std::move(runtime))
        .access_key("LTAIMARKED", key())
        .security_token(token())
        .admin("127.0.0.1", 0)
        .log([](log_level, std::string_view line) { note(line); });
}

eci::client talkative_client(world& w, secret with_key, secret with_token,
                             std::shared_ptr<prometheus_observer> counted) {
    auto settings = w.local.eci_config();
    settings.access_key("LTAIMARKED", std::move(with_key)).security_token(std::move(with_token));
    settings.observe(
        std::make_shared<log_observer>([](log_level, std::string_view line) { note(line); }));
    settings.observe(std::move(counted));
    std::ostringstream printed;
    printed << settings.access_key_secret() << settings.security_token();
    note(printed.str());
    return eci::client(w.context.get_executor(), settings);
}

template <class Result>
void note_failure(const Result& result) {
    CHECK(!result);
    if (result) return;
    note(result.error().to_string());
    note(error(result.error()).what());
}

asio::awaitable<std::string> metrics_of(world& w) {
    wire_request request;
    request.target = "/metrics";
    request.add("Host", "127.0.0.1");
    auto text = co_await say(w.local.admin_port(), request.text());
    co_return text;
}

/// What others learn from an exec URL, in either spelling.
std::string token_of(const secret& url) {
    std::string text(url.reveal());
    return text.substr(text.find('=') + 1);
}

asio::awaitable<void> whole_run(world& w) {
    auto counted = std::make_shared<prometheus_observer>();
    auto client = talkative_client(w, key(), token(), counted);
    auto box = co_await ready_box(client);
    auto urls = co_await client.exec_urls(box.id(), command("true"));
    std::ostringstream printed;
    printed << urls.websocket << urls.http;
    note(printed.str());
    auto good = co_await box.exec(command("echo", "hello"));
    CHECK(good.ok());
    // Each way to fail, with its text.
    auto wrong_key =
        talkative_client(w, secret("WRONG-" + core::random_alnum(30)), token(), counted);
    note_failure(co_await as_result(wrong_key.list()));
    auto wrong_token = talkative_client(w, key(), secret("OLD-" + core::random_alnum(30)), counted);
    note_failure(co_await as_result(wrong_token.list()));
    note_failure(co_await as_result(client.get("eci-00000000000000000000")));
    // An exec URL that is used already.
    wire_request again;
    auto text = std::string(urls.websocket.reveal());
    again.target = text.substr(text.find("/exec/"));
    again.add("Host", "127.0.0.1");
    again.add("Upgrade", "websocket");
    again.add("Connection", "Upgrade");
    again.add("Sec-WebSocket-Version", "13");
    again.add("Sec-WebSocket-Key", "MDEyMzQ1Njc4OWFiY2RlZg==");
    again.close = false;
    auto first = co_await first_head(w.local.port(), again.text());
    CHECK(first.status == 101);
    auto second = co_await first_head(w.local.port(), again.text());
    CHECK(second.status == 403);
    note(second.head + second.body);
    // Requests that are refused are not repeated into the log.
    account a{"127.0.0.1", "LTAIMARKED", key(), token()};
    auto tampered = v1_query(a);
    tampered.target += "&x=1";
    auto refused = co_await say(w.local.port(), tampered.text());
    CHECK(refused.find("SignatureDoesNotMatch") != std::string::npos);
    auto metrics = co_await metrics_of(w);
    CHECK(metrics.find("ecisbx_server_requests_total") != std::string::npos);
    note(metrics);
    note(counted->text());
    co_await box.remove();

    CHECK(said.find("ExecContainerCommand") != std::string::npos);  // it does say something
    CHECK(said.find(std::string(key().reveal())) == std::string::npos);
    CHECK(said.find(std::string(token().reveal())) == std::string::npos);
    CHECK(said.find("WRONG-") == std::string::npos);
    CHECK(said.find("OLD-") == std::string::npos);
    CHECK(said.find(token_of(urls.websocket)) == std::string::npos);
    CHECK(said.find(token_of(urls.http)) == std::string::npos);
    CHECK(said.find("Signature=") == std::string::npos);
}

}  // namespace

TEST_CASE("security: no secret in logs, errors, metrics and printed settings") {
    in_world(marked(server::synthetic()), whole_run);
}
