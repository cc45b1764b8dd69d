// Streams by the hundreds and thousands: every byte, a bound on memory, and an end without rests.
#include "common/crowd.hpp"
#include "common/forked.hpp"
#include "common/resident.hpp"
#include "common/server_thread.hpp"
#include "common/world.hpp"

#include "net/dial.hpp"
#include "net/http_server.hpp"
#include "net/wait.hpp"
#include "net/websocket.hpp"

#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

// Every stream has bytes of its own.
std::string bytes_of(std::size_t number, std::size_t size) {
    std::string text(size, '\0');
    auto state = static_cast<std::uint32_t>(number * 2654435761u + 1);
    for (char& c : text) {
        state = state * 1664525u + 1013904223u;
        c = static_cast<char>(state >> 24);
    }
    return text;
}

asio::awaitable<void> through_cat(sandbox box, std::string text) {
    auto p = co_await box.start(command("cat"), exec_options().open_stdin());
    co_await p.write(text);
    co_await p.close_stdin();
    auto end = co_await p.wait();
    CHECK(end.ok());
    CHECK(end.out == text);
    CHECK(end.err.empty());
}

asio::awaitable<void> many_through_cat(eci::config settings, std::size_t count) {
    auto executor = co_await asio::this_coro::executor;
    eci::client client(executor, settings);
    auto box = co_await ready_box(client);
    crowd all(executor);
    for (std::size_t i = 0; i < count; ++i) all.add(through_cat(box, bytes_of(i, 1024)));
    CHECK(co_await all.all_ended());
    CHECK(all.good == count);
    for (const auto& why : all.failures) CHECK(why.to_string() == "");
    co_await box.remove(remove_options().force());
}

// AddressSanitizer keeps what was freed for a while, 256 MiB of it.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t slack = std::size_t(400) << 20;
#else
constexpr std::size_t slack = std::size_t(8) << 20;
#endif

constexpr std::size_t output_size = std::size_t(32) << 20;

asio::awaitable<void> start_yes(sandbox box, std::vector<process>* into) {
    auto p = co_await box.start(command("yes", std::to_string(output_size)));
    into->push_back(std::move(p));
}

constexpr std::size_t own_noise = 64 << 10;  // of looking, and of a sanitizer's bookkeeping

asio::awaitable<std::size_t> standing_still() {
    auto last = resident_bytes();
    for (int same = 0; same < 15;) {
        co_await net::sleep_for(20ms, core::deadline::never());
        const auto now = resident_bytes();
        same = now <= last + own_noise ? same + 1 : 0;
        last = now;
    }
    co_return last;
}

asio::awaitable<void> unread_streams(eci::config settings) {
    auto executor = co_await asio::this_coro::executor;
    eci::client client(executor, settings);
    auto box = co_await ready_box(client);
    co_await many_through_cat(settings, 20);  // what is made once is made now
    const auto before = resident_bytes();
    std::vector<process> open;
    crowd all(executor);
    constexpr std::size_t count = 100;
    for (std::size_t i = 0; i < count; ++i) all.add(start_yes(box, &open));
    CHECK(co_await all.all_ended());
    REQUIRE(open.size() == count);
    const auto after = co_await standing_still();
    // As <ecisbx/process.hpp> says; the server's messages have at most 32 KiB.
    constexpr std::size_t bound = count * ((200 + 2 * 32) << 10);
    MESSAGE("each unread stream holds " << (after - std::min(before, after)) / count << " bytes");
    CHECK(after < before + bound + slack);
    // One that is read gives all of its output, while the others stand still.
    std::size_t got = 0;
    while (auto piece = co_await open.back().read()) got += piece->bytes.size();
    CHECK(got == output_size);
    CHECK(resident_bytes() < before + bound + slack);
    open.clear();
    co_await box.remove(remove_options().force());
}

// A WebSocket server that listens and says nothing.
asio::awaitable<void> hold(net::websocket socket) {
    for (;;) {
        auto message = co_await socket.read(core::deadline::never());
        if (!message) co_return;
    }
}

asio::awaitable<net::http_reply> take_over(net::http_request request) {
    net::http_reply reply;
    net::upgrade to;
    to.options.idle = 0s;
    to.session = hold;
    if (net::websocket::is_upgrade(request)) reply = std::move(to);
    co_return reply;
}

forked::served serve_silence(asio::io_context& context) {
    auto server = std::make_shared<net::http_server>(context.get_executor(),
                                                     net::http_server_options(), take_over);
    server->run();
    forked::served made;
    made.told = std::to_string(server->port());
    made.alive = server;
    made.answer = [server, &context](const std::string& command) {
        if (command == "cut") asio::co_spawn(context, server->stop(), [](auto) {});
        return std::to_string(server->connections());
    };
    return made;
}

struct live {
    explicit live(std::size_t& count) : count_(count) { ++count_; }
    ~live() { --count_; }
    live(const live&) = delete;
    live& operator=(const live&) = delete;

private:
    std::size_t& count_;
};

struct many_streams {
    explicit many_streams(asio::io_context& c, const std::string& port) : context(c) {
        how = std::make_shared<net::dialer>();
        how->limiter = std::make_shared<net::dial_limiter>(c.get_executor(), 64);
        where.host = "127.0.0.1";
        where.port = static_cast<std::uint16_t>(std::stoul(port));
        where.tls = false;
    }

    static asio::awaitable<void> stay(many_streams& all) {
        const live me(all.alive);
        auto executor = co_await asio::this_coro::executor;
        auto stream = co_await net::dial(executor, all.how, all.where, core::deadline::never());
        net::websocket::request what;
        what.authority = all.where.authority();
        what.target = "/";
        auto socket = co_await net::websocket::connect(std::move(stream), std::move(what), {},
                                                       core::deadline::never());
        ++all.open;
        co_await socket.read(core::deadline::never());
    }

    void start() {
        signals.push_back(std::make_unique<asio::cancellation_signal>());
        asio::co_spawn(context, stay(*this),
                       asio::bind_cancellation_slot(signals.back()->slot(),
                                                    [this](std::exception_ptr failure) {
                                                        ++ended;
                                                        if (!failure) return;
                                                        const auto why = error_info_from(failure);
                                                        canceled += why.code == errc::canceled;
                                                        cut += why.code == errc::connection;
                                                    }));
    }

    void run_until(const std::function<bool()>& done) {
        const auto give_up = std::chrono::steady_clock::now() + 100s;
        context.restart();
        while (!done() && context.run_one_until(give_up) > 0) continue;
        REQUIRE(done());
    }

    asio::io_context& context;
    std::shared_ptr<net::dialer> how;
    net::origin where;
    std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
    std::size_t alive = 0, open = 0, ended = 0, canceled = 0, cut = 0;
};

// As many as asked for, or as this machine lets a process have.
std::size_t possible_streams(std::size_t wanted) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return std::min<std::size_t>(wanted, limit.rlim_cur - 200);
}

}  // namespace

TEST_CASE("streams: 200 at once through cat, 1 KiB each way, every byte") {
    server_thread server(server::options().tls().runtime(server::process()));
    run(many_through_cat(server.config(), 200));
}

TEST_CASE("streams: what nobody reads has a bound in memory") {
    server_process server(synthetic_server().tls());
    run(unread_streams(server.config()));
}

TEST_CASE("streams: two clients on two threads, a context each") {
    server_thread server(synthetic_server().tls());
    const auto settings = server.config();
    std::vector<std::exception_ptr> failures(2);
    auto work = [&](std::size_t which) {
        try {
            run(many_through_cat(settings, 100));
        } catch (...) {
            failures[which] = std::current_exception();
        }
    };
    std::thread first(work, 0), second(work, 1);
    first.join();
    second.join();
    CHECK(!failures[0]);
    CHECK(!failures[1]);
}

TEST_CASE("streams: 10,000 are cancelled at once and nothing is left") {
    const auto count = possible_streams(10'000);
    forked server(serve_silence);
    const auto before = open_fds();
    {
        asio::io_context context(1);
        many_streams all(context, server.told());
        constexpr std::size_t late = 500;
        for (std::size_t i = late; i < count; ++i) all.start();
        all.run_until([&] { return all.open == count - late; });
        // These are being dialled, or wait for their turn.
        for (std::size_t i = 0; i < late; ++i) all.start();
        all.run_until([&] { return all.alive == count; });
        CHECK(all.how->limiter->in_use() > 0);
        CHECK(all.how->limiter->waiting() > 0);
        const auto began = std::chrono::steady_clock::now();
        for (auto& signal : all.signals) signal->emit(asio::cancellation_type::terminal);
        all.run_until([&] { return all.ended == count; });
        const auto took = std::chrono::steady_clock::now() - began;
        MESSAGE(count << " streams cancelled in "
                      << std::chrono::duration_cast<std::chrono::milliseconds>(took).count()
                      << " ms");
        CHECK(took < 60s);  // a guard against hanging, no measurement
        CHECK(all.canceled == count);
        CHECK(all.alive == 0);
        CHECK(all.how->limiter->in_use() == 0);
        CHECK(all.how->limiter->waiting() == 0);
        // Nothing else keeps the context running, no timer and no coroutine.
        context.poll();
        CHECK(context.stopped());
        CHECK(open_fds() <= before + 3);  // what the context itself has
    }
    CHECK(open_fds() == before);
}

TEST_CASE("streams: a server that goes away ends all 1,000 of them") {
    const auto count = possible_streams(1000);
    forked server(serve_silence);
    const auto before = open_fds();
    {
        asio::io_context context(1);
        many_streams all(context, server.told());
        for (std::size_t i = 0; i < count; ++i) all.start();
        all.run_until([&] { return all.open == count; });
        server.ask("cut");
        all.run_until([&] { return all.ended == count; });
        CHECK(all.alive == 0);
        CHECK(all.cut == count);
        CHECK(open_fds() <= before + 3);
    }
    CHECK(open_fds() == before);
}
