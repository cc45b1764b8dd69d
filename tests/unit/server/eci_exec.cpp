#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

using eci_test::answer;
using eci_test::fixture;
using eci_test::parameter_list;
using namespace std::chrono_literals;

namespace {

answer exec(fixture& f, const std::string& id, parameter_list more) {
    parameter_list all = {{"ContainerGroupId", id}, {"ContainerName", "sandbox"}};
    all.insert(all.end(), more.begin(), more.end());
    return f.call("ExecContainerCommand", all);
}

std::string token_of(const answer& a, const char* field, const char* mark) {
    auto url = a.text(field);
    auto at = url.find(mark);
    return at == std::string::npos ? "" : url.substr(at + std::string(mark).size());
}

std::vector<std::string> argv_of(fixture& f, const answer& a) {
    auto t = f.service->channels.redeem(token_of(a, "WebSocketUri", "?s="));
    return t ? t->argv : std::vector<std::string>();
}

using words = std::vector<std::string>;

}  // namespace

TEST_CASE("exec: two URLs, each good once, for 30 s") {
    fixture f;
    auto id = f.running();
    auto a = exec(f, id, {{"Command", "[\"ls\"]"}});
    REQUIRE(a.code() == "ok");
    CHECK(a.text("WebSocketUri").starts_with("ws://127.0.0.1:8080/exec/?s="));
    CHECK(a.text("HttpUrl").starts_with("http://127.0.0.1:8080/terminal?param="));
    auto token = token_of(a, "WebSocketUri", "?s=");
    CHECK(token.size() == 32);
    CHECK(f.get("/terminal?param=" + token).status == 404);
    auto page = token_of(a, "HttpUrl", "?param=");
    CHECK(page != token);
    CHECK(f.get("/terminal?param=" + page).status == 200);
    CHECK(f.get("/terminal?param=" + page).status == 404);
    CHECK(f.get("/exec/?s=" + token).status == 426);  // not an upgrade: the token is not used up
    auto t = f.service->channels.redeem(token);
    REQUIRE(t);
    CHECK(t->open_stdin);
    CHECK_FALSE(t->tty);
    auto late = token_of(exec(f, id, {{"Command", "ls"}}), "WebSocketUri", "?s=");
    f.now += 30s;
    CHECK_FALSE(f.service->channels.redeem(late));
    for (const auto& line : f.log) CHECK(line.find(token) == std::string::npos);
}

TEST_CASE("exec: the URL names the host that the client called") {
    fixture f;
    auto id = f.running();
    auto request = f.request("ExecContainerCommand", {{"RegionId", "r"},
                                                      {"ContainerGroupId", id},
                                                      {"ContainerName", "sandbox"},
                                                      {"Command", "ls"}});
    CHECK(f.send(request).text("WebSocketUri").starts_with("ws://127.0.0.1:8080/exec/"));
    f.service->settings.tls = true;
    CHECK(exec(f, id, {{"Command", "ls"}}).text("WebSocketUri").starts_with("wss://"));
}

TEST_CASE("exec: spellings of the command") {
    fixture f;
    auto id = f.running();
    auto argv = [&](parameter_list p) { return argv_of(f, exec(f, id, std::move(p))); };
    CHECK(argv({{"Command", "[\"/bin/sh\", \"-c\", \"echo '你好'\"]"}}) ==
          words{"/bin/sh", "-c", "echo '你好'"});
    CHECK(argv({{"Command", "['ls', '-la']"}}) == words{"ls", "-la"});
    CHECK(argv({{"Command", "/monitor.sh"}}) == words{"/monitor.sh"});
    CHECK(argv({{"Command.1", "ls"}, {"Command.2", "-la"}}) == words{"ls", "-la"});
}

TEST_CASE("exec: limits and refusals") {
    fixture f;
    auto id = f.running();
    auto code = [&](parameter_list p) { return exec(f, id, std::move(p)).code(); };
    auto json_of = [](std::size_t elements, std::size_t bytes) {
        std::string text = "[";
        for (std::size_t i = 1; i < elements; ++i) text += "\"a\",";
        text += "\"" + std::string(bytes - text.size() - 3, 'x') + "\"]";
        return text;
    };
    CHECK(json_of(3, 2048).size() == 2048);
    CHECK(code({{"Command", json_of(1, 2048)}}) == "ok");
    CHECK(code({{"Command", json_of(1, 2049)}}) == "InvalidParameter.ValueExceeded");
    CHECK(code({{"Command", json_of(20, 200)}}) == "ok");
    CHECK(code({{"Command", json_of(21, 200)}}) == "InvalidParameter.ValueExceeded");
    CHECK(code({{"Command.1", std::string(2044, 'x')}}) == "ok");
    CHECK(code({{"Command.1", std::string(2045, 'x')}}) == "InvalidParameter.ValueExceeded");
    CHECK(code({}) == "MissingCommand");
    CHECK(code({{"Command", ""}}) == "MissingCommand");
    CHECK(code({{"Command", "[]"}}) == "MissingCommand");
    CHECK(code({{"Command", "[\"\"]"}}) == "InvalidParameter");
    CHECK(code({{"Command", "[1]"}}) == "InvalidParameter");
    CHECK(code({{"Command", "[\"a\\u0000b\"]"}}) == "InvalidParameter");
    CHECK(code({{"Command", "ls"}, {"TTY", "x"}}) == "InvalidParameter");
    CHECK(code({{"Command", "ls"}, {"TTY", "true"}, {"Sync", "true"}}) == "InvalidParameter");
    CHECK(f.call("ExecContainerCommand", {{"ContainerGroupId", id}, {"Command", "ls"}}).code() ==
          "MissingContainerName");
    CHECK(f.call("ExecContainerCommand", {{"ContainerName", "x"}, {"Command", "ls"}}).code() ==
          "MissingContainerGroupId");
    CHECK(exec(f, "eci-none", {{"Command", "ls"}}).code() == "InvalidContainerGroupId.NotFound");
}

TEST_CASE("exec: the container must be there and running") {
    fixture f;
    f.world->hold_create = true;
    auto id = f.create();
    CHECK(exec(f, id, {{"Command", "ls"}}).code() == "IncorrectStatus");
    f.world->let_create();
    f.until([&] { return f.status(id) == "Running"; });
    auto unknown =
        f.call("ExecContainerCommand",
               {{"ContainerGroupId", id}, {"ContainerName", "other"}, {"Command", "ls"}});
    CHECK(unknown.code() == "IncorrectStatus");
    CHECK(unknown.status == 400);
    auto g = f.service->groups->find(id);
    f.service->supervisor->force(g, ecisbx::server::store::group_status::pending, "x", "y");
    CHECK(exec(f, id, {{"Command", "ls"}}).code() == "IncorrectStatus");
    auto ended = f.create({{"RestartPolicy", "Never"},
                           {"Container.1.Command.1", "exit"},
                           {"Container.1.Command.2", "0"}});
    f.until([&] { return f.status(ended) == "Succeeded"; });
    CHECK(exec(f, ended, {{"Command", "ls"}}).code() == "IncorrectStatus");
}

TEST_CASE("exec: flags reach the process") {
    fixture f;
    auto id = f.running();
    auto a = exec(f, id, {{"Command", "ls"}, {"TTY", "True"}, {"Stdin", "False"}});
    auto t = f.service->channels.redeem(token_of(a, "WebSocketUri", "?s="));
    REQUIRE(t);
    CHECK(t->tty);
    CHECK_FALSE(t->open_stdin);
}

TEST_CASE("exec: Sync runs to the end and merges") {
    fixture f;
    auto id = f.running();
    auto a = exec(f, id, {{"Command", "[\"both\"]"}, {"Sync", "True"}});
    CHECK(a.code() == "ok");
    CHECK(a.text("SyncResponse").find("out") != std::string::npos);
    CHECK(a.text("SyncResponse").find("err") != std::string::npos);
    CHECK(a.text("WebSocketUri").empty());
    CHECK_FALSE(f.world->last_process()->spec.open_stdin);
    auto missing = exec(f, id, {{"Command", "[\"missing\"]"}, {"Sync", "true"}});
    CHECK(missing.text("SyncResponse").find("executable file not found in $PATH") !=
          std::string::npos);
}

TEST_CASE("exec: Sync is bounded in bytes and in time") {
    fixture f;
    f.service->settings.sync_exec_bytes = 1000;
    auto id = f.running();
    auto a = exec(f, id, {{"Command", "[\"endless\",\"100000\"]"}, {"Sync", "true"}});
    CHECK(a.text("SyncResponse").size() == 1000);
    f.service->settings.sync_exec_limit = 0s;
    auto slow = exec(f, id, {{"Command", "[\"wait\"]"}, {"Sync", "true"}});
    CHECK(slow.status == 408);
    CHECK(f.world->last_process()->exit.signal == 9);
}

TEST_CASE("exec: outstanding URLs are bounded") {
    fixture f;
    auto id = f.running();
    f.service->channels = ecisbx::server::store::tickets([&] { return f.now; }, 30s, 1);
    CHECK(exec(f, id, {{"Command", "ls"}}).code() == "ok");
    CHECK(exec(f, id, {{"Command", "ls"}}).code() == "Throttling");
    f.now += 30s;
    CHECK(exec(f, id, {{"Command", "ls"}}).code() == "ok");
}

TEST_CASE("exec: any number of URLs in a row, when they are used") {
    fixture f;
    auto id = f.running();
    f.service->channels = ecisbx::server::store::tickets([&] { return f.now; }, 30s, 1);
    f.service->pages = ecisbx::server::store::tickets([&] { return f.now; }, 30s, 2);
    for (int i = 0; i < 5; ++i) {
        auto a = exec(f, id, {{"Command", "[\"ls\"]"}});
        REQUIRE(a.code() == "ok");
        CHECK(argv_of(f, a) == words{"ls"});
        // Nobody looks at the pages; they do not hold up a command.
        CHECK(a.text("HttpUrl").empty() == (i >= 2));
    }
}
