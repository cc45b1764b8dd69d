// A transfer that is cut or cancelled at any point: the file is the old one or the new one, as a
// whole, and nothing else is left.
#include "common/gate.hpp"
#include "common/transfer_check.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

server::options plain() {
    return server::options().runtime(server::bubblewrap());
}

eci::client through(world& w, gate& g) {
    auto settings = w.local.eci_config();
    settings.endpoint("http://127.0.0.1:" + std::to_string(g.port()));
    return eci::client(w.context.get_executor(), settings);
}

void cut(gate& g, bool up, std::size_t at) {
    (up ? g.rule().cut_up : g.rule().cut_down) = at;
}

struct cut_point {
    bool up;
    std::size_t at;
};

/// Where to cut an exec that lets so many bytes through in all: handshake, preamble, content, and
/// the answer, whose loss is the hardest to tell from work that was not done.
std::vector<cut_point> cut_points(std::size_t up, std::size_t down) {
    std::vector<cut_point> all;
    for (std::size_t at : {0, 100, 400, 700, 1100, 2600, 3400, 4200, 20'000})
        all.push_back({true, at});
    for (std::size_t back : {20'000, 100, 9, 1}) all.push_back({true, up - back});
    for (std::size_t at : {0, 60, 150}) all.push_back({false, at});
    for (std::size_t back = 1; back < 140; back += 12) all.push_back({false, down - back});
    return all;
}

/// Bytes of one exec channel, measured.
asio::awaitable<std::vector<cut_point>> measured(gate& g, asio::awaitable<void> operation) {
    auto before = g.rule();
    co_await std::move(operation);
    CHECK(g.rule().exec_channels == before.exec_channels + 1);
    co_return cut_points(g.rule().up - before.up, g.rule().down - before.down);
}

asio::awaitable<void> write_it(sandbox box, std::string bytes,
                               file_options options = file_options()) {
    co_await box.write_file("/tmp/f", bytes, options);
}
asio::awaitable<void> upload_it(sandbox box, std::string local) {
    co_await box.upload(local, "/tmp/d");
}

asio::awaitable<void> cut_file(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto box = co_await ready_box(through(w, g));
    auto bytes = noise(60'000);
    auto points = co_await measured(g, write_it(box, bytes));
    for (auto [up, at] : points) {
        CAPTURE(up);
        CAPTURE(at);
        co_await box.write_file("/tmp/f", "before");
        cut(g, up, at);
        auto r = co_await as_result(box.write_file("/tmp/f", bytes));
        cut(g, up, never);
        if (!r) CHECK(r.error().code == errc::connection);
        CHECK(co_await nothing_left(box));
        auto now = co_await box.read_file("/tmp/f");
        bool whole = now == bytes || (!r && now == "before");
        CHECK(whole);
    }
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> cut_append(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto box = co_await ready_box(through(w, g));
    auto bytes = noise(60'000);
    int lost_answers = 0;
    auto points = co_await measured(g, write_it(box, bytes, file_options().append()));
    for (auto [up, at] : points) {
        CAPTURE(up);
        CAPTURE(at);
        co_await box.write_file("/tmp/f", "before");
        cut(g, up, at);
        auto r = co_await as_result(box.write_file("/tmp/f", bytes, file_options().append()));
        cut(g, up, never);
        if (!r) CHECK(r.error().code == errc::connection);
        CHECK(co_await nothing_left(box));
        auto now = co_await box.read_file("/tmp/f");
        bool once = now == "before" + bytes || (!r && now == "before");
        CHECK(once);
        lost_answers += !r && now != "before";
    }
    CHECK(lost_answers > 0);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> cut_folder(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto box = co_await ready_box(through(w, g));
    local_folder here;
    fs::create_directories(here / "in/sub");
    put(here / "in/sub/f", noise(30'000));
    int lost_answers = 0;
    auto points = co_await measured(g, upload_it(box, here / "in"));
    for (auto [up, at] : points) {
        CAPTURE(up);
        CAPTURE(at);
        co_await box.exec(command("rm", "-rf", "/tmp/d"));
        cut(g, up, at);
        auto r = co_await as_result(box.upload(here / "in", "/tmp/d"));
        cut(g, up, never);
        // Never a conflict with what an attempt of its own has put there.
        if (!r) CHECK(r.error().code == errc::connection);
        CHECK(co_await nothing_left(box));
        auto seen = co_await box.exec(
            command("sh", "-c", "if [ -e /tmp/d ]; then wc -c </tmp/d/sub/f; fi"));
        bool whole = seen.out == "30000\n" || (!r && seen.out.empty());
        CHECK(whole);
        lost_answers += !r && !seen.out.empty();
    }
    CHECK(lost_answers > 0);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> cut_download(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto box = co_await ready_box(through(w, g));
    local_folder here;
    co_await box.exec(command("mkdir", "/tmp/d"));
    co_await box.write_file("/tmp/d/f", noise(60'000));
    for (std::string what : {"/tmp/d/f", "/tmp/d"})
        for (std::size_t at : {0, 150, 190, 250, 400, 2000, 20'000, 60'000, 60'500, 62'000}) {
            CAPTURE(what);
            CAPTURE(at);
            g.rule().cut_down = at;
            auto r = co_await as_result(box.download(what, here / "out"));
            g.rule().cut_down = never;
            if (!r) CHECK(r.error().code == errc::connection);
            CHECK(fs::exists(here / "out") == bool(r));
            CHECK(here.count() == (r ? 1 : 0));
            fs::remove_all(here / "out");
        }
    co_await box.remove(remove_options().force());
}

struct sweep_state {
    asio::cancellation_signal cancel;
    bool done = false;
    std::optional<error_info> failure;
};

asio::awaitable<void> download_it(sandbox box, std::string path) {
    co_await box.download("/tmp/big", path);
}

/// Cancels `operation` after `when`; returns its state when it has ended.
asio::awaitable<std::shared_ptr<sweep_state>> canceled_after(asio::awaitable<void> operation,
                                                             std::chrono::microseconds when) {
    auto executor = co_await asio::this_coro::executor;
    auto state = std::make_shared<sweep_state>();
    asio::co_spawn(
        executor, std::move(operation),
        asio::bind_cancellation_slot(state->cancel.slot(), [state](std::exception_ptr e) {
            if (e) state->failure = error_info_from(e);
            state->done = true;
        }));
    asio::steady_timer timer(executor, when);
    co_await timer.async_wait(asio::use_awaitable);
    state->cancel.emit(asio::cancellation_type::terminal);
    std::function<bool()> done = [state] { return state->done; };
    CHECK(co_await eventually(done, 10s));
    co_return state;
}

asio::awaitable<std::string> process_count(sandbox box) {
    auto r = co_await box.exec(command("sh", "-c", "ls /proc | grep -c '^[0-9]'"));
    co_return r.out;
}

/// File descriptors, once what goes on in the background has ended.
asio::awaitable<bool> fds_settle(std::size_t most) {
    std::function<bool()> settled = [most] { return open_fds() <= most; };
    co_return co_await eventually(settled, 10s);
}

asio::awaitable<void> cancel_everywhere(world& w) {
    auto box = co_await ready_box(w.client);
    auto bytes = noise(300'000);
    local_folder here;
    co_await box.write_file("/tmp/big", bytes);
    auto begun = std::chrono::steady_clock::now();
    co_await box.write_file("/tmp/f", bytes);
    auto length = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begun);
    auto processes = co_await process_count(box);
    auto fds = open_fds();
    int canceled = 0;
    constexpr int steps = 20;
    for (int i = 0; i <= steps; ++i) {
        CAPTURE(i);
        co_await box.write_file("/tmp/f", "before");
        auto state = co_await canceled_after(write_it(box, bytes), length * i / steps);
        if (state->failure) CHECK(state->failure->code == errc::canceled);
        canceled += state->failure.has_value();
        CHECK(co_await nothing_left(box));
        auto now = co_await box.read_file("/tmp/f");
        bool whole = now == bytes || (state->failure && now == "before");
        CHECK(whole);

        state = co_await canceled_after(download_it(box, here / "out"), length * i / steps);
        if (state->failure) CHECK(state->failure->code == errc::canceled);
        CHECK(here.count() == (state->failure ? 0 : 1));
        fs::remove_all(here / "out");
    }
    CHECK(canceled > 0);
    CHECK(co_await fds_settle(fds));
    std::string now;
    for (int i = 0; i < 100 && now != processes; ++i) now = co_await process_count(box);
    CHECK(now == processes);
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("files: cut at every stage, a file") {
    in_world(plain(), cut_file);
}
TEST_CASE("files: cut at every stage, an append is done once or not at all") {
    in_world(plain(), cut_append);
}
TEST_CASE("files: cut at every stage, a folder") {
    in_world(plain(), cut_folder);
}
TEST_CASE("files: cut at every stage, out of the sandbox") {
    in_world(plain(), cut_download);
}
TEST_CASE("files: cancelled after every step") {
    in_world(plain(), cancel_everywhere);
}
