#include "simulation/scene.hpp"

#include "common/pending.hpp"
#include "net/wait.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace ecisbx::sim {
namespace {

using clock = std::chrono::steady_clock;

// What a call may take beyond its deadline; at the very second counts as in time.
constexpr auto grace = std::chrono::milliseconds(1001);

eci::config settings_for(scene& s, const world& in) {
    auto& choose = s.choose;
    auto settings = in.cloud.config(choose.chance(0.3) ? "localhost" : "127.0.0.1");
    settings.timeout(milliseconds(choose.between(5'000, 60'000)));
    settings.max_connections(static_cast<unsigned>(choose.between(1, 8)));
    settings.offer_subprotocols(choose.chance(0.8));
    if (choose.chance(0.3)) settings.no_quota();
    return settings;
}

}  // namespace

scene::scene(world& in, std::uint64_t seed, weather how)
    : here(in),
      sky(how),
      choose(seed, 4),
      client(in.context.get_executor(), settings_for(*this, in)) {}

const ran* scene::find(std::uint64_t key) const {
    for (const auto& [id, one] : here.boxes.execs)
        if (one.marker == std::to_string(key)) return &one;
    return nullptr;
}

void scene::fail(const std::string& doing, const std::string& what) {
    here.fail(doing + ": " + what);
}

asio::awaitable<void> pause(milliseconds length) {
    co_await net::sleep_for(length, core::deadline::never());
}

call call_for(scene& in, const std::string& name, milliseconds limit, unsigned latest) {
    call how;
    how.name = name;
    how.limit = limit;
    if (in.choose.chance(0.15)) how.cancel = milliseconds(in.choose.scaled(latest));
    return how;
}

asio::awaitable<void> make_call(scene_ptr in, call how, asio::awaitable<void> what) {
    auto state = std::make_shared<test::pending>(co_await asio::this_coro::executor);
    auto began = clock::now();
    test::launch(state, std::move(what));
    auto until = core::deadline(began + how.limit + grace);
    auto cancel_at = how.cancel ? core::deadline(began + *how.cancel) : core::deadline::never();
    bool late = false, cancelled = false;
    while (!state->ended) {
        bool expired = false;
        try {
            co_await state->changed.wait(late ? core::deadline::never() : until.sooner(cancel_at));
        } catch (const error&) {
            expired = true;
        }
        if (!expired || state->ended) continue;
        if (!cancelled && cancel_at.expired()) {
            cancelled = true;
            cancel_at = core::deadline::never();
            in->here.system.notes().note("cancel " + how.name);
            until = until.sooner(core::deadline::after(grace));
            state->cancel.emit(asio::cancellation_type::terminal);
        } else if (until.expired()) {
            late = true;
            in->fail(how.name, cancelled ? "did not end when it was cancelled"
                                         : "did not end by its deadline and a second");
        }
    }
    auto end = test::ending_of(state->failure);
    in->here.system.notes().note(how.name + ": " + end.text);
    ++in->here.ends[how.name + ": " + end.text];
    if (end.foreign) in->fail(how.name, "threw what is none of its errors: " + end.text);
    bool too_short = how.short_of_time && end.why && end.why->code == errc::timeout;
    if (in->fair() && state->failure && !cancelled && !too_short)
        in->fail(how.name, "failed without a reason: " + end.text);
}

}  // namespace ecisbx::sim
