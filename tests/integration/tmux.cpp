// tmux sessions against the local server: real tmux in a real box.
#include "common/gate.hpp"
#include "common/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <memory>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

server::options boxes() {
    return server::options().runtime(server::bubblewrap());
}

// Starts, waits, kills; the state at the end.
asio::awaitable<tmux_state> job(sandbox box, std::string script,
                                tmux_options options = tmux_options()) {
    auto session = co_await box.tmux_start(std::move(script), std::move(options));
    auto state = co_await box.tmux_wait(session, tmux_wait_options().timeout(60s));
    co_await box.tmux_kill(session);
    CHECK(state.state == tmux_state::completed);
    CHECK(state.next_byte == state.out.size());
    CHECK(!state.more());
    CHECK(state.drained);
    co_return state;
}

asio::awaitable<void> statuses(world& w) {
    auto box = co_await ready_box(w.client);
    for (int code : {0, 1, 7, 255}) {
        auto s = co_await job(box, "echo out; echo err >&2; exit " + std::to_string(code));
        CHECK(s.out == "out\nerr\n");
        CHECK(s.status == exit_status(end_reason::exited, code));
    }
    auto s = co_await job(box, "kill -9 $$");
    CHECK(s.status.signal() == 9);
    s = co_await job(box, "echo a\nkill 0; sleep 5");
    CHECK(s.status.signal() == 15);
    s = co_await job(box, "echo a # comment at the end");
    CHECK(s.out == "a\n");
    CHECK(s.status.code() == 0);
    s = co_await job(box, "cat <<E\nhere\nE");
    CHECK(s.out == "here\n");
    CHECK(s.status.code() == 0);
    s = co_await job(box, "if true; then echo 'unbalanced");
    CHECK(s.status.exited());
    CHECK(s.status.code() != 0);
    CHECK(!s.out.empty());
    s = co_await job(box, "pwd; echo $A", tmux_options().dir("/usr").env("A", "x 'y' %#"));
    CHECK(s.out == "/usr\nx 'y' %#\n");
    s = co_await job(box, "echo never", tmux_options().dir("/no/such"));
    CHECK(s.status.code() == 126);
    CHECK(s.out.find("never") == std::string::npos);
    CHECK(s.out.find("/no/such") != std::string::npos);
    s = co_await job(box, "test -t 0 && test -t 1 && test -t 2 && stty size; umask",
                     tmux_options().size(33, 111));
    CHECK(s.out == "33 111\n0022\n");
    s = co_await job(box, "");
    CHECK(s.status.code() == 0);
    CHECK(s.out.empty());
    s = co_await job(box, "echo a; echo b", tmux_options().cooked());
    CHECK(s.out == "a\r\nb\r\n");
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> exact_bytes(world& w) {
    auto box = co_await ready_box(w.client);
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    auto s = co_await job(box,
                          "i=0; while [ $i -lt 256 ]; do printf \"\\\\$(printf %03o $i)\"; "
                          "i=$((i+1)); done; printf '\\033[c\\033[6n a\\r\\nb  '");
    CHECK(s.out == all + "\033[c\033[6n a\r\nb  ");
    std::string line(5000, 'w');
    s = co_await job(box, "echo " + line + "; echo " + line);
    CHECK(s.out == line + "\n" + line + "\n");
    s = co_await job(box, "seq 100000", tmux_options().history_limit(60));
    std::string numbers;
    for (int i = 1; i <= 100000; ++i) numbers += std::to_string(i) + "\n";
    CHECK(s.out == numbers);
    s = co_await job(box,
                     "printf '\\036%032d\\036' 0; echo completed 0 0 1; printf '\\036'; "
                     "echo __ECI_MARKER_EXIT_CODE__x__0; echo NOT_FOUND; exit 3");
    CHECK(s.out == "\036" + std::string(32, '0') +
                       "\036completed 0 0 1\n\036__ECI_MARKER_EXIT_CODE__x__0\nNOT_FOUND\n");
    CHECK(s.status.code() == 3);
    std::string text(300 << 10, 'y');
    s = co_await job(box, "v='" + text + "'\necho ${#v}");
    CHECK(s.out == std::to_string(text.size()) + "\n");
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> names(world& w) {
    auto box = co_await ready_box(w.client);
    std::string longest(64, 'n');
    auto s = co_await job(box, "echo x", tmux_options().session(longest));
    CHECK(s.out == "x\n");
    co_await box.tmux_start("sleep 100", tmux_options().session("abcdef"));
    CHECK((co_await box.tmux_poll("abc")).state == tmux_state::not_found);
    co_await box.tmux_kill("abc");
    CHECK((co_await box.tmux_poll("abcdef")).state == tmux_state::running);
    auto again = co_await as_result(box.tmux_start("true", tmux_options().session("abcdef")));
    CHECK(again.error().code == errc::conflict);
    CHECK((co_await box.tmux_poll("abcdef")).state == tmux_state::running);
    co_await box.tmux_start("exit 2", tmux_options().session("abc"));
    CHECK((co_await box.tmux_wait("abc")).status.code() == 2);
    auto all = co_await box.tmux_list();
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "abc");
    CHECK(!all[0].running);
    CHECK(all[1].name == "abcdef");
    CHECK(all[1].running);
    CHECK(std::chrono::abs(std::chrono::system_clock::now() - all[1].created) < 60s);
    // A session that is not ours is neither taken nor ended.
    co_await box.bash("tmux new-session -d -s other sleep 100");
    auto other = co_await as_result(box.tmux_start("true", tmux_options().session("other")));
    CHECK(other.error().code == errc::conflict);
    co_await box.tmux_kill("other");
    CHECK((co_await box.bash("tmux has-session -t =other")).status.code() == 0);
    for (std::string bad : {"", "a b", "a:b", "../x", "n.n", "$(id)"}) {
        CAPTURE(bad);
        auto r = co_await as_result(box.tmux_poll(bad));
        CHECK(r.error().code == errc::invalid_argument);
    }
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> kills(world& w) {
    auto box = co_await ready_box(w.client);
    auto s = co_await box.tmux_start("trap '' HUP TERM; (setsid sleep 4546) & sleep 4546");
    CHECK(co_await eventually([] { return processes_with("sleep 4546").size() >= 2; }, 5s));
    co_await box.tmux_kill(s);
    CHECK(co_await eventually([] { return processes_with("sleep 4546").empty(); }, 5s));
    CHECK((co_await box.tmux_poll(s)).state == tmux_state::not_found);
    co_await box.tmux_kill(s);
    // Gone without a kill of ours: never `completed`, and the output is still there.
    s = co_await box.tmux_start("echo begun; sleep 100");
    co_await box.tmux_wait(s, tmux_wait_options().timeout(300ms));
    co_await box.bash("tmux kill-server");
    auto gone = co_await box.tmux_wait(s);
    CHECK(gone.state == tmux_state::not_found);
    CHECK(gone.out == "begun\n");
    CHECK(!gone.note.empty());
    CHECK(gone.status == exit_status());
    co_await box.tmux_kill(s);
    CHECK((co_await box.tmux_list()).empty());
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> increments(world& w) {
    auto box = co_await ready_box(w.client);
    auto s = co_await box.tmux_start(
        "for i in 1 2 3 4 5; do head -c 3000 /dev/zero | tr '\\0' $i; sleep 0.2; done");
    std::string all;
    for (;;) {
        auto now = co_await box.tmux_poll(s, all.size());
        all += now.out;
        CHECK(now.next_byte == all.size());
        if (now.state == tmux_state::completed && !now.more()) break;
    }
    std::string expected;
    for (char c : {'1', '2', '3', '4', '5'}) expected += std::string(3000, c);
    CHECK(all == expected);
    CHECK((co_await box.tmux_poll(s, 14990)).out == "5555555555");
    auto behind = co_await box.tmux_poll(s, 20000);
    CHECK(behind.out.empty());
    CHECK(behind.next_byte == 20000);
    auto part = co_await box.tmux_wait(s, tmux_wait_options().max_output(100).from_byte(2950));
    CHECK(part.out == std::string(50, '1') + std::string(50, '2'));
    CHECK(part.more());
    CHECK(!part.note.empty());

    auto big = co_await box.tmux_start("head -c 20000000 /dev/zero");
    auto whole = co_await box.tmux_wait(big);
    CHECK(whole.out == std::string(20000000, '\0'));
    auto first = co_await box.tmux_poll(big);
    CHECK(first.out.size() == 8 << 20);
    CHECK(first.more());
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> screens(world& w) {
    auto box = co_await ready_box(w.client);
    auto s = co_await box.tmux_start("printf '\\033[2J\\033[3;5Hdrawn'; read x; echo \"<$x>\"");
    std::string screen;
    auto until = std::chrono::steady_clock::now() + 5s;
    while (screen.find("drawn") == std::string::npos && std::chrono::steady_clock::now() < until)
        screen = co_await box.tmux_screen(s);
    CHECK(screen.starts_with("\n\n    drawn\n"));
    co_await box.bash("tmux send-keys -t =" + s.name + ": hello Enter");
    auto end = co_await box.tmux_wait(s);
    CHECK(end.out == "\033[2J\033[3;5Hdrawn<hello>\n");
    auto none = co_await as_result(box.tmux_screen("none"));
    CHECK(none.error().code == errc::not_found);
    auto limit =
        co_await box.bash("tmux display-message -p -t =" + s.name + ": '#{history_limit}'");
    CHECK(limit.out == "50000\n");
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> wait_one(sandbox box, tmux_session s, std::shared_ptr<int> ended) {
    auto state = co_await box.tmux_wait(s);
    CHECK(state.out == "go\n");
    CHECK(state.status.code() == 4);
    ++*ended;
}

asio::awaitable<void> waits(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto settings = w.local.eci_config();
    settings.endpoint("http://127.0.0.1:" + std::to_string(g.port()));
    eci::client client(w.context.get_executor(), settings);
    auto box = co_await ready_box(client);
    auto executor = w.context.get_executor();

    auto s = co_await box.tmux_start("echo go; sleep 3; exit 4");
    auto early = co_await box.tmux_wait(s, tmux_wait_options().timeout(500ms));
    CHECK(early.state == tmux_state::running);
    CHECK(early.out == "go\n");
    auto ended = std::make_shared<int>(0);
    asio::co_spawn(executor, wait_one(box, s, ended), asio::detached);
    asio::co_spawn(executor, wait_one(box, s, ended), asio::detached);
    int before = g.rule().exec_channels;
    // Named: GCC 12 destroys a temporary with captures in a co_await expression twice.
    std::function<bool()> both_ended = [ended] { return *ended == 2; };
    CHECK(co_await eventually(both_ended, 20s));
    int rounds = g.rule().exec_channels - before;
    MESSAGE("two waits of 3 s took " << rounds << " execs");
    CHECK(rounds <= 2 * 8);

    // Every round is cut for a while: an error of the connection, not of the job.
    auto cut = co_await box.tmux_start("sleep 2; echo end; exit 5");
    g.rule().cut_down = 300;
    asio::steady_timer timer(executor, 1s);
    timer.async_wait([&](boost::system::error_code) {
        g.rule().cut_down = std::numeric_limits<std::size_t>::max();
    });
    auto after = co_await box.tmux_wait(cut, tmux_wait_options().timeout(30s));
    CHECK(after.out == "end\n");
    CHECK(after.status.code() == 5);

    auto bad = co_await as_result(box.tmux_wait(cut, tmux_wait_options().timeout(0ms)));
    CHECK(bad.error().code == errc::invalid_argument);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> outliving_child(world& w) {
    auto box = co_await ready_box(w.client);
    auto s =
        co_await box.tmux_start("(trap '' HUP; while :; do echo x; sleep 0.01; done) & exit 6");
    auto end = co_await box.tmux_wait(s, tmux_wait_options().timeout(30s));
    CHECK(end.state == tmux_state::completed);
    CHECK(end.status.code() == 6);
    CHECK(end.drained);
    CHECK((co_await box.tmux_poll(s)).out == end.out);
    co_await box.tmux_kill(s);
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("tmux: statuses, folders, environment") {
    in_world(boxes(), statuses);
}
TEST_CASE("tmux: the output is exact") {
    in_world(boxes(), exact_bytes);
}
TEST_CASE("tmux: names match exactly") {
    in_world(boxes(), names);
}
TEST_CASE("tmux: kill") {
    in_world(boxes(), kills);
}
TEST_CASE("tmux: a poll carries only what is new") {
    in_world(boxes(), increments);
}
TEST_CASE("tmux: screen, input, history") {
    in_world(boxes(), screens);
}
TEST_CASE("tmux: waiting") {
    in_world(boxes(), waits);
}
TEST_CASE("tmux: a child that outlives the job") {
    in_world(boxes(), outliving_child);
}
