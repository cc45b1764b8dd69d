// Each source against a local stand-in that speaks its protocol.
#include "eci/credentials/check.hpp"
#include "eci/credentials/providers.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include "core/percent.hpp"
#include "net/http_server.hpp"
#include "proto/sign_v1.hpp"

#include <doctest/doctest.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace ecisbx;
using namespace ecisbx::eci;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

net::http_response answer(int status, std::string body = {}) {
    net::http_response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.body = std::move(body);
    return response;
}

std::string metadata_keys(const std::string& id = "STS.meta") {
    return R"({"Code":"Success","AccessKeyId":")" + id +
           R"(","AccessKeySecret":"meta-key","SecurityToken":"meta-token",)"
           R"("Expiration":"2036-01-02T03:04:05Z"})";
}

std::string sts_keys(const std::string& id = "STS.role") {
    return R"({"Credentials":{"AccessKeyId":")" + id +
           R"(","AccessKeySecret":"role-key","SecurityToken":"role-token",)"
           R"("Expiration":"2036-01-02T03:04:05Z"}})";
}

std::map<std::string, std::string> form(const net::http_request& request) {
    auto fields = core::parse_form(request.body).value();
    return {fields.begin(), fields.end()};
}

/// A stand-in for all services, settings that lead to it, and a home folder.
struct world {
    using handler = std::function<net::http_response(const net::http_request&)>;

    world() {
        char name[] = "/tmp/ecisbx-home-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        home = name;
        server.emplace(context.get_executor(), net::http_server_options(),
                       [this](net::http_request request) { return serve(this, request); });
        server->run();
        settings->home = home.string();
        auto how = std::make_shared<net::dialer>();
        settings->how = how;
        settings->metadata = origin();
        settings->sts = origin();
    }
    world(const world&) = delete;
    world& operator=(const world&) = delete;
    ~world() { fs::remove_all(home); }

    net::origin origin() const { return {"127.0.0.1", server->port(), false}; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server->port()); }
    void set(const std::string& name, const std::string& value) {
        settings->variables.insert_or_assign("ALIBABA_CLOUD_" + name, secret(value));
    }
    std::string write(const std::string& name, const std::string& text) {
        auto file = home / name;
        fs::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
        return file.string();
    }
    /// Asks, and stops the server.
    provider_answer ask(const provider_ptr& from) {
        std::optional<provider_answer> got;
        run(ask_it(from, got));
        return std::move(*got);
    }
    error_info failure(const provider_ptr& from) {
        error_info why;
        run(fail_it(from, why));
        return why;
    }

    asio::io_context context;
    std::optional<net::http_server> server;
    std::shared_ptr<credentials_settings> settings = std::make_shared<credentials_settings>();
    fs::path home;
    handler handle = [](const net::http_request&) { return answer(404); };
    std::vector<net::http_request> seen;

private:
    static asio::awaitable<net::http_reply> serve(world* self, net::http_request request) {
        self->seen.push_back(request);
        co_return net::http_reply(self->handle(request));
    }
    static asio::awaitable<void> ask_it(provider_ptr from, std::optional<provider_answer>& got) {
        got = co_await from->ask(core::deadline::after(20s));
    }
    static asio::awaitable<void> fail_it(provider_ptr from, error_info& why) {
        auto got = co_await as_result(from->ask(core::deadline::after(20s)));
        REQUIRE_FALSE(got.has_value());
        why = got.error();
    }
    void run(asio::awaitable<void> body) {
        std::exception_ptr failed;
        bool ended = false;
        asio::co_spawn(context, std::move(body), [&](std::exception_ptr e) {
            failed = e;
            ended = true;
        });
        context.restart();
        while (!ended) context.run_one();
        if (failed) std::rethrow_exception(failed);
    }
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("environment: a pair, with a token or without") {
    world w;
    CHECK(w.ask(environment_provider(w.settings)).state == source_state::not_set);
    w.set("ACCESS_KEY_ID", "id");
    auto half = w.ask(environment_provider(w.settings));
    CHECK(half.state == source_state::not_set);
    CHECK(has(half.text, "ALIBABA_CLOUD_ACCESS_KEY_SECRET"));
    w.set("ACCESS_KEY_SECRET", "key");
    auto got = w.ask(environment_provider(w.settings));
    CHECK(got.keys.access_key_id() == "id");
    CHECK(got.keys.security_token().empty());
    w.set("SECURITY_TOKEN", "token");
    CHECK(w.ask(environment_provider(w.settings)).keys.security_token().reveal() == "token");
    w.set("SECURITY_TOKEN", "to\r\nken");
    CHECK(w.failure(environment_provider(w.settings)).code == errc::protocol);
}

TEST_CASE("metadata: version 2, with its token") {
    world w;
    w.handle = [](const net::http_request& request) {
        if (request.method == "PUT") {
            bool good = request.target == "/latest/api/token" &&
                        request.headers.get("X-aliyun-ecs-metadata-token-ttl-seconds") == "21600";
            return good ? answer(200, "tok-1\n") : answer(400);
        }
        if (request.headers.get("X-aliyun-ecs-metadata-token") != "tok-1") return answer(403);
        if (request.target == "/latest/meta-data/ram/security-credentials/")
            return answer(200, "my.role@1\n");
        if (request.target == "/latest/meta-data/ram/security-credentials/my.role%401")
            return answer(200, metadata_keys());
        return answer(404);
    };
    auto got = w.ask(metadata_environment_provider(w.settings));
    CHECK(got.keys.access_key_id() == "STS.meta");
    CHECK(got.keys.expires().has_value());
    CHECK(has(got.text, "version 2"));
    CHECK(w.seen.size() == 3);

    w.seen.clear();
    w.set("ECS_METADATA", "my.role@1");
    CHECK(w.ask(metadata_environment_provider(w.settings)).state == source_state::gave);
    CHECK(w.seen.size() == 2);
    w.set("ECS_METADATA", "another");
    auto why = w.failure(metadata_environment_provider(w.settings));
    CHECK(why.code == errc::not_found);
    CHECK(has(why.message, "'another'"));
}

TEST_CASE("metadata: version 1 where no token is given, unless it is forbidden") {
    for (int status : {404, 403, 405, 500, 200}) {
        CAPTURE(status);
        world w;
        w.handle = [&](const net::http_request& request) {
            if (request.method == "PUT") return answer(status, status == 200 ? "a b" : "");
            CHECK_FALSE(request.headers.has("X-aliyun-ecs-metadata-token"));
            if (request.target.ends_with('/')) return answer(200, "role");
            return answer(200, metadata_keys());
        };
        auto got = w.ask(metadata_environment_provider(w.settings));
        CHECK(got.keys.access_key_id() == "STS.meta");
        CHECK(has(got.text, "version 1"));
        w.set("IMDSV1_DISABLED", "TRUE");
        w.seen.clear();
        auto why = w.failure(metadata_environment_provider(w.settings));
        CHECK(has(why.message, "ALIBABA_CLOUD_IMDSV1_DISABLED"));
        CHECK(w.seen.size() == 1);
    }
}

TEST_CASE("metadata: switched off, no role, nobody there") {
    world w;
    auto none = w.failure(metadata_environment_provider(w.settings));
    CHECK(none.code == errc::not_found);
    CHECK(has(none.message, "no RAM role"));
    w.set("ECS_METADATA_DISABLED", "True");
    w.seen.clear();
    CHECK(w.ask(metadata_environment_provider(w.settings)).state == source_state::disabled);
    CHECK(w.seen.empty());
    w.set("ECS_METADATA_DISABLED", "no");
    w.settings->metadata.port = 1;
    CHECK(w.failure(metadata_environment_provider(w.settings)).code == errc::connection);
}

TEST_CASE("metadata: wrong, huge and slow answers") {
    for (const std::string& body :
         {std::string(), std::string("<html>"), std::string("{}"),
          std::string(R"({"Code":"Failed"})"), metadata_keys("a b"), std::string(200'000, 'S')}) {
        world w;
        w.handle = [&](const net::http_request& request) {
            if (request.method == "PUT") return answer(200, "tok");
            return request.target.ends_with('/') ? answer(200, "role") : answer(200, body);
        };
        auto why = w.failure(metadata_provider(w.settings, ""));
        CHECK((why.code == errc::protocol || why.code == errc::too_large));
        CHECK_FALSE(has(why.message, "SSSS"));
    }
    world w;
    asio::ip::tcp::acceptor silent(w.context, {asio::ip::address_v4::loopback(), 0});
    w.settings->metadata.port = silent.local_endpoint().port();
    w.settings->metadata_step = 50ms;
    auto began = std::chrono::steady_clock::now();
    CHECK(w.failure(metadata_provider(w.settings, "")).code == errc::timeout);
    CHECK(std::chrono::steady_clock::now() - began < 5s);
}

TEST_CASE("credentials URI") {
    world w;
    w.handle = [](const net::http_request& request) {
        return request.target == "/keys?who=me" ? answer(200, metadata_keys("STS.uri"))
                                                : answer(500, "SSSS");
    };
    CHECK(w.ask(uri_environment_provider(w.settings)).state == source_state::not_set);
    w.set("CREDENTIALS_URI", w.url() + "/keys?who=me#part");
    auto got = w.ask(uri_environment_provider(w.settings));
    CHECK(got.keys.access_key_id() == "STS.uri");
    CHECK_FALSE(has(got.text, "who"));
    w.set("CREDENTIALS_URI", w.url());
    auto why = w.failure(uri_environment_provider(w.settings));
    CHECK(has(why.message, "500"));
    CHECK_FALSE(has(why.message, "SSSS"));
    w.seen.clear();
    for (const char* bad :
         {"keys", "ftp://127.0.0.1/", "http://user:pa55@127.0.0.1/", "http://127.0.0.1:0/",
          "http://127.0.0.1/a b", "http://127.0.0.1/a\r\nX: y", "http://", "http://example.com/",
          "http://169.254.1.1/"}) {
        CAPTURE(bad);
        w.set("CREDENTIALS_URI", bad);
        auto refused = w.failure(uri_environment_provider(w.settings));
        CHECK(refused.code == errc::invalid_argument);
        CHECK_FALSE(has(refused.message, "pa55"));
    }
    CHECK(w.seen.empty());
}

TEST_CASE("AssumeRole: signed by the base key, its answer is the credentials") {
    world w;
    w.handle = [](const net::http_request& request) {
        auto all = core::parse_form(request.body).value();
        auto sent = form(request);
        bool good =
            request.method == "POST" && sent.at("AccessKeyId") == "base" &&
            sent.at("SecurityToken") == "base-token" &&
            sent.at("Signature") ==
                proto::v1_signature(secret("base-key"), proto::v1_string_to_sign("POST", all));
        return good ? answer(200, sts_keys())
                    : answer(400, R"({"Code":"SignatureDoesNotMatch","Message":"m"})");
    };
    role_session role;
    role.arn = "acs:ram::1:role/r";
    auto with_key = [&](const char* key) {
        auto base = fixed_provider("base", credentials("base", key, "base-token"));
        return role_provider(w.settings, base, role);
    };
    auto got = w.ask(with_key("base-key"));
    CHECK(got.keys.access_key_id() == "STS.role");
    CHECK(got.keys.security_token().reveal() == "role-token");
    CHECK(has(got.text, "acs:ram::1:role/r"));
    w.seen.clear();
    auto why = w.failure(with_key("wrong"));
    CHECK(why.code == errc::unauthenticated);
    CHECK(why.service_code == "SignatureDoesNotMatch");
    CHECK(w.seen.size() == 1);
}

TEST_CASE("AssumeRole: what passes is tried again, and a wrong clock is corrected") {
    world w;
    int calls = 0;
    w.handle = [&](const net::http_request&) {
        return ++calls == 3 ? answer(200, sts_keys()) : answer(503, "{}");
    };
    role_session role;
    role.arn = "acs:ram::1:role/r";
    auto from = role_provider(w.settings, fixed_provider("b", credentials("i", "k")), role);
    CHECK(w.ask(from).keys.access_key_id() == "STS.role");
    CHECK(calls == 3);
    calls = -100;
    CHECK(w.failure(from).code == errc::unavailable);
    CHECK(calls == -97);

    auto theirs = core::parse_rfc3339("2030-01-02T03:04:05Z").value();
    w.handle = [&](const net::http_request& request) {
        auto sent = core::parse_rfc3339(form(request).at("Timestamp")).value();
        if (std::chrono::abs(sent - theirs) < 60s) return answer(200, sts_keys("STS.clock"));
        auto refused = answer(400, R"({"Code":"InvalidTimeStamp.Expired","Message":"m"})");
        refused.headers.add("Date", core::format_http_date(theirs));
        return refused;
    };
    CHECK(w.ask(from).keys.access_key_id() == "STS.clock");
}

TEST_CASE("OIDC: the token is read from its file at each ask") {
    world w;
    w.handle = [](const net::http_request& request) {
        auto sent = form(request);
        CHECK_FALSE(sent.contains("Signature"));
        bool good = sent.at("OIDCToken") == "fresh" && sent.at("RoleSessionName") == "me" &&
                    sent.at("OIDCProviderArn") == "provider";
        return good ? answer(200, sts_keys())
                    : answer(400, R"({"Code":"AuthenticationFail.OIDCToken.Expired",)"
                                  R"("Message":"This JSON Web Token has expired."})");
    };
    auto from = oidc_environment_provider(w.settings);
    CHECK(has(w.ask(from).text, "ALIBABA_CLOUD_ROLE_ARN"));
    w.set("ROLE_ARN", "acs:ram::1:role/r");
    w.set("OIDC_PROVIDER_ARN", "provider");
    CHECK(has(w.ask(from).text, "ALIBABA_CLOUD_OIDC_TOKEN_FILE"));
    w.set("OIDC_TOKEN_FILE", (w.home / "token").string());
    w.set("ROLE_SESSION_NAME", "me");
    CHECK(w.failure(from).code == errc::not_found);
    w.write("token", "\n");
    CHECK(w.failure(from).code == errc::protocol);
    w.write("token", std::string(70'000, 'x'));
    CHECK(w.failure(from).code == errc::invalid_argument);
    w.write("token", "stale");
    CHECK(has(w.failure(from).message, "has expired"));
    w.write("token", "fresh\n");
    CHECK(w.ask(from).keys.access_key_id() == "STS.role");
}

TEST_CASE("cli file: missing, disabled, named by the environment, followed to its end") {
    world w;
    auto from = cli_file_provider(w.settings, "");
    CHECK(w.ask(from).state == source_state::not_set);
    w.write(".aliyun/config.json", R"({"current":"a","profiles":[
        {"name":"a","mode":"AK","access_key_id":"ida","access_key_secret":"k"},
        {"name":"b","mode":"ChainableRamRoleArn","ram_role_arn":"r","source_profile":"a"},
        {"name":"m","mode":"EcsRamRole","ram_role_name":"r"},
        {"name":"bad","mode":"AK"}]})");
    CHECK(w.ask(from).keys.access_key_id() == "ida");
    w.handle = [](const net::http_request& request) {
        if (request.target.ends_with("/r")) return answer(200, metadata_keys());
        return request.target == "/" ? answer(200, sts_keys()) : answer(404);
    };
    auto chained = w.ask(cli_file_provider(w.settings, "b"));
    CHECK(chained.keys.access_key_id() == "STS.role");
    CHECK(chained.text == "profile 'b', mode ChainableRamRoleArn from profile 'a', mode AK");
    w.set("PROFILE", "m");
    CHECK(w.ask(from).keys.access_key_id() == "STS.meta");
    w.set("PROFILE", "bad");
    CHECK(w.failure(from).code == errc::invalid_argument);
    w.set("CLI_PROFILE_DISABLED", "true");
    CHECK(w.ask(from).state == source_state::disabled);
    w.settings->home.clear();
    w.set("CLI_PROFILE_DISABLED", "");
    CHECK(w.ask(from).state == source_state::not_set);
}

TEST_CASE("cli file: an external program") {
    world w;
    auto tool = w.write("tool", R"(#!/bin/sh
printf '{"mode":"StsToken","access_key_id":"%s","access_key_secret":"k","sts_token":"t"}' "$1"
)");
    fs::permissions(tool, fs::perms::owner_all);
    auto profile = [&](const std::string& command) {
        w.write(".aliyun/config.json",
                R"({"current":"p","profiles":[{"name":"p","mode":"External","process_command":")" +
                    command + R"("}]})");
        return cli_file_provider(w.settings, "");
    };
    CHECK(w.ask(profile(tool + " '$(id)'")).keys.access_key_id() == "$(id)");
    CHECK(w.failure(profile((w.home / "absent").string())).code == errc::not_found);
    auto failed = w.failure(profile("/bin/sh -c 'echo SSSS; exit 3'"));
    CHECK(has(failed.message, "status 3"));
    CHECK_FALSE(has(failed.message, "SSSS"));
    CHECK(w.failure(profile("/bin/echo SSSS")).code == errc::protocol);
    CHECK(w.failure(profile("yes")).code == errc::too_large);
    w.settings->process_limit = 50ms;
    CHECK(w.failure(profile("sleep 60")).code == errc::timeout);
}

TEST_CASE("ini file: both names, and another by the environment") {
    world w;
    auto from = ini_file_provider(w.settings, "");
    CHECK(w.ask(from).state == source_state::not_set);
    auto section = [](const std::string& name, const std::string& id) {
        return "[" + name + "]\ntype=access_key\naccess_key_id=" + id + "\naccess_key_secret=k\n";
    };
    w.write(".alibabacloud/credentials", section("default", "second"));
    CHECK(w.ask(from).keys.access_key_id() == "second");
    w.write(".alibabacloud/credentials.ini", section("default", "first") + section("x", "idx"));
    CHECK(w.ask(from).keys.access_key_id() == "first");
    w.set("PROFILE", "x");
    CHECK(w.ask(from).keys.access_key_id() == "idx");
    w.set("CREDENTIALS_FILE", w.write("other", section("x", "named")));
    auto got = w.ask(from);
    CHECK(got.keys.access_key_id() == "named");
    CHECK(has(got.text, "other"));
    w.set("CREDENTIALS_FILE", "/nonexistent/file");
    CHECK(has(w.ask(from).text, "ALIBABA_CLOUD_CREDENTIALS_FILE"));
}

TEST_CASE("chain: in order, the first that gives, remembered, failures do not stop it") {
    world w;
    w.write(".aliyun/config.json", "not json");
    w.write(".alibabacloud/credentials.ini",
            "[default]\ntype=access_key\naccess_key_id=ini\naccess_key_secret=k\n");
    auto chain = chain_provider(
        "chain", {environment_provider(w.settings), cli_file_provider(w.settings, ""),
                  ini_file_provider(w.settings, ""), uri_environment_provider(w.settings)});
    auto got = w.ask(chain);
    CHECK(got.keys.access_key_id() == "ini");
    auto reports = chain->reports();
    REQUIRE(reports.size() == 4);
    CHECK(reports[0].state == source_state::not_set);
    CHECK(reports[1].state == source_state::failed);
    CHECK(reports[2].state == source_state::gave);
    CHECK(reports[3].state == source_state::not_asked);
    // The environment would win now, but who gave first is asked on.
    w.set("ACCESS_KEY_ID", "id");
    w.set("ACCESS_KEY_SECRET", "key");
    CHECK(w.ask(chain).keys.access_key_id() == "ini");
    fs::remove(w.home / ".alibabacloud/credentials.ini");
    CHECK(w.failure(chain).code == errc::unauthenticated);
}

TEST_CASE("chain: nothing anywhere is one line for each source, without secrets") {
    world w;
    w.write(".aliyun/config.json",
            R"({"profiles":[{"name":"default","mode":"AK","access_key_id":"hidden"}]})");
    w.set("ECS_METADATA_DISABLED", "true");
    w.set("CREDENTIALS_URI", "http://user:hidden@127.0.0.1/");
    auto chain = chain_provider(
        "chain", {environment_provider(w.settings), oidc_environment_provider(w.settings),
                  cli_file_provider(w.settings, ""), ini_file_provider(w.settings, ""),
                  metadata_environment_provider(w.settings), uri_environment_provider(w.settings)});
    auto why = w.failure(chain);
    CHECK(why.code == errc::unauthenticated);
    for (const char* line :
         {"\n  environment: not set: no ALIBABA_CLOUD_ACCESS_KEY_ID", "\n  OIDC: not set: ",
          "\n  ~/.aliyun/config.json: failed: profile 'default': \"access_key_secret\"",
          "\n  INI profile: not set: ",
          "\n  metadata service: disabled: ALIBABA_CLOUD_ECS_METADATA_DISABLED is true",
          "\n  credentials URI: failed: "})
        CHECK(has(why.message, line));
    CHECK_FALSE(has(why.message, "hidden"));
}

TEST_CASE("a function of the program's own") {
    world w;
    credentials_function gives = []() -> asio::awaitable<credentials> {
        co_return credentials("id", "key", "token");
    };
    CHECK(w.ask(function_provider(gives)).keys.access_key_id() == "id");
    credentials_function nothing = []() -> asio::awaitable<credentials> {
        co_return credentials();
    };
    CHECK(w.failure(function_provider(nothing)).code == errc::protocol);
    credentials_function throws = []() -> asio::awaitable<credentials> {
        throw std::runtime_error("the vault is closed");
        co_return credentials();
    };
    CHECK(w.failure(function_provider(throws)).message == "the vault is closed");
}

}  // namespace
