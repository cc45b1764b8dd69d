// Every public operation, called with temporaries the way the README shows. GCC 12 destroys some
// temporaries in co_await expressions twice: under AddressSanitizer this test is the guard.
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/json/value.hpp>

#include <csignal>
#include <type_traits>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

template <class... T>
constexpr bool none_is_aggregate = (!std::is_aggregate_v<T> && ...);

static_assert(none_is_aggregate<
              exec_options, exec_result, exit_status, chunk, command, wait_options, remove_options,
              concurrency, error_info, secret, eci::config, eci::create_options, eci::list_options,
              eci::group_page, eci::container_group, eci::container, eci::container_state,
              eci::event, eci::exec_urls, server::options, server::runtime_options, file_options,
              transfer_result, tmux_options, tmux_wait_options, tmux_session, tmux_id, tmux_state>);

namespace {

asio::awaitable<void> step(sandbox box) {
    auto r = co_await box.bash("true", exec_options().timeout(20s));
    CHECK(r.ok());
}

asio::awaitable<void> every_form(world& w) {
    auto box = co_await w.client.create(eci::create_options("python:3.12")
                                            .name("call-forms")
                                            .container_name("main")
                                            .cpu(1)
                                            .memory(2)
                                            .env("A", "1")
                                            .tag("k", "v")
                                            .port(8080)
                                            .port(53, "UDP")
                                            .working_dir("/work")
                                            .restart_policy("Never")
                                            .client_token("token-1")
                                            .set("Description", "ignored by the service"));
    co_await box.wait_ready(wait_options().timeout(30s));
    co_await box.wait_ready();
    CHECK((co_await w.client.get(box.id())).id() == box.id());
    CHECK((co_await w.client.describe(box.id())).name == "call-forms");
    auto page = co_await w.client.list(eci::list_options()
                                           .limit(5)
                                           .status("Running")
                                           .tag("k", "v")
                                           .name("call-forms")
                                           .id(box.id()));
    CHECK(page.groups.size() == 1);
    CHECK((co_await w.client.list()).total_count == 1);
    CHECK((co_await w.client.list_all(eci::list_options().with_events())).size() == 1);
    auto urls = co_await w.client.exec_urls(box.id(), command("true"), "main");
    CHECK(!urls.websocket.empty());
    auto answer = co_await w.client.call("DescribeContainerGroupStatus", {});
    CHECK(answer.is_object());

    auto r = co_await box.exec(command("ls", "-la"),
                               exec_options().dir("/tmp").env("K", "v").timeout(20s));
    CHECK(r.ok());
    r = co_await box.exec(command("cat"),
                          exec_options().input("bytes").max_output(100).container("main"));
    CHECK(r.out == "bytes");
    r = co_await box.bash("pwd",
                          exec_options().no_timeout().connect_timeout(10s).idle_timeout(10s));
    CHECK(r.out == "/work\n");
    CHECK((co_await box.bash("exit 3")).status.code() == 3);
    CHECK((co_await as_result(box.bash("true"))).has_value());
    CHECK((co_await as_result(box.bash("true")))->ok());
    CHECK_THROWS_AS((co_await box.bash("exit 4")).throw_if_failed(), command_failed);

    auto p =
        co_await box.start(command("sh", "-c", "read x; echo $x"), exec_options().open_stdin());
    co_await p.write("line\n");
    CHECK((co_await p.read())->bytes == "line\n");
    co_await p.close_stdin();
    CHECK((co_await p.wait()).ok());
    auto t = co_await box.start(command("sleep", "100"), exec_options().tty(24, 80));
    co_await t.resize(30, 100);
    co_await t.signal(SIGKILL);
    CHECK((co_await t.wait()).status.signal() == SIGKILL);

    co_await box.write_file("/tmp/file", "content", file_options().mode(0600));
    CHECK((co_await box.read_file("/tmp/file")) == "content");
    auto session =
        co_await box.tmux_start("echo hi; exit 6", tmux_options().session("s").dir("/tmp"));
    CHECK((co_await box.tmux_wait(session, tmux_wait_options().timeout(30s))).status.code() == 6);
    CHECK((co_await box.tmux_poll("s", 3)).out.empty());
    CHECK((co_await box.tmux_list()).size() == 1);
    co_await box.tmux_kill("s");

    auto errors = co_await for_each(std::vector<sandbox>{}, concurrency(2).collect_errors(), step);
    CHECK(errors.empty());
    std::vector<sandbox> boxes(5, box);
    co_await for_each(std::move(boxes), concurrency(2), step);

    co_await box.restart();
    co_await box.wait_ready();
    co_await w.client.restart(box.id());
    co_await box.wait_ready();
    co_await box.remove(remove_options().force());
    co_await w.client.remove(box.id(), remove_options().force());
}

}  // namespace

TEST_CASE("every public operation with temporaries") {
    in_world(server::options().tls().runtime(server::bubblewrap()), every_form);
}
