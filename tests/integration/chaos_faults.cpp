// One fault at a time, over TLS, where a gate sees nothing but bytes.
#include "common/crowd.hpp"
#include "common/gate.hpp"
#include "common/world.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

using clock = std::chrono::steady_clock;

constexpr bool up = true, down = false;

server::options encrypted(server::wire wire = server::wire::kubelet) {
    return server::options().runtime(server::process()).tls().wire(wire);
}

fate end_of(fault what, bool direction, std::size_t after) {
    fate meets;
    meets.what = what;
    meets.up = direction;
    meets.after = after;
    return meets;
}

/// A client of its own gate, whose next connection is that of an exec: one for API calls is open.
/// What others do in the background (a kill, say) goes through other gates.
struct visitor {
    visitor(world& w, std::string id)
        : between(w.context.get_executor(), w.local.port()),
          client(w.context.get_executor(), through(between, w.local.eci_config())),
          box(client.attach(std::move(id))) {}
    asio::awaitable<void> arrive() {
        co_await client.describe(box.id());
        CHECK(between.rule().connections == 1);
    }
    gate between;
    eci::client client;
    sandbox box;
};

// A cut at many bytes: of the handshake, of the upgrade, of the output, of the end.

struct tally {
    int whole = 0, lost = 0, refused = 0;
};

void judge(const result<exec_result>& r, tally& sum) {
    if (!r) {
        CAPTURE(r.error().to_string());
        CHECK((r.error().code == errc::connection || r.error().code == errc::tls));
        ++sum.refused;
        return;
    }
    CHECK(std::string_view("some output\n").starts_with(r->out));
    if (r->complete) {
        CHECK(r->status == exit_status(end_reason::exited, 7));
        CHECK(r->out == "some output\n");
        ++sum.whole;
        return;
    }
    CHECK((r->status == exit_status(end_reason::exited, 7) || r->status == exit_status()));
    CHECK(!r->note.empty());
    ++sum.lost;
}

asio::awaitable<void> truncated_everywhere(world& w) {
    auto box = co_await ready_box(w.client);
    const command what("sh", "-c", "echo some output; exit 7");
    tally sum;
    // Longer than all of it when it has been whole.
    for (std::size_t n = 0; sum.whole == 0; n += 61) {
        CAPTURE(n);
        REQUIRE(n < 50'000);
        visitor v(w, box.id());
        co_await v.arrive();
        v.between.choose([n](int) { return end_of(fault::finish, down, n); });
        auto r = co_await as_result(v.box.exec(what, exec_options().timeout(20s)));
        judge(r, sum);
    }
    CHECK(sum.refused > 0);
    CHECK(sum.lost > 0);
    co_await box.remove(remove_options().force());
}

// In the middle of much output.

constexpr std::size_t much = 400'000;

/// 'x' and 'y' by turns, `much` of them.
const char* const writes_much =
    "i=0; while [ $i -lt 200 ]; do i=$((i+1)); head -c 1000 /dev/zero | tr '\\0' x; "
    "head -c 1000 /dev/zero | tr '\\0' y; done";

std::string much_output() {
    std::string all;
    while (all.size() < much) all += std::string(1000, 'x') + std::string(1000, 'y');
    return all;
}

asio::awaitable<void> broken_in_mid_stream(world& w, fate meets) {
    auto box = co_await ready_box(w.client);
    visitor v(w, box.id());
    co_await v.arrive();
    v.between.next(meets);
    const std::string mark = "ecisbx-mid-stream-" + std::to_string(::getpid());
    command what("sh", "-c", std::string(writes_much) + "; sleep 1000", mark);
    const auto began = clock::now();
    auto r = co_await v.box.exec(what, exec_options().timeout(60s));
    CHECK(clock::now() - began < 20s);
    CHECK(r.status.end_reason() == end_reason::lost);
    CHECK_FALSE(r.complete);
    CHECK(!r.note.empty());
    CHECK(r.out.size() < much);
    CHECK(much_output().starts_with(r.out));
    if (!meets.up) CHECK(r.out.size() > meets.after / 2);
    // What was lost is killed, over a connection that is well.
    std::function<bool()> killed = [&] { return processes_with(mark).empty(); };
    CHECK(co_await eventually(killed, 10s));
    auto again = co_await v.box.exec(command("sh", "-c", writes_much));
    CHECK(again.ok());
    CHECK(again.out == much_output());
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> truncated(world& w) {
    return broken_in_mid_stream(w, end_of(fault::finish, down, 100'000));
}
asio::awaitable<void> half_closed_by_server(world& w) {
    return broken_in_mid_stream(w, end_of(fault::half, down, 100'000));
}

asio::awaitable<void> feed(process& p, std::string bytes) {
    co_await p.write(std::move(bytes));
    co_await p.close_stdin();
}

// The server reads an end that nobody announced, and can not know how much was to come.
asio::awaitable<void> half_closed_by_client(world& w) {
    auto box = co_await ready_box(w.client);
    visitor v(w, box.id());
    co_await v.arrive();
    v.between.next(end_of(fault::half, up, 60'000));
    auto p = co_await v.box.start(command("sh", "-c", "echo hello; cat >/dev/null; sleep 1000"),
                                  exec_options().open_stdin().timeout(60s));
    auto first = co_await p.read();
    REQUIRE(first);
    CHECK(first->bytes == "hello\n");
    const auto began = clock::now();
    auto fed = co_await as_result(feed(p, std::string(much, 'z')));
    auto end = co_await p.wait();
    CHECK(clock::now() - began < 20s);
    if (!fed) CHECK(fed.error().code == errc::connection);
    CHECK(end.status.end_reason() == end_reason::lost);
    CHECK_FALSE(end.complete);
    CHECK(end.out.empty());
    CHECK(v.between.faults().at("half up") == 1);
    co_await box.remove(remove_options().force());
}

// Slow connections.

asio::awaitable<void> slow_output(sandbox box, std::size_t size, bool* ended) {
    auto r = co_await box.exec(
        command("sh", "-c", "head -c " + std::to_string(size) + " /dev/zero | tr '\\0' s"));
    CHECK(r.ok());
    CHECK(r.out == std::string(size, 's'));
    *ended = true;
}

asio::awaitable<void> slow_input(sandbox box, std::size_t size, bool* ended) {
    auto r = co_await box.exec(command("sh", "-c", "tr -d s | wc -c"),
                               exec_options().input(std::string(size, 's') + "end"));
    CHECK(r.ok());
    CHECK(r.out == "3\n");
    *ended = true;
}

asio::awaitable<bool> have_slowed(const gate& g, int connections) {
    std::function<bool()> so_many = [&g, connections] {
        const auto found = g.faults().find("throttled");
        return found != g.faults().end() && found->second >= connections;
    };
    co_return co_await eventually(so_many, 10s);
}

asio::awaitable<void> throttled(world& w) {
    auto box = co_await ready_box(w.client);
    visitor v(w, box.id());
    co_await v.arrive();
    fate slow;
    slow.up_rate = slow.down_rate = 20'000;
    crowd both(w.context.get_executor());
    bool out_ended = false, in_ended = false;
    const auto began = clock::now();
    // One after the other: two at once would need one more connection for their API calls.
    v.between.next(slow);
    both.add(slow_output(v.box, 40'000, &out_ended));
    REQUIRE(co_await have_slowed(v.between, 1));
    v.between.next(slow);
    both.add(slow_input(v.box, 40'000, &in_ended));
    REQUIRE(co_await have_slowed(v.between, 2));
    for (int i = 0; i < 5; ++i) {
        auto r = co_await v.box.exec(command("echo", "quick"));
        CHECK(r.out == "quick\n");
    }
    CHECK_FALSE(out_ended);
    CHECK_FALSE(in_ended);
    CHECK(co_await both.all_ended());
    CHECK(both.good == 2);
    CHECK(clock::now() - began > 1900ms);
    CHECK(clock::now() - began < 20s);
    co_await box.remove(remove_options().force());
}

// Handshakes that do not come to an end.

asio::awaitable<void> stalled_exec(world& w, std::string id, std::size_t after, errc expected) {
    visitor v(w, id);
    co_await v.arrive();
    v.between.choose([after](int) { return end_of(fault::silence, down, after); });
    const auto began = clock::now();
    auto r = co_await as_result(
        v.box.exec(command("true"), exec_options().timeout(60s).connect_timeout(600ms)));
    const auto took = clock::now() - began;
    CHECK(took >= 600ms);
    CHECK(took < 600ms + 1s);
    REQUIRE_FALSE(r);
    CAPTURE(r.error().to_string());
    CHECK(r.error().code == expected);
    CHECK(v.between.faults().at("silence") >= 1);
}

asio::awaitable<void> stalled_call(world& w, std::string id, std::size_t after) {
    gate between(w.context.get_executor(), w.local.port());
    auto settings = through(between, w.local.eci_config());
    settings.timeout(600ms);
    eci::client client(w.context.get_executor(), settings);
    between.choose([after](int) { return end_of(fault::silence, down, after); });
    const auto began = clock::now();
    auto r = co_await as_result(client.describe(id));
    CHECK(clock::now() - began < 600ms + 1s);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == errc::timeout);
    between.clear();
    auto again = co_await client.describe(id);
    CHECK(again.id == id);
}

asio::awaitable<void> stalled(world& w) {
    auto box = co_await ready_box(w.client);
    for (std::size_t after : {std::size_t(0), std::size_t(100)}) {
        CAPTURE(after);
        co_await stalled_exec(w, box.id(), after, errc::timeout);
        co_await stalled_call(w, box.id(), after);
    }
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("chaos: a TLS stream that is cut at any byte is no success, kubelet") {
    in_world(encrypted(), truncated_everywhere);
}
TEST_CASE("chaos: a TLS stream that is cut at any byte is no success, silent wire") {
    in_world(encrypted(server::wire::silent), truncated_everywhere);
}
TEST_CASE("chaos: an end without close_notify in mid-stream is a loss") {
    in_world(encrypted(), truncated);
}
TEST_CASE("chaos: the same where a close is all the wire has for an end") {
    in_world(encrypted(server::wire::raw), truncated);
}
TEST_CASE("chaos: the server's direction ends in mid-stream") {
    in_world(encrypted(), half_closed_by_server);
}
TEST_CASE("chaos: the client's direction ends in mid-stream") {
    in_world(encrypted(), half_closed_by_client);
}
TEST_CASE("chaos: 20 kB/s deliver every byte and delay nobody else") {
    in_world(encrypted(), throttled);
}
TEST_CASE("chaos: a handshake that stalls ends at its own clock") {
    in_world(encrypted(), stalled);
}
TEST_CASE("chaos: an upgrade that is not answered ends at its own clock, over plain TCP") {
    in_world(server::options().runtime(server::process()), stalled);
}
