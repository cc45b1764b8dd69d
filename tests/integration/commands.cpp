// Commands from one end to the other: signed calls, the exec channel over TLS, real processes.
#include "common/wires.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

server::options over_tls() {
    return server::options().tls().runtime(server::bubblewrap());
}

asio::awaitable<void> exit_codes(world& w) {
    auto box = co_await ready_box(w.client);
    for (int code : {0, 1, 3, 126, 127, 255}) {
        auto r = co_await box.bash("echo out; echo err >&2; exit " + std::to_string(code));
        CHECK(r.status.exited());
        CHECK(r.status.code() == code);
        check_streams(w.wire, r, "out\n", "err\n");
        CHECK(r.ok() == (code == 0));
        CHECK(!r.request_id.empty());
    }
    auto killed = co_await box.bash("kill -9 $$");
    CHECK(killed.status.end_reason() == end_reason::signaled);
    CHECK(killed.status.signal() == SIGKILL);
    CHECK(killed.complete);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> argv_is_data(world& w) {
    auto box = co_await ready_box(w.client);
    std::string odd = "a b'c\"d$HOME `id` * \\ \n\t;&|<>";
    auto r = co_await box.exec(command("printf", "%s|", odd, "", "你好"));
    check_streams(w.wire, r, odd + "||你好|", "");
    r = co_await box.exec(command("printf", "%s|", "\xff\xfe"));
    CHECK(r.status.code() == 0);
    CHECK(r.complete == !is_text(w.wire));
    CHECK(r.out == (is_text(w.wire) ? "\uFFFD\uFFFD|" : "\xff\xfe|"));

    command many("printf", "%s,");
    std::string expected;
    for (int i = 0; i < 21; ++i) {
        many.arg(std::to_string(i));
        expected += std::to_string(i) + ",";
    }
    r = co_await box.exec(many);
    CHECK(r.out == expected);

    std::string long_text(3 * 1024, 'x');
    r = co_await box.exec(command("printf", "%s", long_text));
    CHECK(r.out == long_text);

    auto nul = co_await as_result(box.exec(command("echo", std::string("a\0b", 3))));
    CHECK(nul.error().code == errc::invalid_argument);
    auto empty = co_await as_result(box.exec(command(std::vector<std::string>())));
    CHECK(empty.error().code == errc::invalid_argument);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> scripts_of_any_length(world& w) {
    auto box = co_await ready_box(w.client);
    // The longest where it goes in one piece (v5, agreed on by kubelet) and where it is framed.
    bool longest = w.wire == server::wire::kubelet || w.wire == server::wire::silent;
    for (std::size_t size :
         {std::size_t(1), std::size_t(1407), std::size_t(1900), std::size_t(2048),
          std::size_t(300) << 10, longest ? std::size_t(10) << 20 : std::size_t(1) << 20}) {
        std::string script = size < 40 ? ":" : "v=" + std::string(size - 20, 'y') + "\necho ${#v}";
        auto r = co_await box.bash(script);
        CHECK(r.ok());
        CHECK(r.out == (size < 40 ? "" : std::to_string(size - 20) + "\n"));
    }
    auto stdin_is_not_the_script = co_await box.bash("cat; echo after; # comment at the end");
    CHECK(stdin_is_not_the_script.out == "after\n");
    auto syntax = co_await box.bash("if true; then echo 'unbalanced");
    CHECK(syntax.status.exited());
    CHECK(syntax.status.code() != 0);
    CHECK(!(syntax.out + syntax.err).empty());
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> options_reach_the_command(world& w) {
    auto box = co_await ready_box(w.client);
    auto r = co_await box.bash("pwd; echo \"$A|$B\"; tr a-z A-Z",
                               exec_options()
                                   .dir("/tmp")
                                   .env("A", "1 '2'")
                                   .env("B", "x\ny")
                                   .input(std::string("in\0put\n", 7)));
    CHECK(r.out == std::string("/tmp\n1 '2'|x\ny\nIN\0PUT\n", 22));
    CHECK(r.ok());
    r = co_await box.bash("true", exec_options().dir("/no/such/dir"));
    CHECK(r.status.code() == 126);
    CHECK((r.out + r.err).find("/no/such/dir") != std::string::npos);
    auto bad = co_await as_result(box.bash("true", exec_options().env("1bad", "x")));
    CHECK(bad.error().code == errc::invalid_argument);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> deadline_kills(world& w) {
    auto box = co_await ready_box(w.client);
    auto started = std::chrono::steady_clock::now();
    auto r = co_await box.bash("echo begun; sleep 4242 & sleep 4242; echo never",
                               exec_options().timeout(700ms));
    auto took = std::chrono::steady_clock::now() - started;
    CHECK(r.status.end_reason() == end_reason::timed_out);
    CHECK(r.status.code() == 124);
    CHECK(!r.complete);
    CHECK(r.out == "begun\n");
    CHECK(took >= 700ms);
    CHECK(co_await eventually([] { return processes_with("sleep 4242").empty(); }, 5s));
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> streams(world& w) {
    auto box = co_await ready_box(w.client);
    auto p = co_await box.start(command("cat"), exec_options().open_stdin());
    std::string all;
    for (int i = 0; i < 50; ++i) {
        std::string piece = "piece " + std::to_string(i) + std::string(1000, 'z') + "\n";
        co_await p.write(piece);
        all += piece;
    }
    co_await p.close_stdin();
    co_await p.close_stdin();
    std::string got;
    while (auto piece = co_await p.read()) got += piece->bytes;
    CHECK(got == all);
    auto end = co_await p.wait();
    CHECK(end.ok());

    auto trapping = co_await box.start(command(
        "sh", "-c", "trap 'echo got INT; exit 9' INT; echo ready; while :; do sleep 0.05; done"));
    auto first = co_await trapping.read();
    REQUIRE(first);
    CHECK(first->bytes == "ready\n");
    co_await trapping.signal(SIGINT);
    auto ended = co_await trapping.wait();
    CHECK(ended.out.find("got INT\n") != std::string::npos);
    CHECK(ended.status.code() == 9);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> terminal(world& w) {
    auto box = co_await ready_box(w.client);
    auto p =
        co_await box.start(command("sh", "-c", "stty size; read line; echo \"<$line>\"; stty size"),
                           exec_options().tty(33, 111));
    std::string got;
    while (got.find("33 111\r\n") == std::string::npos) {
        auto piece = co_await p.read();
        REQUIRE(piece);
        got += piece->bytes;
    }
    co_await p.resize(44, 122);
    co_await p.write("hello\n");
    while (auto piece = co_await p.read()) got += piece->bytes;
    CHECK(got.find("<hello>\r\n44 122\r\n") != std::string::npos);
    CHECK((co_await p.wait()).status.code() == 0);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> dropped_process_dies(world& w) {
    auto box = co_await ready_box(w.client);
    {
        auto p = co_await box.start(command("sleep", "4343"));
        CHECK(co_await eventually([] { return !processes_with("sleep 4343").empty(); }, 5s));
    }
    CHECK(co_await eventually([] { return processes_with("sleep 4343").empty(); }, 5s));
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> limited_output(world& w) {
    auto box = co_await ready_box(w.client);
    auto r = co_await box.bash("head -c 50000000 /dev/zero; echo end >&2",
                               exec_options().max_output(1 << 20));
    CHECK(r.out.size() == 1 << 20);
    CHECK(r.out_bytes == 50000000);
    CHECK(r.err == "end\n");
    CHECK(r.status.code() == 0);
    CHECK(!r.complete);
    CHECK(!r.ok());
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("exit codes are true") {
    in_world(over_tls(), exit_codes);
}
TEST_CASE("argv reaches the program as it is") {
    in_world(over_tls(), argv_is_data);
}
TEST_CASE("scripts of any length") {
    in_world(over_tls(), scripts_of_any_length);
}
TEST_CASE("dir, env and input") {
    in_world(over_tls(), options_reach_the_command);
}
TEST_CASE("a deadline kills the process group") {
    in_world(over_tls(), deadline_kills);
}
TEST_CASE("streams and signals") {
    in_world(over_tls(), streams);
}
TEST_CASE("a terminal and its size") {
    in_world(over_tls(), terminal);
}
TEST_CASE("a dropped process dies") {
    in_world(over_tls(), dropped_process_dies);
}
TEST_CASE("output over the limit is counted, not kept") {
    in_world(over_tls(), limited_output);
}

TEST_CASE("every wire: exit codes are true") {
    on_every_wire(exit_codes);
}
TEST_CASE("every wire: argv reaches the program as it is") {
    on_every_wire(argv_is_data);
}
TEST_CASE("every wire: scripts of any length") {
    on_every_wire(scripts_of_any_length);
}
TEST_CASE("every wire: dir, env and input") {
    on_every_wire(options_reach_the_command);
}
TEST_CASE("every wire: streams and signals") {
    on_every_wire(streams);
}
TEST_CASE("every wire: a terminal and its size") {
    on_every_wire(terminal);
}
