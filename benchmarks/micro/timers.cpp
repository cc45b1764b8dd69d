// What deadlines of many streams cost: a timer of Asio for each, as src/net has it, beside a timer
// wheel. docs/decisions/0011-timers.md draws the conclusion.
#include <benchmark/benchmark.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <malloc.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <random>

namespace {

namespace asio = boost::asio;
using clock_type = std::chrono::steady_clock;
using namespace std::chrono_literals;

// Between 20 and 30 s ahead, as keep-alive deadlines are.
class far_ahead {
public:
    clock_type::time_point operator()() {
        return clock_type::now() + 20s + std::chrono::milliseconds(random_() % 10'000);
    }

private:
    std::minstd_rand random_{1};
};

// The wheel that would be ours: 4,096 slots of 16 ms, a list of streams in each, one Asio timer to
// turn it.
class wheel {
public:
    struct entry : boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
        clock_type::time_point at;
    };
    static constexpr auto tick = 16ms;

    void arm(entry& one, clock_type::time_point at) {
        one.unlink();
        one.at = at;
        const auto number = static_cast<std::size_t>(at.time_since_epoch() / tick);
        slots_[number % slots_.size()].push_back(one);
    }
    /// Looks at one slot; how many of its entries are due.
    std::size_t turn(std::size_t number, clock_type::time_point now) {
        std::size_t due = 0;
        for (auto& one : slots_[number % slots_.size()]) due += one.at <= now;
        return due;
    }

private:
    using slot = boost::intrusive::list<entry, boost::intrusive::constant_time_size<false>>;
    std::array<slot, 4096> slots_;
};

struct asio_timers {
    explicit asio_timers(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) arm(timers.emplace_back(context));
    }
    void arm(asio::steady_timer& one) {
        one.expires_at(ahead());
        one.async_wait([this](const auto&) { ++ended; });
    }
    asio::io_context context{1};
    far_ahead ahead;
    std::size_t ended = 0;
    std::deque<asio::steady_timer> timers;
};

// One deadline is moved: the wait is cancelled, its handler runs, a new one begins.
void timer_per_stream_moved(benchmark::State& state) {
    asio_timers all(static_cast<std::size_t>(state.range(0)));
    std::size_t next = 0;
    for (auto _ : state) {
        all.arm(all.timers[next++ % all.timers.size()]);
        all.context.poll_one();
    }
    state.SetItemsProcessed(state.iterations());
}

void wheel_moved(benchmark::State& state) {
    wheel all;
    far_ahead ahead;
    std::deque<wheel::entry> entries(static_cast<std::size_t>(state.range(0)));
    std::size_t next = 0;
    for (auto _ : state) all.arm(entries[next++ % entries.size()], ahead());
    state.SetItemsProcessed(state.iterations());
}

// All are due: per timer, from the expiry to its handler's end.
void timer_per_stream_expired(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    asio_timers all(count);
    for (auto& one : all.timers) one.cancel();
    all.context.poll();
    for (auto _ : state) {
        state.PauseTiming();
        all.context.restart();  // it stops when nothing is left to wait for
        for (auto& one : all.timers) {
            one.expires_at(clock_type::now());
            one.async_wait([&all](const auto&) { ++all.ended; });
        }
        all.ended = 0;
        state.ResumeTiming();
        while (all.ended < count) all.context.poll();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

// A second of a wheel at rest: 62 ticks, each with its Asio timer, and 10,000 entries looked at in
// the slots as they come by.
void wheel_at_rest_for_a_second(benchmark::State& state) {
    wheel all;
    far_ahead ahead;
    std::deque<wheel::entry> entries(static_cast<std::size_t>(state.range(0)));
    for (auto& one : entries) all.arm(one, ahead());
    asio::io_context context(1);
    asio::steady_timer turner(context);
    std::size_t number = 0, due = 0;
    for (auto _ : state)
        for (int tick = 0; tick < 62; ++tick) {
            turner.expires_at(clock_type::now());
            turner.async_wait([](const auto&) {});
            context.restart();
            context.run();
            due += all.turn(number++, clock_type::now());
        }
    benchmark::DoNotOptimize(due);
}

void timer_per_stream_memory(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    double bytes = 0;
    for (auto _ : state) {
        const auto before = ::mallinfo2().uordblks;
        asio_timers all(count);
        bytes = static_cast<double>(::mallinfo2().uordblks - before) / static_cast<double>(count);
    }
    state.counters["bytes_per_timer"] = bytes;
}

BENCHMARK(timer_per_stream_moved)->Arg(100)->Arg(1000)->Arg(10'000);
BENCHMARK(wheel_moved)->Arg(100)->Arg(1000)->Arg(10'000);
BENCHMARK(timer_per_stream_expired)->Arg(10'000)->Iterations(20);
BENCHMARK(wheel_at_rest_for_a_second)->Arg(10'000);
BENCHMARK(timer_per_stream_memory)->Arg(10'000)->Iterations(3);

}  // namespace
