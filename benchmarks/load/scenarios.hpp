// The scenarios, written once: each client under test brings a `Session` with
//   static awaitable<std::shared_ptr<Session>> connect(std::shared_ptr<Session::environment>)
//   awaitable<std::string_view> read()   one message, valid until the next read
//   awaitable<void> write(std::string)   one message
//   bool resumed() const
// The peer is bench_ws_server: "send SIZE COUNT BATCH" asks for COUNT messages of SIZE bytes,
// "tick SIZE COUNT PAUSE_US" for one every PAUSE_US that begins with its sending time; anything
// else is echoed.
#ifndef ECISBX_BENCHMARKS_SCENARIOS_HPP
#define ECISBX_BENCHMARKS_SCENARIOS_HPP

#include "load/heap_count.hpp"
#include "load/measure.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>

namespace bench {

namespace asio = boost::asio;

/// Counts coroutines down; the last one wakes who waits.
class countdown {
public:
    countdown(const asio::any_io_executor& executor, std::size_t count)
        : timer_(executor, asio::steady_timer::time_point::max()), left_(count) {}
    void done() {
        if (--left_ == 0) timer_.cancel();
    }
    void failed(std::exception_ptr e) {
        failure_ = e;
        timer_.cancel();
    }
    asio::awaitable<void> wait() {
        boost::system::error_code ignored;
        if (left_ > 0 && !failure_)
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    asio::steady_timer timer_;
    std::size_t left_;
    std::exception_ptr failure_;
};

template <class Session>
struct load {
    using session_ptr = std::shared_ptr<Session>;
    using environment_ptr = std::shared_ptr<typename Session::environment>;

    environment_ptr environment;
    std::vector<session_ptr> sessions;
    std::size_t messages = 0, size = 0, batch = 0, pause_us = 0;
    std::vector<double> latencies;
    std::string expected;

    static void start(const asio::any_io_executor& executor, asio::awaitable<void> what,
                      std::shared_ptr<countdown> count) {
        asio::co_spawn(executor, std::move(what),
                       [count](std::exception_ptr e) { e ? count->failed(e) : count->done(); });
    }

    asio::awaitable<void> connect_some(std::size_t* next) {
        while (*next < sessions.size()) {
            std::size_t mine = (*next)++;
            sessions[mine] = co_await Session::connect(environment);
        }
    }
    asio::awaitable<void> open(std::size_t count, std::size_t at_once) {
        auto executor = co_await asio::this_coro::executor;
        sessions.resize(count);
        std::size_t next = 0;
        auto all = std::make_shared<countdown>(executor, at_once);
        for (std::size_t i = 0; i < at_once; ++i) start(executor, connect_some(&next), all);
        co_await all->wait();
    }

    /// What an idle stream of a program does: it waits in a read.
    static asio::awaitable<void> park(session_ptr on) { co_await on->read(); }

    /// Every byte is looked at: a fast client that reads something else is not fast.
    void check(std::string_view message) const {
        if (message != expected) throw std::runtime_error("a message is not what was sent");
    }
    asio::awaitable<void> receive(session_ptr from) {
        co_await from->write("send " + std::to_string(size) + " " + std::to_string(messages) + " " +
                             std::to_string(batch));
        for (std::size_t i = 0; i < messages; ++i) {
            std::string_view message = co_await from->read();
            check(message);
        }
    }
    asio::awaitable<void> receive_on_all() {
        auto executor = co_await asio::this_coro::executor;
        auto all = std::make_shared<countdown>(executor, sessions.size());
        for (auto& s : sessions) start(executor, receive(s), all);
        co_await all->wait();
    }

    asio::awaitable<void> receive_ticks(session_ptr from) {
        co_await from->write("tick " + std::to_string(size) + " " + std::to_string(messages) + " " +
                             std::to_string(pause_us));
        for (std::size_t i = 0; i < messages; ++i) {
            std::string_view message = co_await from->read();
            double sent = 0;
            std::memcpy(&sent, message.data(), sizeof sent);
            latencies.push_back(wall_us() - sent);
        }
    }
    asio::awaitable<void> tick_on_all() {
        auto executor = co_await asio::this_coro::executor;
        auto all = std::make_shared<countdown>(executor, sessions.size());
        for (auto& s : sessions) start(executor, receive_ticks(s), all);
        co_await all->wait();
    }

    /// One message under way at a time, on one stream after the other.
    asio::awaitable<void> echo_in_turn(std::size_t rounds) {
        for (std::size_t i = 0; i < rounds; ++i) {
            auto& s = sessions[i % sessions.size()];
            co_await s->write(expected);
            std::string_view message = co_await s->read();
            check(message);
        }
    }
};

/// What the process and the kernel hold at one moment.
struct footprint {
    double resident = resident_kb();
    heap_count heap = live_heap(), openssl = live_heap_of_openssl();
    std::optional<double> kernel = kernel_sockets_kb();
};

inline void report_growth(const footprint& before, double streams, report& out) {
    const footprint now;
    auto kb_each = [streams](double from, double to) { return (to - from) / 1024 / streams; };
    out.add("kb_per_stream", (now.resident - before.resident) / streams);
    const double heap = kb_each(before.heap.bytes, now.heap.bytes);
    const double openssl = kb_each(before.openssl.bytes, now.openssl.bytes);
    out.add("heap_kb_per_stream", heap);
    out.add("openssl_kb_per_stream", openssl);
    out.add("ours_kb_per_stream", heap - openssl);
    out.add("blocks_per_stream", (now.heap.blocks - before.heap.blocks) / streams);
    // Both ends are on this machine.
    if (before.kernel && now.kernel)
        out.add("kernel_kb_per_connection", (*now.kernel - *before.kernel) / streams);
}

template <class Session>
asio::awaitable<void> idle(load<Session>& l, const arguments& a, report& out) {
    auto executor = co_await asio::this_coro::executor;
    std::size_t streams = a.number("streams", 1000);
    const auto count = static_cast<double>(streams);
    co_await l.open(1, 1);  // everything that is made once
    auto first = std::move(l.sessions);
    const footprint before;
    double cpu = process_cpu_us(), wall = wall_us();
    co_await l.open(streams, std::min<std::size_t>(streams, 64));
    out.add("cpu_us_per_connect", (process_cpu_us() - cpu) / count);
    out.add("connects_per_s", count / (wall_us() - wall) * 1e6);
    std::size_t resumed = 0;
    for (auto& s : l.sessions) resumed += s->resumed() ? 1 : 0;
    out.add("resumed_share", static_cast<double>(resumed) / count);
    for (auto& s : l.sessions) asio::co_spawn(executor, l.park(s), asio::detached);
    // The first second is not rest: what was needed to open is let go of then.
    const auto seconds = a.number("seconds", 2);
    asio::steady_timer rest(executor, std::chrono::seconds(seconds > 0 ? 2 : 0));
    co_await rest.async_wait(asio::use_awaitable);
    cpu = process_cpu_us();
    rest.expires_after(std::chrono::seconds(seconds));
    co_await rest.async_wait(asio::use_awaitable);
    if (seconds > 0)
        out.add("cpu_us_per_s_at_rest", (process_cpu_us() - cpu) / static_cast<double>(seconds));
    report_growth(before, count, out);
}

/// CPU and time of what `work` does for `count` messages.
template <class Session>
asio::awaitable<void> timed(load<Session>& l, asio::awaitable<void> work, double count,
                            report& out) {
    double cpu = process_cpu_us(), wall = wall_us();
    co_await std::move(work);
    cpu = process_cpu_us() - cpu;
    wall = wall_us() - wall;
    out.add("cpu_us_per_message", cpu / count);
    out.add("messages_per_s", count / wall * 1e6);
    out.add("busy_share", cpu / wall);
    out.add("cpu_s_per_gb", cpu / 1e6 / (count * static_cast<double>(l.size) / 1e9));
    out.add("gb_per_s", count * static_cast<double>(l.size) / 1e3 / wall);
}

template <class Session>
asio::awaitable<void> run_scenario(const arguments& a, report& out) {
    load<Session> l;
    l.environment =
        std::make_shared<typename Session::environment>(co_await asio::this_coro::executor, a);
    l.messages = a.number("messages", 100);
    l.size = a.number("size", 128);
    l.expected.assign(l.size, 'x');
    l.batch = a.number("batch", 100);
    l.pause_us = a.number("pause-us", 100000);
    auto scenario = a.text("scenario");
    std::size_t streams = a.number("streams", 1000);
    out.add("streams", static_cast<double>(streams));
    if (scenario == "idle") {
        co_await idle(l, a, out);
        co_return;
    }
    co_await l.open(streams, std::min<std::size_t>(streams, 64));
    double count = static_cast<double>(streams * l.messages);
    if (scenario == "receive") {
        // Once to warm up: the first messages grow buffers.
        co_await l.receive_on_all();
        co_await timed(l, l.receive_on_all(), count, out);
    } else if (scenario == "echo") {
        co_await l.echo_in_turn(streams);
        co_await timed(l, l.echo_in_turn(l.messages), static_cast<double>(l.messages), out);
    } else if (scenario == "rate") {
        co_await timed(l, l.tick_on_all(), count, out);
        std::sort(l.latencies.begin(), l.latencies.end());
        out.add("p50_us", quantile(l.latencies, 0.5));
        out.add("p99_us", quantile(l.latencies, 0.99));
        out.add("p999_us", quantile(l.latencies, 0.999));
    } else {
        throw std::runtime_error("unknown scenario: " + scenario);
    }
}

template <class Session>
int client_main(int argc, char** argv) {
    try {
        arguments a(argc, argv);
        report out;
        asio::io_context context(1);
        std::exception_ptr failure;
        bool ended = false;
        asio::co_spawn(context, run_scenario<Session>(a, out), [&](std::exception_ptr e) {
            failure = e;
            ended = true;
            context.stop();
        });
        context.run();
        if (failure) std::rethrow_exception(failure);
        if (!ended) throw std::runtime_error("the scenario did not end");
        out.print();
        std::cout.flush();
        std::_Exit(0);  // closing 10,000 streams is not what is measured
    } catch (const std::exception& e) {
        std::cerr << argv[0] << ": " << e.what() << '\n';
        return 1;
    }
}

}  // namespace bench

#endif
