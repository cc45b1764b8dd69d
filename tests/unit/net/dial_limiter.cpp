#include "net/dial_limiter.hpp"

#include "net/dial.hpp"
#include "net/http_pool.hpp"
#include "net/http_server.hpp"
#include "net/wait.hpp"
#include "unit/net/harness.hpp"
#include "unit/net/servers.hpp"

#include <sys/resource.h>

#include <memory>
#include <string>
#include <vector>

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using limiter_ptr = std::shared_ptr<net::dial_limiter>;

limiter_ptr limiter_of(harness& h, std::size_t most) {
    return std::make_shared<net::dial_limiter>(h.ctx.get_executor(), most, [] { return 0.5; });
}

enum class ends { well, badly, given_up };

struct turns {
    std::vector<int> order;
    std::size_t now = 0, most = 0;
    bool open = false;
};

asio::awaitable<void> take_turn(limiter_ptr limiter, turns* seen, int name, ends how) {
    auto turn = co_await net::dial_limiter::enter(limiter, soon());
    seen->order.push_back(name);
    seen->most = std::max(seen->most, ++seen->now);
    do {
        co_await net::sleep_for(1ms, soon());
    } while (!seen->open);
    --seen->now;
    if (how == ends::well) turn.succeeded();
    if (how == ends::badly) turn.failed("nobody is there");
}

asio::awaitable<void> wait_in_vain(limiter_ptr limiter, core::deadline until, error_info* into) {
    auto waiting = net::dial_limiter::enter(std::move(limiter), until);
    auto outcome = co_await as_result(std::move(waiting));
    REQUIRE_FALSE(outcome.has_value());
    *into = outcome.error();
}

asio::awaitable<void> hold_one(asio::any_io_executor executor,
                               std::shared_ptr<const net::dialer> how, net::origin where,
                               std::vector<net::stream>* into) {
    auto made = co_await net::dial(executor, how, where, soon());
    co_await made.write(asio::buffer("!", 1), soon());
    co_await read_exactly(&made, 1);  // the session's tickets come with it
    into->push_back(std::move(made));
}

asio::awaitable<void> fail_one(asio::any_io_executor executor,
                               std::shared_ptr<const net::dialer> how, net::origin where,
                               core::deadline until, std::vector<error_info>* into) {
    auto dialling = net::dial(executor, how, where, until);
    auto outcome = co_await as_result(std::move(dialling));
    REQUIRE_FALSE(outcome.has_value());
    into->push_back(outcome.error());
}

std::shared_ptr<net::dialer> dialer_with(limiter_ptr limiter) {
    auto how = std::make_shared<net::dialer>();
    how->limiter = std::move(limiter);
    return how;
}

}  // namespace

TEST_CASE("dial_limiter: in the order of the calls, so many at once, however they end") {
    for (ends how : {ends::well, ends::badly, ends::given_up}) {
        harness h;
        auto limiter = limiter_of(h, 3);
        turns seen;
        std::vector<int> expected;
        for (int i = 0; i < 20; ++i) {
            expected.push_back(i);
            h.spawn(take_turn(limiter, &seen, i, how));
        }
        h.ctx.poll();
        CHECK(limiter->in_use() == 3);
        CHECK(limiter->waiting() == 17);
        seen.open = true;
        h.run();
        CHECK(seen.order == expected);
        CHECK(seen.most == 3);
        CHECK(limiter->in_use() == 0);
        h.ctx.restart();
        h.ctx.run();  // no timer is left
    }
}

TEST_CASE("dial_limiter: who waits too long is told for what, and leaves the queue") {
    harness h;
    auto limiter = limiter_of(h, 1);
    turns seen;
    error_info failure;
    h.spawn(take_turn(limiter, &seen, 1, ends::badly));
    h.spawn(wait_in_vain(limiter, core::deadline::after(10ms), &failure));
    while (failure.message.empty()) h.ctx.run_one();
    CHECK(failure.code == errc::timeout);
    CHECK(failure.message.find("dial slot") != std::string::npos);
    CHECK(failure.message.find("max_dials") != std::string::npos);
    CHECK(failure.message.find("the last attempt") == std::string::npos);
    CHECK(limiter->waiting() == 0);
    seen.open = true;
    h.run();
    failure = {};
    seen.open = false;
    h.ctx.restart();
    h.spawn(take_turn(limiter, &seen, 2, ends::well));
    h.spawn(wait_in_vain(limiter, core::deadline::after(30ms), &failure));
    while (failure.message.empty()) h.ctx.run_one();
    CHECK(failure.message.find("failed: nobody is there") != std::string::npos);
    seen.open = true;
    h.run();
}

TEST_CASE("dial_limiter: cancelled at every step, no slot is lost") {
    bool completed = false;
    for (int steps = 0; !completed; ++steps) {
        REQUIRE(steps < 200);
        harness h;
        auto limiter = limiter_of(h, 1);
        turns seen;
        seen.open = true;
        cancellable second;
        h.spawn(take_turn(limiter, &seen, 1, ends::badly));
        second.start(h.ctx, take_turn(limiter, &seen, 2, ends::well));
        h.spawn(take_turn(limiter, &seen, 3, ends::well));
        for (int i = 0; i < steps && !second.ended; ++i) h.ctx.run_one();
        completed = second.ended;
        second.cancel();
        h.run();
        while (!second.ended) h.ctx.run_one();
        CHECK(seen.order.back() == 3);
        CHECK(limiter->in_use() == 0);
        CHECK(limiter->waiting() == 0);
    }
}

TEST_CASE("dial_limiter: frames that are destroyed with their context") {
    auto h = std::make_unique<harness>();
    auto limiter = limiter_of(*h, 1);
    turns seen;
    for (int i = 0; i < 5; ++i) h->spawn(take_turn(limiter, &seen, i, ends::badly));
    h->ctx.poll();
    REQUIRE(limiter->waiting() == 4);
    std::weak_ptr<net::dial_limiter> watched = limiter;
    limiter.reset();
    h.reset();
    CHECK(watched.expired());
}

TEST_CASE("dial_limiter: 200 TLS dials, never more than the bound at once, the rest resume") {
    const test_ca ca;
    harness h;
    listener server(h.ctx, echo(ca.server({})));
    auto how = dialer_with(limiter_of(h, 5));
    how->tls = ca.client();
    std::vector<net::stream> made;
    const net::origin where{"localhost", server.port(), true};
    for (int i = 0; i < 200; ++i) h.spawn(hold_one(h.ctx.get_executor(), how, where, &made));
    std::size_t most = 0;
    while (made.size() < 200 && h.ctx.run_one_for(10s) > 0)
        most = std::max(most, how->limiter->in_use());
    h.run();
    CHECK(most == 5);
    CHECK(how->limiter->in_use() == 0);
    std::size_t resumed = 0;
    for (const auto& one : made) resumed += one.was_resumed();
    CHECK(resumed >= 190);
}

TEST_CASE("dial_limiter: half of the dials are refused") {
    harness h;
    auto how = dialer_with(limiter_of(h, 8));
    listener server(h.ctx, echo(nullptr));
    asio::ip::tcp::socket nobody(h.ctx);
    nobody.open(asio::ip::tcp::v4());
    nobody.bind({asio::ip::address_v4::loopback(), 0});
    const net::origin good{"127.0.0.1", server.port(), false};
    const net::origin bad{"127.0.0.1", nobody.local_endpoint().port(), false};
    const auto before = open_descriptors();
    {
        std::vector<net::stream> made;
        std::vector<error_info> failed;
        for (int i = 0; i < 200; ++i) {
            h.spawn(hold_one(h.ctx.get_executor(), how, good, &made));
            h.spawn(fail_one(h.ctx.get_executor(), how, bad, soon(), &failed));
        }
        h.run();
        CHECK(made.size() == 200);
        REQUIRE(failed.size() == 200);
        for (const auto& why : failed) {
            REQUIRE(why.code == errc::connection);
            REQUIRE(why.message.find("refused") != std::string::npos);
        }
        CHECK(how->limiter->in_use() == 0);
    }
    const auto give_up = core::clock::now() + 10s;
    while (open_descriptors() != before && core::clock::now() < give_up) h.ctx.run_one_for(1s);
    CHECK(open_descriptors() == before);
}

TEST_CASE("dial_limiter: a slot that does not come before the deadline, seen from a dial") {
    harness h;
    auto how = dialer_with(limiter_of(h, 1));
    turns seen;
    std::vector<error_info> failed;
    h.spawn(take_turn(how->limiter, &seen, 1, ends::well));
    const net::origin where{"127.0.0.1", 9, false};
    h.spawn(fail_one(h.ctx.get_executor(), how, where, core::deadline::after(10ms), &failed));
    while (failed.empty()) h.ctx.run_one();
    CHECK(failed[0].code == errc::timeout);
    CHECK(failed[0].message.find("127.0.0.1:9") != std::string::npos);
    CHECK(failed[0].message.find("dial slot") != std::string::npos);
    seen.open = true;
    h.run();
}

TEST_CASE("dial_limiter: out of descriptors a dial says which limit and how to raise it") {
    harness h;
    auto how = dialer_with(limiter_of(h, 4));
    std::vector<error_info> failed;
    h.ctx.poll();
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    rlimit none = limit;
    none.rlim_cur = 3;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    for (const char* host : {"127.0.0.1", "localhost"}) {
        const net::origin where{host, 9, false};
        h.spawn(fail_one(h.ctx.get_executor(), how, where, soon(), &failed));
    }
    h.run();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    REQUIRE(failed.size() == 2);
    for (const auto& why : failed) {
        CHECK(why.code == errc::no_descriptors);
        CHECK(why.cause == asio::error::no_descriptors);
        CHECK(why.message.find("RLIMIT_NOFILE is 3 (hard limit " + std::to_string(limit.rlim_max) +
                               ")") != std::string::npos);
        CHECK(why.message.find("ulimit -n") != std::string::npos);
        CHECK(why.message.find("LimitNOFILE=") != std::string::npos);
    }
}

}  // namespace ecisbx::test
