#include "chaos_scene.hpp"

#include "common/pending.hpp"
#include "common/transfer_check.hpp"
#include "core/deadline.hpp"
#include "net/wait.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include <boost/asio/this_coro.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace ecisbx::test::chaos {
namespace {

using clock = std::chrono::steady_clock;

// What a call may take beyond its deadline. The library itself waits up to that very second for a
// kill to be confirmed, so what timers are late by comes on top.
constexpr milliseconds grace(1000);
// Of the watch over the event loop.
constexpr milliseconds beat(10), noticed(2);
constexpr milliseconds too_long(20'000);

eci::config settings_for(const gate& between, const world& in) {
    auto settings = through(between, in.local.eci_config());
    settings.timeout(milliseconds(3000)).max_connections(4);
    return settings;
}

bool plausible(const error_info& why, const call& how, bool cancelled) {
    if (how.also && why.code == *how.also) return true;
    if (why.code == errc::canceled) return cancelled;
    return why.code == errc::connection || why.code == errc::timeout || why.code == errc::tls;
}

asio::awaitable<void> wait_for(pending_ptr state, core::deadline until) {
    try {
        co_await state->changed.wait(until);
    } catch (const error& e) {
        if (e.code() != errc::timeout) throw;
    }
}

std::uint64_t choose_seed() {
    if (const char* text = std::getenv("ECISBX_TEST_CHAOS_SEED"))
        return std::strtoull(text, nullptr, 10);
    return 1;
}

}  // namespace

std::uint64_t seed() {
    static const std::uint64_t chosen = choose_seed();
    return chosen;
}

std::string mark() {
    return "ecisbx-chaos-" + std::to_string(::getpid()) + "-";
}
std::string mark(std::uint64_t key) {
    return mark() + std::to_string(key) + "-";
}

std::string notes_run(std::uint64_t key) {
    return "echo " + std::to_string(key) + " >>/tmp/ran; ";
}

scene::scene(world& in, const gate& between)
    : here(in),
      client(in.context.get_executor(), settings_for(between, in)),
      noise(test::noise(100'000)) {}

void scene::fail(const std::string& doing, const std::string& what) {
    failures.push_back(doing + ": " + what);
}

milliseconds scene::away(clock::time_point from) const {
    milliseconds sum(0);
    for (const auto& one : gaps_)
        if (one.end >= from) sum += one.length;
    return sum;
}

asio::awaitable<void> scene::watch(scene_ptr self) {
    while (!self->stop) {
        auto due = clock::now() + beat;
        co_await net::sleep_for(beat, core::deadline::never());
        auto late = std::chrono::duration_cast<milliseconds>(clock::now() - due);
        if (late >= noticed) self->gaps_.push_back({clock::now(), late});
    }
}

call call_for(const scene& in, sim::random& choose, std::string name, milliseconds limit) {
    call how;
    how.name = std::move(name);
    how.limit = limit;
    const auto most = static_cast<std::uint64_t>(std::min(limit.count(), std::int64_t(2000)));
    if (!in.fair && choose.chance(0.1)) how.cancel = milliseconds(choose.scaled(most));
    return how;
}

asio::awaitable<std::optional<error_info>> make_call(scene_ptr in, call how,
                                                     asio::awaitable<void> what) {
    auto state = std::make_shared<pending>(co_await asio::this_coro::executor);
    const auto began = clock::now();
    launch(state, std::move(what));
    auto due = how.limit;
    bool cancelled = false;
    if (how.cancel) {
        const core::deadline at(began + *how.cancel);
        while (!state->ended && !at.expired()) co_await wait_for(state, at);
        cancelled = !state->ended;
        if (cancelled) due = std::min(due, *how.cancel);
        if (cancelled) state->cancel.emit(asio::cancellation_type::terminal);
    }
    const core::deadline hang(began + how.limit + too_long);
    while (!state->ended && !hang.expired()) co_await wait_for(state, hang);
    if (!state->ended) {
        in->fail(how.name, "did not end");
        co_return std::nullopt;
    }
    const auto took = std::chrono::duration_cast<milliseconds>(clock::now() - began);
    if (took > due + grace + in->away(began + due))
        in->fail(how.name, "ended after " + std::to_string(took.count()) + " ms, due was " +
                               std::to_string(due.count()) + (cancelled ? ", cancelled" : ""));
    auto end = ending_of(state->failure);
    ++in->ends[how.name + ": " + end.text];
    if (end.foreign)
        in->fail(how.name, "threw what is none of its errors: " + end.text);
    else if (end.why && (in->fair || !plausible(*end.why, how, cancelled)))
        in->fail(how.name, "failed with " + end.why->to_string());
    co_return std::move(end.why);
}

}  // namespace ecisbx::test::chaos
