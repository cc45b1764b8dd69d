#include "net/resolve.hpp"

#include "unit/net/harness.hpp"

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;
namespace ip = asio::ip;
using namespace std::chrono_literals;

struct answer {
    std::vector<ip::address> addresses;
    error_info failure;
};

asio::awaitable<void> ask(asio::any_io_executor executor, std::string host, core::deadline until,
                          answer* into) {
    auto outcome = co_await as_result(net::resolve(executor, host, until));
    if (outcome)
        into->addresses = *outcome;
    else
        into->failure = outcome.error();
}

answer ask_once(harness& h, const std::string& host, core::deadline until) {
    answer got;
    h.run(ask(h.ctx.get_executor(), host, until, &got));
    return got;
}

}  // namespace

TEST_CASE("resolve: literals and localhost need no resolver") {
    harness h;
    CHECK(ask_once(h, "192.0.2.7", soon()).addresses == std::vector{ip::make_address("192.0.2.7")});
    CHECK(ask_once(h, "2001:db8::1", soon()).addresses ==
          std::vector{ip::make_address("2001:db8::1")});
    CHECK(ask_once(h, "localhost", soon()).addresses ==
          std::vector{ip::make_address("::1"), ip::make_address("127.0.0.1")});
}

TEST_CASE("resolve: a name that does not exist is told as such") {
    harness h;
    auto got = ask_once(h, "host.invalid", soon());
    CHECK(got.failure.code == errc::resolve);
    CHECK(got.failure.message.find("host.invalid") != std::string::npos);
    CHECK(got.failure.cause);
}

TEST_CASE("resolve: one lookup serves all who ask, and those who give up do no harm") {
    harness h;
    answer got[20];
    for (auto& each : got) {
        bool gives_up = &each - got < 10;
        auto until = gives_up ? core::deadline::after(-1ms) : soon();
        h.spawn(ask(h.ctx.get_executor(), "host.invalid", until, &each));
    }
    h.run();
    // On a busy machine the answer may be there before they have given up.
    for (int i = 0; i < 10; ++i)
        CHECK((got[i].failure.code == errc::timeout || got[i].failure.code == errc::resolve));
    for (int i = 10; i < 20; ++i) CHECK(got[i].failure.code == errc::resolve);
}

TEST_CASE("resolve: an io_context may end while a lookup is under way") {
    answer got;
    asio::io_context ctx;
    auto op = ask(ctx.get_executor(), "host.invalid", soon(), &got);
    asio::co_spawn(ctx, std::move(op), [](std::exception_ptr) {});
    ctx.poll_one();
}

}  // namespace ecisbx::test
