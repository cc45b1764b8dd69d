// What the Python library eci-as-sandbox loses or guesses in tmux sessions and files, one test
// for each.
#include "common/transfer_check.hpp"
#include "common/world.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

void in_boxes(asio::awaitable<void> (*body)(world&)) {
    in_world(server::options().runtime(server::bubblewrap()), body);
}

asio::awaitable<std::string> lines_kept(sandbox box, std::string session) {
    auto r = co_await box.bash("tmux capture-pane -p -S - -t =" + session + ": | grep -c '[0-9]'");
    co_return r.out;
}

// It keeps 2,000 lines whatever is asked for, and does not say that others are gone.
asio::awaitable<void> history(world& w) {
    auto box = co_await ready_box(w.client);
    std::string numbers;
    for (int i = 1; i <= 5000; ++i) numbers += std::to_string(i) + "\n";
    for (unsigned limit : {100u, 50'000u}) {
        CAPTURE(limit);
        auto options = tmux_options().session("h" + std::to_string(limit)).history_limit(limit);
        auto s = co_await box.tmux_start("seq 5000", std::move(options));
        auto end = co_await box.tmux_wait(s);
        CHECK(end.out == numbers);
        CHECK(end.drained);
        CHECK(!end.more());
        auto kept = std::stoi(co_await lines_kept(box, s.name));
        CHECK(kept >= (limit == 100 ? 100 : 5000));
        CHECK(kept <= (limit == 100 ? 100 + 24 : 6000));  // a line may fill more than one row
    }
    // 100,000 lines, and what is left out on request is said to be.
    auto s = co_await box.tmux_start("seq 100000");
    auto end = co_await box.tmux_wait(s);
    CHECK(end.out.size() == 588'895);
    CHECK(end.out.ends_with("\n99999\n100000\n"));
    auto part = co_await box.tmux_wait(s, tmux_wait_options().max_output(1000));
    CHECK(part.out == end.out.substr(0, 1000));
    CHECK(part.more());
    CHECK(part.total_bytes == end.out.size());
    co_await box.remove(remove_options().force());
}

// It reads a pane of 80 columns: longer lines are cut in pieces, trailing spaces are lost.
asio::awaitable<void> exact_output(world& w) {
    auto box = co_await ready_box(w.client);
    std::string wide(10'000, 'w');
    auto s = co_await box.tmux_start(
        "v=" + wide +
            "\nfor i in 1 2 3; do echo $v; done; printf 'end  \\n\\033[31mred\\033[0m\\t\\r\\n'",
        tmux_options().session(std::string(64, 's')).size(10, 20));
    auto end = co_await box.tmux_wait(s);
    CHECK(end.state == tmux_state::completed);
    CHECK(end.out == wide + "\n" + wide + "\n" + wide + "\nend  \n\033[31mred\033[0m\t\r\n");
    co_await box.tmux_kill(s);

    // Any bytes, from any byte on.
    auto bytes = noise(70'000);
    co_await box.write_file("/tmp/bytes", bytes);
    auto b = co_await box.tmux_start("cat /tmp/bytes");
    auto whole = co_await box.tmux_wait(b);
    bool same = whole.out == bytes;
    CHECK(same);
    for (std::uint64_t from :
         {std::uint64_t(1), std::uint64_t(79), std::uint64_t(4095), std::uint64_t(4096),
          std::uint64_t(4097), std::uint64_t(65'535), std::uint64_t(65'536), std::uint64_t(69'999),
          std::uint64_t(70'000), std::uint64_t(70'001), ~std::uint64_t(0) >> 2}) {
        CAPTURE(from);
        auto rest = co_await box.tmux_poll(b, from);
        same = rest.out == (from < bytes.size() ? bytes.substr(from) : "");
        CHECK(same);
        CHECK(rest.next_byte == from + rest.out.size());
        CHECK(rest.total_bytes == bytes.size());
        CHECK(!rest.more());
    }
    co_await box.remove(remove_options().force());
}

// Its end marker is known to the job and looked for in the output.
asio::awaitable<void> spoofed(world& w) {
    auto box = co_await ready_box(w.client);
    auto s = co_await box.tmux_start(
        "echo __ECI_MARKER_EXIT_CODE__sp__0; echo NOT_FOUND; echo completed 0 9 1; echo ok\n"
        "printf '\\036%032d\\036' 0; printf 'completed 0 0 1\\n'; read x; exit 3",
        tmux_options().session("sp"));
    auto now = co_await box.tmux_wait(s, tmux_wait_options().timeout(500ms));
    CHECK(now.state == tmux_state::running);
    CHECK(now.status == exit_status());
    CHECK(now.out.starts_with("__ECI_MARKER_EXIT_CODE__sp__0\nNOT_FOUND\n"));
    CHECK(now.out.ends_with("completed 0 0 1\n"));
    co_await box.bash("tmux send-keys -t =sp: x Enter");
    auto end = co_await box.tmux_wait(s);
    CHECK(end.state == tmux_state::completed);
    CHECK(end.status.code() == 3);
    CHECK(end.out == now.out);
    CHECK((co_await box.tmux_poll("NOT_FOUND")).state == tmux_state::not_found);
    co_await box.remove(remove_options().force());
}

// A command that ends at once takes its session with it; `-t abc` finds `abcdef`.
asio::awaitable<void> instant_and_exact(world& w) {
    auto box = co_await ready_box(w.client);
    for (int i = 0; i < 15; ++i) {
        auto s = co_await box.tmux_start("exit " + std::to_string(i));
        auto end = co_await box.tmux_wait(s);
        CHECK(end.state == tmux_state::completed);
        CHECK(end.status.code() == i);
        co_await box.tmux_kill(s);
    }
    co_await box.tmux_start("sleep 100", tmux_options().session("abcdef"));
    CHECK((co_await box.tmux_poll("abc")).state == tmux_state::not_found);
    CHECK((co_await box.tmux_wait("abc")).state == tmux_state::not_found);
    auto screen = co_await as_result(box.tmux_screen("abc"));
    CHECK(screen.error().code == errc::not_found);
    co_await box.tmux_kill("abc");
    CHECK((co_await box.tmux_poll("abcdef")).state == tmux_state::running);
    auto s = co_await box.tmux_start("echo mine", tmux_options().session("abc"));
    CHECK((co_await box.tmux_wait(s)).out == "mine\n");
    co_await box.tmux_kill("abc");
    CHECK((co_await box.tmux_poll("abcdef")).state == tmux_state::running);
    co_await box.remove(remove_options().force());
}

// Each of its polls is two calls and two connections, about 20 of them for a job of a minute.
asio::awaitable<void> few_calls(world& w) {
    auto box = co_await ready_box(w.client);
    co_await box.tmux_list();
    w.local.reset_calls();
    auto s = co_await box.tmux_start("sleep 3; exit 2");
    co_await box.tmux_poll(s);
    CHECK(w.local.calls()["ExecContainerCommand"] == 2);
    auto end = co_await box.tmux_wait(s);
    CHECK(end.status.code() == 2);
    auto calls = w.local.calls()["ExecContainerCommand"];
    CHECK(calls <= 2 + 8);  // 3 s are 0.1 + 0.15 + ... + 1.1: seven rounds
    CHECK(w.local.calls()["DescribeContainerGroups"] == 0);
    // Nothing is polled while a round waits: one call for all of it.
    auto t = co_await box.tmux_start("sleep 1; exit 4");
    CHECK((co_await box.tmux_wait(t, tmux_wait_options().first(20s))).status.code() == 4);
    CHECK(w.local.calls()["ExecContainerCommand"] == calls + 2);
    co_await box.remove(remove_options().force());
}

// It adds a newline, and knows no bytes, mode, append, rename or check.
asio::awaitable<void> real_files(world& w) {
    auto box = co_await ready_box(w.client);
    for (std::string content :
         {std::string(), std::string("no newline"), std::string("a\0b\r\n", 5),
          std::string("EOF_WRITE_FILE\nEOF_WRITE_FILE\n"), noise(200'000)}) {
        auto written = co_await box.write_file("/tmp/f", content);
        CHECK(written.bytes == content.size());
        CHECK(written.verified == verification::sha256);
        bool same = (co_await box.read_file("/tmp/f")) == content;
        CHECK(same);
    }
    co_await box.write_file("/tmp/f", "one", file_options().mode(0600));
    auto inode = (co_await box.bash("ln /tmp/f /tmp/old; stat -c '%a %h' /tmp/f")).out;
    CHECK(inode == "600 2\n");
    // Renamed over: who had the old file open has it still.
    co_await box.write_file("/tmp/f", "two");
    CHECK((co_await box.bash("cat /tmp/old; stat -c ' %a %h' /tmp/f")).out == "one 600 1\n");
    co_await box.write_file("/tmp/f", " and three", file_options().append());
    CHECK(co_await box.read_file("/tmp/f") == "two and three");
    CHECK((co_await box.bash("stat -c %a /tmp/f")).out == "600\n");
    co_await box.write_file("/tmp/new", "first", file_options().append().mode(0640));
    CHECK((co_await box.bash("stat -c %a /tmp/new; cat /tmp/new")).out == "640\nfirst");
    local_folder here;
    put(here / "more", noise(100'000));
    auto up = co_await box.upload(here / "more", "/tmp/f", file_options().append().mode(0644));
    CHECK(up.bytes == 100'000);
    bool same = (co_await box.read_file("/tmp/f")) == "two and three" + noise(100'000);
    CHECK(same);
    for (auto bad : {file_options().append(), file_options().append().limit(5)}) {
        check_refused(co_await as_result(box.read_file("/tmp/f", bad)), errc::invalid_argument,
                      "append");
        auto d = co_await as_result(box.download("/tmp/f", here / "x", bad));
        check_refused(d, errc::invalid_argument, "append");
        auto folder = co_await as_result(box.upload(here.path(), "/tmp/d", bad));
        check_refused(folder, errc::invalid_argument, "append");
    }
    check_refused(co_await as_result(box.write_file("/tmp", "x", file_options().append())),
                  errc::conflict, "/tmp");
    // Where it can not be written it is no success.
    check_refused(co_await as_result(box.write_file("/usr/f", "x")), errc::forbidden, "/usr/f");
    CHECK(co_await nothing_left(box));
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("eci-as-sandbox weakness 6: the history limit is real, and no output depends on it") {
    in_boxes(history);
}
TEST_CASE("eci-as-sandbox weakness 7: output byte for byte, lines and session ids of any length") {
    in_boxes(exact_output);
}
TEST_CASE("eci-as-sandbox weakness 8: nothing that is printed is taken for the end") {
    in_boxes(spoofed);
}
TEST_CASE("eci-as-sandbox weakness 9: an instant command keeps its session, names match exactly") {
    in_boxes(instant_and_exact);
}
TEST_CASE("eci-as-sandbox weakness 11: one call a poll, and a wait that waits in the sandbox") {
    in_boxes(few_calls);
}
TEST_CASE(
    "eci-as-sandbox weakness 15: files whole, exact, atomic, verified, with mode and append") {
    in_boxes(real_files);
}
