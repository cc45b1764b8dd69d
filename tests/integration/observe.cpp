// Observers of a real run against the local server.
#include "common/gate.hpp"
#include "common/recorder.hpp"
#include "common/world.hpp"

#include <ecisbx/prometheus.hpp>

#include "common/read_metrics.hpp"

#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include <map>
#include <optional>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

eci::client observed_client(world& w, std::shared_ptr<observer> who, std::uint16_t port = 0) {
    auto settings = w.local.eci_config();
    if (port != 0) settings.endpoint("http://127.0.0.1:" + std::to_string(port));
    settings.observe(std::move(who));
    return eci::client(w.context.get_executor(), settings);
}

asio::awaitable<void> whole_run(world& w) {
    auto seen = std::make_shared<recorder>();
    auto counted = std::make_shared<prometheus_observer>();
    auto settings = w.local.eci_config();
    settings.observe(seen).observe(counted);
    std::optional<eci::client> client(std::in_place, w.context.get_executor(), settings);
    std::optional<sandbox> box(co_await ready_box(*client));
    seen->seen.clear();

    auto good = co_await box->exec(command("echo", "hello"));
    CHECK(good.ok());
    CHECK(
        seen->only({"opened", "exec_started", "exec_ended"}) ==
        lines({"opened exec plain", "exec_started " + box->id(), "exec_ended exited 0 complete"}));
    CHECK(seen->last_exec.out == 6);
    CHECK(seen->last_exec.first_byte);
    CHECK(seen->count("attempt ExecContainerCommand 1 ok 200") == 1);
    CHECK(seen->count("call ExecContainerCommand ok 1") == 1);

    seen->seen.clear();
    auto bad = co_await box->bash("echo out; echo err >&2; exit 7");
    CHECK(bad.status.code() == 7);
    CHECK(seen->count("exec_ended exited 7 complete") == 1);
    CHECK(seen->last_exec.out == 4);
    CHECK(seen->last_exec.err == 4);

    seen->seen.clear();
    exec_options hurried;
    hurried.timeout(300ms);
    auto late = co_await box->exec(command("sleep", "5151"), hurried);
    CHECK(late.status.end_reason() == end_reason::timed_out);
    CHECK(seen->count("exec_ended timed_out 124") == 1);
    CHECK(seen->count("signal 9 sent") == 1);

    seen->seen.clear();
    co_await box->write_file("/tmp/observed", std::string(100'000, 'x'));
    auto content = co_await box->read_file("/tmp/observed");
    CHECK(content.size() == 100'000);
    auto missing = co_await as_result(box->read_file("/tmp/none"));
    CHECK_FALSE(missing);
    CHECK(seen->only({"file"}) == lines({"file upload ok 100000 1", "file download ok 100000 1",
                                         "file download not_found 0 1"}));

    seen->seen.clear();
    auto session = co_await box->tmux_start("echo job; sleep 0.2");
    auto state = co_await box->tmux_wait(session.name);
    CHECK(state.state == tmux_state::completed);
    auto nothing = co_await box->tmux_poll(tmux_id("no-such-session"));
    CHECK(nothing.state == tmux_state::not_found);
    CHECK(seen->count("tmux completed") == 1);
    CHECK(seen->count("tmux not_found 0") == 1);
    CHECK(seen->count("tmux failed") == 0);
    co_await box->tmux_kill(session.name);

    auto api = read_metrics(counted->text()).samples;
    CHECK(api.at(R"(ecisbx_exec_total{result="timed_out"})") == 1);
    CHECK(api.at("ecisbx_execs") == 0);
    CHECK(api.at(R"(ecisbx_file_bytes_total{direction="upload"})") == 100'000);
    CHECK(api.at(R"(ecisbx_bytes_total{direction="sent",kind="exec"})") > 100'000);

    co_await box->remove(remove_options().force());
    box.reset();
    client.reset();
    auto gone = [&] { return seen->count("closed api") > 0; };
    CHECK(co_await eventually(gone, 5s));
    auto balanced = [&] {
        auto now = read_metrics(counted->text()).samples;
        return now.at(R"(ecisbx_connections{kind="api"})") == 0 &&
               now.at(R"(ecisbx_connections{kind="exec"})") == 0;
    };
    CHECK(co_await eventually(balanced, 5s));
    CHECK(seen->received == seen->told_received);
    CHECK(seen->sent == seen->told_sent);
    CHECK(seen->count("BAD") == 0);
    CHECK(seen->failures() == 0);
}

asio::awaitable<void> throttled_run(world& w) {
    auto seen = std::make_shared<recorder>();
    auto settings = w.local.eci_config().max_attempts(2);
    settings.observe(seen);
    eci::client client(w.context.get_executor(), settings);
    std::map<std::string, std::string> none;
    co_await client.call("DescribeRegions", none);
    auto refused = co_await as_result(client.call("DescribeRegions", none));
    // The minute's quota is used up: the second call is refused, tried again or not.
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::throttled);
    CHECK(seen->count("throttle DescribeRegions service") >= 1);
    CHECK(seen->count("attempt DescribeRegions 1 throttled 400 Throttling.User") == 1);
    CHECK(seen->count("call DescribeRegions throttled") == 1);
}

asio::awaitable<void> cut_run(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto seen = std::make_shared<recorder>();
    auto client = observed_client(w, seen, g.port());
    auto box = co_await ready_box(client);
    seen->seen.clear();
    g.rule().cut_down = 400;  // behind the handshake, in the middle of the output
    auto r = co_await as_result(box.exec(command("yes", "100000")));
    REQUIRE(r);
    CHECK(r->status.end_reason() == end_reason::lost);
    CHECK(seen->count("exec_started") == 1);
    CHECK(seen->only({"exec_ended"}) == lines({"exec_ended lost -1"}));
    CHECK(seen->count("closed exec") >= 1);

    seen->seen.clear();
    g.rule().cut_down = 0;  // before the handshake's answer
    r = co_await as_result(box.exec(command("true")));
    REQUIRE_FALSE(r);
    CHECK(seen->count("exec_started") == 0);
    CHECK(seen->only({"exec_ended"}) == lines({"exec_ended not_opened -1 connection"}));
    g.rule().cut_down = std::numeric_limits<std::size_t>::max();

    seen->seen.clear();
    g.refuse(true);
    std::map<std::string, std::string> none;
    auto down = co_await as_result(client.call("DescribeRegions", none));
    CHECK_FALSE(down);
    CHECK(seen->count("retry DescribeRegions") == 3);
    CHECK(seen->count("attempt DescribeRegions") == 4);
    g.refuse(false);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> two_clients(world& w) {
    auto first = std::make_shared<recorder>(), second = std::make_shared<recorder>();
    auto both = std::make_shared<recorder>();
    std::weak_ptr<recorder> dropped = second;
    auto with = [&](std::shared_ptr<recorder> own) {
        auto settings = w.local.eci_config();
        settings.observe(std::move(own)).observe(both);
        return eci::client(w.context.get_executor(), settings);
    };
    auto a = with(first), b = with(std::move(second));
    std::map<std::string, std::string> none;
    co_await a.call("DescribeRegions", none);
    co_await b.call("DescribeRegions", none);
    co_await b.call("DescribeRegions", none);
    CHECK(first->count("call") == 1);
    REQUIRE_FALSE(dropped.expired());
    CHECK(dropped.lock()->count("call") == 2);
    CHECK(both->count("call") == 3);
    CHECK(both->count("opened") == 2);
    CHECK(both->count("reused") == 1);
}

asio::awaitable<void> tls_run(world& w) {
    auto seen = std::make_shared<recorder>();
    auto client = observed_client(w, seen);
    auto box = co_await ready_box(client);
    for (int i = 0; i < 3; ++i) {
        auto r = co_await box.exec(command("echo", "x"));
        CHECK(r.ok());
    }
    CHECK(seen->count("opened api tls") >= 1);
    CHECK(seen->count("opened exec tls") == 3);
    CHECK(seen->count("opened exec tls resumed") >= 1);
    CHECK(seen->count("BAD") == 0);
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("observe: a whole run, and nothing left open in the gauges") {
    in_world(server::options(), whole_run);
}

TEST_CASE("observe: the server throttles") {
    in_world(synthetic_server().quota("DescribeRegions", 1), throttled_run);
}

TEST_CASE("observe: cuts and a server that is down") {
    in_world(synthetic_server(), cut_run);
}

TEST_CASE("observe: two clients, three observers, one of them dropped by its owner") {
    in_world(synthetic_server(), two_clients);
}

TEST_CASE("observe: TLS and resumption") {
    in_world(synthetic_server().tls(), tls_run);
}
