// An exec channel that is cut at every byte: no success without proof, no wrong output, no hang.
#include "common/gate.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

struct tally {
    int whole = 0, lost = 0, refused = 0;
};

void judge(const result<exec_result>& r, tally& sum) {
    if (!r) {
        // Nothing had been seen of the command yet: the call failed as a whole.
        CHECK(r.error().code == errc::connection);
        ++sum.refused;
    } else if (r->complete) {
        CHECK(r->status.exited());
        CHECK(r->status.code() == 7);
        CHECK(r->out == "some output\n");
        CHECK(r->err == "and errors\n");
        ++sum.whole;
    } else {
        // Half of the proof is the status without completeness.
        bool known = r->status == exit_status(end_reason::exited, 7);
        CHECK((known || r->status == exit_status()));
        CHECK(std::string("some output\n").starts_with(r->out));
        CHECK(std::string("and errors\n").starts_with(r->err));
        CHECK(!r->note.empty());
        ++sum.lost;
    }
}

asio::awaitable<void> sweep(world& w, bool reset) {
    gate g(w.context.get_executor(), w.local.port());
    auto settings = w.local.eci_config();
    settings.endpoint("http://127.0.0.1:" + std::to_string(g.port()));
    eci::client client(w.context.get_executor(), settings);
    auto box = co_await ready_box(client);
    g.rule().reset = reset;

    exec_options options;
    options.timeout(20s);
    command what("sh", "-c", "echo some output; echo and errors >&2; exit 7");
    auto r = co_await as_result(box.exec(what, options));
    tally whole;
    judge(r, whole);
    REQUIRE(whole.whole == 1);
    std::size_t all = g.rule().down;
    REQUIRE(all > 100);

    tally sum;
    for (std::size_t n = 0; n <= all + 60; n += (n < 120 ? 17 : 3)) {
        CAPTURE(n);
        g.rule().cut_down = n;
        auto cut = co_await as_result(box.exec(what, options));
        judge(cut, sum);
    }
    CHECK(sum.refused > 0);
    CHECK(sum.lost > 0);
    CHECK(sum.whole > 0);
    g.rule().cut_down = std::numeric_limits<std::size_t>::max();
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> sweep_fin(world& w) {
    co_await sweep(w, false);
}
asio::awaitable<void> sweep_rst(world& w) {
    co_await sweep(w, true);
}

asio::awaitable<void> stalled_network(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto settings = w.local.eci_config();
    settings.endpoint("http://127.0.0.1:" + std::to_string(g.port()));
    eci::client client(w.context.get_executor(), settings);
    auto box = co_await ready_box(client);
    g.rule().stalled = true;
    auto started = std::chrono::steady_clock::now();
    exec_options options;
    options.timeout(60s).idle_timeout(200ms);
    auto r = co_await box.exec(command("sleep", "3"), options);
    CHECK(r.status.end_reason() == end_reason::lost);
    CHECK(std::chrono::steady_clock::now() - started < 5s);
    g.rule().stalled = false;
    co_await box.remove(remove_options().force());
}

server::options with(server::wire w) {
    return server::options().runtime(server::process()).wire(w);
}

}  // namespace

TEST_CASE("cut at every byte, v5") {
    in_world(with(server::wire::v5), sweep_fin);
}
TEST_CASE("cut at every byte, v5, by reset") {
    in_world(with(server::wire::v5), sweep_rst);
}
TEST_CASE("cut at every byte, silent wire") {
    in_world(with(server::wire::silent), sweep_fin);
}
TEST_CASE("a peer that falls silent is taken for gone") {
    in_world(with(server::wire::kubelet), stalled_network);
}
