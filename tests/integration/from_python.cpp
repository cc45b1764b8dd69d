// One case per method of the Python package eci-as-sandbox: what its users do, done here. README's
// chapter for them points to these names.
#include "common/world.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

using body = asio::awaitable<void> (*)(world&);

void in_boxes(body what) {
    in_world(server::options().runtime(server::bubblewrap()), what);
}
void in_memory(body what) {
    in_world(synthetic_server(), what);
}

asio::awaitable<void> create(world& w) {
    auto box = co_await w.client.create(eci::create_options("nginx:latest")
                                            .name(eci::create_options::clean_name("Sandbox Demo!"))
                                            .container_name("main")
                                            .cpu(1)
                                            .memory(2)
                                            .env("KEY", "value")
                                            .port(8080, "TCP")
                                            .vswitch("vsw-x")
                                            .security_group("sg-x")
                                            .zone("cn-shanghai-b")
                                            .restart_policy("Never")
                                            .tag("owner", "me"));
    co_await box.wait_ready();
    auto group = co_await w.client.describe(box.id());
    CHECK(group.name == "sandbox-demo");
    CHECK(group.tags.at("owner") == "me");
    REQUIRE(group.containers.size() == 1);
    CHECK(group.containers[0].name == "main");
    auto run = co_await box.bash("echo $KEY");
    CHECK(run.out == "value\n");
}

asio::awaitable<void> get(world& w) {
    auto made = co_await ready_box(w.client);
    auto box = co_await w.client.get(made.id());
    CHECK((co_await box.exec(command("true"))).ok());
    auto missing = co_await as_result(w.client.get("eci-00000000000000000000"));
    REQUIRE(!missing);
    CHECK(missing.error().code == errc::not_found);
    CHECK(!missing.error().request_id.empty());
}

asio::awaitable<void> get_sandbox(world& w) {
    auto box = co_await ready_box(w.client);
    auto group = co_await w.client.describe(box.id());
    CHECK(group.id == box.id());
    CHECK(group.status == "Running");
    CHECK(group.region == "cn-shanghai");
    CHECK(!group.creation_time.empty());
    CHECK(group.raw != nullptr);
}

asio::awaitable<void> list(world& w) {
    for (int i = 0; i < 23; ++i)
        co_await w.client.create(eci::create_options("x").tag("suite", "from-python"));
    auto options = eci::list_options().tag("suite", "from-python").limit(10);
    auto page = co_await w.client.list(options);
    CHECK(page.groups.size() == 10);
    CHECK(page.total_count == 23);
    CHECK(!page.groups[0].name.empty());
    CHECK((co_await w.client.list_all(options)).size() == 23);
}

asio::awaitable<void> remove(world& w) {
    auto box = co_await ready_box(w.client);
    co_await box.remove(remove_options().force());
    auto run = co_await as_result(box.exec(command("true")));
    CHECK(!run);
    co_await w.client.remove(box.id());  // again: no error
}

asio::awaitable<void> restart(world& w) {
    auto box = co_await ready_box(w.client);
    (co_await box.bash("touch /tmp/mark")).throw_if_failed();
    co_await box.restart();
    co_await box.wait_ready();
    CHECK((co_await box.bash("ls /tmp")).out == "");
}

asio::awaitable<void> exec_command(world& w) {
    auto box = co_await ready_box(w.client);
    auto argv = command("/bin/sh", "-c", "for i in 1 2 3; do echo tick-$i; sleep 2; done");
    auto run = co_await box.exec(std::move(argv), exec_options().timeout(3s));
    CHECK(run.out == "tick-1\ntick-2\n");
    CHECK(run.status.end_reason() == end_reason::timed_out);
    auto urls = co_await w.client.exec_urls(box.id(), command("true"));
    CHECK(urls.websocket.reveal().starts_with("ws://127.0.0.1:"));
}

asio::awaitable<void> bash(world& w) {
    auto box = co_await ready_box(w.client);
    auto run = co_await box.bash("pwd; ls -d .", exec_options().dir("/tmp").timeout(5s));
    CHECK(run.out == "/tmp\n.\n");
    CHECK(run.ok());
    run = co_await box.bash("exit 3");
    CHECK(run.status.code() == 3);
}

asio::awaitable<void> bash_ws(world& w) {
    auto box = co_await ready_box(w.client);
    std::string script = "python3 - <<'EOF'\nimport json\n";
    for (int i = 0; i < 2000; ++i) script += "x = " + std::to_string(i) + "\n";
    script += "print(json.dumps({'status': 'done', 'x': x}))\nEOF\n";
    auto run = co_await box.bash(script, exec_options().dir("/tmp").timeout(60s));
    CHECK(run.out == "{\"status\": \"done\", \"x\": 1999}\n");
    CHECK(run.ok());
}

asio::awaitable<void> write_file_ws(world& w) {
    auto box = co_await ready_box(w.client);
    std::string content;
    for (int i = 0; i < 20000; ++i) content += "# Very long file content, no end of line";
    co_await box.write_file("/tmp/large.py", content, file_options().timeout(30s));
    CHECK(co_await box.read_file("/tmp/large.py") == content);
    auto refused = co_await as_result(box.write_file("/usr/large.py", content));
    REQUIRE(!refused);
    CHECK(refused.error().code == errc::forbidden);
}

asio::awaitable<void> tmux(world& w) {
    auto box = co_await ready_box(w.client);
    auto job = co_await box.tmux_start("echo begun; read line; echo got $line; exit 4",
                                       tmux_options().session("train").dir("/tmp"));
    CHECK(job.name == "train");
    auto now = co_await box.tmux_poll("train");
    CHECK(now.state == tmux_state::running);
    auto all = co_await box.tmux_list();
    REQUIRE(all.size() == 1);
    CHECK(all[0].name == "train");
    (co_await box.bash("tmux send-keys -t =train: hello Enter")).throw_if_failed();
    auto end = co_await box.tmux_wait("train", tmux_wait_options().timeout(60s));
    CHECK(end.state == tmux_state::completed);
    CHECK(end.status.code() == 4);
    CHECK(end.out.find("got hello") != std::string::npos);
    co_await box.tmux_kill("train");
    CHECK((co_await box.tmux_poll("train")).state == tmux_state::not_found);
    CHECK((co_await box.tmux_list()).empty());
}

}  // namespace

TEST_CASE("eci-as-sandbox method create") {
    in_boxes(create);
}
TEST_CASE("eci-as-sandbox method get") {
    in_boxes(get);
}
TEST_CASE("eci-as-sandbox method get_sandbox") {
    in_memory(get_sandbox);
}
TEST_CASE("eci-as-sandbox method list") {
    in_memory(list);
}
TEST_CASE("eci-as-sandbox method delete") {
    in_memory(remove);
}
TEST_CASE("eci-as-sandbox method restart") {
    in_boxes(restart);
}
TEST_CASE("eci-as-sandbox method exec_command") {
    in_boxes(exec_command);
}
TEST_CASE("eci-as-sandbox method bash") {
    in_boxes(bash);
}
TEST_CASE("eci-as-sandbox method bash_ws") {
    in_boxes(bash_ws);
}
TEST_CASE("eci-as-sandbox method write_file_ws") {
    in_boxes(write_file_ws);
}
TEST_CASE("eci-as-sandbox methods tmux_start, tmux_poll, tmux_wait, tmux_list, tmux_kill") {
    in_boxes(tmux);
}
