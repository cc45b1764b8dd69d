// Real sockets, a real server, and a gate between that breaks about half of all connections, in
// every way and at any byte, while many operations run. What every operation promises holds
// whatever happens, and when the gate is well again everything works.
// ECISBX_TEST_CHAOS_SEED=N replays a seed: the same operations and the same fates of connections,
// by their number; which operation meets which is up to the machine.
#include "chaos_scene.hpp"
#include "common/crowd.hpp"
#include "common/gate.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace ecisbx::test::chaos;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t workers = 12, operations_each = 7;
constexpr std::uint64_t fair_keys = 10'000;  // those of operations behind the faults
// Of `scene::random_for`; operations have keys below them.
constexpr std::uint64_t fates_key = 1'000'000, order_key = 2'000'000, wire_key = 3'000'000;

/// What the connections of a block meet, in an order of their own for each block: no kind is left
/// to luck.
enum class kind { good, slow, late, finish, reset, half_up, half_down, silence, spoil };
constexpr std::array block = {kind::good,      kind::good,    kind::good,    kind::good,
                              kind::good,      kind::slow,    kind::slow,    kind::late,
                              kind::late,      kind::finish,  kind::finish,  kind::reset,
                              kind::reset,     kind::half_up, kind::half_up, kind::half_down,
                              kind::half_down, kind::silence, kind::spoil,   kind::spoil};

kind kind_of(std::uint64_t number) {
    auto order = block;
    sim::random choose(seed(), order_key + number / order.size());
    for (auto i = order.size() - 1; i > 0; --i) std::swap(order[i], order[choose.below(i + 1)]);
    return order[number % order.size()];
}

/// Of the handshakes, or behind them. Few connections carry more than some kB to the server.
std::size_t some_bytes(sim::random& choose, bool up) {
    if (choose.chance(0.35)) return choose.scaled(up ? 1'000 : 4'000);
    return choose.between(up ? 700 : 2'500, up ? 4'000 : 20'000);
}

fate half_of(sim::random& choose, bool up) {
    fate meets;
    meets.what = fault::half;
    meets.up = up;
    meets.after = some_bytes(choose, up);
    return meets;
}

fate fate_of(std::uint64_t number, bool tls) {
    sim::random choose(seed(), fates_key + number);
    fate meets;
    meets.up = choose.chance(0.4);
    meets.after = some_bytes(choose, meets.up);
    switch (kind_of(number)) {
        case kind::good: break;
        case kind::slow:
            meets.up_rate = choose.between(10'000, 100'000);
            meets.down_rate = choose.between(10'000, 100'000);
            break;
        case kind::late: meets.delay = milliseconds(choose.between(5, 250)); break;
        case kind::finish: meets.what = fault::finish; break;
        case kind::reset: meets.what = fault::reset; break;
        case kind::half_up: return half_of(choose, true);
        case kind::half_down: return half_of(choose, false);
        case kind::silence:
            meets.what = fault::silence;
            // Rare, for it costs time: most of them come true.
            if (choose.chance(0.75)) meets.after = choose.scaled(meets.up ? 300 : 1'000);
            break;
        case kind::spoil: meets.what = tls ? fault::spoil : fault::finish; break;
    }
    return meets;
}

asio::awaitable<void> some_operation(scene_ptr in, std::uint64_t which, std::uint64_t key) {
    switch (which) {
        case 0:
        case 1: return some_exec(std::move(in), key);
        case 2:
        case 3: return some_stream(std::move(in), key);
        case 4: return some_sleep(std::move(in), key);
        case 5:
        case 6: return some_file(std::move(in), key);
        case 7: return some_job(std::move(in), key);
        case 8: return some_creation(std::move(in), key);
        default: return some_reads(std::move(in), key);
    }
}
constexpr std::uint64_t kinds_of_operations = 10;

asio::awaitable<void> work(scene_ptr in, std::uint64_t worker) {
    for (std::uint64_t i = 0; i < operations_each; ++i) {
        const auto which = (worker * 3 + i) % kinds_of_operations;
        co_await some_operation(in, which, 1 + worker * operations_each + i);
    }
}

asio::awaitable<void> all_works_again(scene_ptr in) {
    in->fair = true;
    crowd all(in->here.context.get_executor());
    for (std::uint64_t which = 0; which < kinds_of_operations; ++which)
        all.add(some_operation(in, which, fair_keys + which));
    REQUIRE(co_await all.all_ended(100s));
    for (const auto& why : all.failures) in->fail("again", why.to_string());
}

asio::awaitable<void> check_runs(scene_ptr in) {
    std::istringstream ran(co_await in->direct.read_file("/tmp/ran"));
    std::map<std::uint64_t, int> times;
    for (std::uint64_t key = 0; ran >> key;) ++times[key];
    CHECK(times.size() > 10);
    for (const auto& [key, count] : times) {
        CAPTURE(key);
        CHECK(count == 1);
        CHECK_FALSE(in->not_run.contains(key));
    }
    for (const auto key : in->ran) {
        CAPTURE(key);
        CHECK(times.contains(key));
    }
}

asio::awaitable<void> check_files(scene_ptr in) {
    CHECK(!in->files.empty());
    for (const auto& one : in->files) {
        const auto now = co_await in->direct.read_file(one.path);
        CAPTURE(one.path);
        CHECK((now == one.before || now == one.after));
    }
}

asio::awaitable<void> check_groups(scene_ptr in) {
    CHECK(!in->groups.empty());
    for (const auto& name : in->groups) {
        auto there = co_await in->here.client.list(eci::list_options().name(name));
        CHECK(there.total_count <= 1);
        for (const auto& group : there.groups)
            co_await in->here.client.remove(group.id, remove_options().force());
    }
}

void check_faults(const gate& g, bool tls) {
    auto faults = g.faults();
    std::string told;
    for (const auto& [name, count] : faults) told += name + " " + std::to_string(count) + ", ";
    MESSAGE("faults: " << told << "seed " << seed());
    for (const std::string name :
         {"finish", "reset", "half up", "half down", "silence", "throttled", "delayed"}) {
        CAPTURE(name);
        CHECK(faults[name] > 0);
    }
    if (tls) CHECK(faults["spoil"] > 0);
}

void tell_ends(const scene& in) {
    std::string told;
    for (const auto& [name, count] : in.ends) told += name + " " + std::to_string(count) + ", ";
    MESSAGE("ends: " << told);
    for (const auto& one : in.failures) FAIL_CHECK(one);
}

/// It has come to the end that is hardest to tell: with some of the bytes.
void check_losses(scene& in) {
    CHECK(in.ends["exec: complete"] + in.ends["bash: complete"] > 0);
    CHECK(in.ends["start: complete"] > 0);
    CHECK(in.ends["exec: not complete"] + in.ends["bash: not complete"] +
              in.ends["start: not complete"] >
          0);
}

/// The loop is watched until the test's end, however it ends.
struct watched {
    explicit watched(scene_ptr s) : in(std::move(s)) {
        asio::co_spawn(in->here.context, scene::watch(in), asio::detached);
    }
    ~watched() { in->stop = true; }
    watched(const watched&) = delete;
    watched& operator=(const watched&) = delete;
    scene_ptr in;
};

asio::awaitable<void> chaos_in(world& w) {
    const bool tls = w.local.endpoint().starts_with("https");
    gate g(w.context.get_executor(), w.local.port());
    auto in = std::make_shared<scene>(w, g);
    const watched loop(in);
    in->direct = co_await ready_box(w.client);
    in->box = in->client.attach(in->direct.id());
    co_await in->direct.write_file("/tmp/noise", in->noise);

    g.choose([tls](int number) { return fate_of(static_cast<std::uint64_t>(number), tls); });
    crowd all(w.context.get_executor());
    for (std::uint64_t i = 0; i < workers; ++i) all.add(work(in, i));
    REQUIRE(co_await all.all_ended(100s));
    for (const auto& why : all.failures) in->fail("past the gate", why.to_string());
    g.clear();
    co_await all_works_again(in);
    tell_ends(*in);
    check_losses(*in);
    check_faults(g, tls);
    co_await check_runs(in);
    co_await check_files(in);
    co_await check_groups(in);
    co_await in->box.remove(remove_options().force());
}

server::options chaotic() {
    constexpr std::array wires = {server::wire::kubelet, server::wire::v4, server::wire::v5,
                                  server::wire::silent};
    sim::random choose(seed(), wire_key);
    return server::options().runtime(server::bubblewrap()).wire(wires[choose.below(wires.size())]);
}

void run_chaos(server::options settings) {
    const auto replay = "ECISBX_TEST_CHAOS_SEED=" + std::to_string(seed());
    CAPTURE(replay);
    in_world(std::move(settings), chaos_in);
    CHECK(processes_with(mark()).empty());
}

}  // namespace

TEST_CASE("chaos: everything at once, over TLS") {
    run_chaos(chaotic().tls());
}
TEST_CASE("chaos: everything at once, over plain TCP") {
    run_chaos(chaotic());
}
