// Temporary credentials that end in the middle of a run lose nothing.
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

/// The vault that the server and the client's provider share.
struct vault {
    int number = 1;
    int asked = 0;

    std::string id() const { return "STS.key" + std::to_string(number); }
    std::string key() const { return "secret" + std::to_string(number); }
    std::string token() const { return "token" + std::to_string(number); }
    void expire(server::local& local) {
        ++number;
        local.set_credentials(id(), key(), token());
    }
};

asio::awaitable<eci::credentials> take(std::shared_ptr<vault> from) {
    ++from->asked;
    eci::credentials keys(from->id(), from->key(), from->token());
    // By its own word it is good for an hour: only the refusal tells that it is not.
    keys.expires(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + 1h);
    co_return keys;
}

eci::client client_of(world& w, std::shared_ptr<vault> keys) {
    eci::credentials_function from = [keys] { return take(keys); };
    return eci::client(w.context.get_executor(), w.local.eci_config().credentials_provider(from));
}

struct tally {
    int good = 0, ended = 0;
};

asio::awaitable<void> run_some(sandbox box, int worker, int count, std::shared_ptr<tally> all) {
    for (int i = 0; i < count; ++i) {
        auto text = std::to_string(worker) + "-" + std::to_string(i);
        auto result = co_await box.bash("echo " + text);
        if (result.ok() && result.out == text + "\n") ++all->good;
    }
    ++all->ended;
}

asio::awaitable<void> expires_mid_run(world& w) {
    constexpr int workers = 8, execs = 12;
    auto keys = std::make_shared<vault>();
    w.local.set_credentials(keys->id(), keys->key(), keys->token());
    auto client = client_of(w, keys);
    auto box = co_await client.create(eci::create_options("test"));
    co_await box.wait_ready();
    auto all = std::make_shared<tally>();
    auto executor = co_await asio::this_coro::executor;
    for (int i = 0; i < workers; ++i)
        asio::co_spawn(executor, run_some(box, i, execs, all), asio::detached);
    int expired = 0;
    std::function<bool()> next_expiry = [&] {
        // Three times, spread over the run.
        if (expired < 3 && all->good >= (expired + 1) * workers * execs / 4) {
            ++expired;
            keys->expire(w.local);
        }
        return all->ended == workers;
    };
    bool ended = co_await eventually(next_expiry, 60s);
    CHECK(ended);
    CHECK(expired == 3);
    CHECK(all->good == workers * execs);
    CHECK(keys->asked == 4);  // one question for each expiry, however many calls it met
    co_await box.remove();
}

asio::awaitable<void> old_ones_are_refused(world& w) {
    auto old = w.local.eci_config();
    eci::client with_old(w.context.get_executor(), old);
    auto page = co_await with_old.list();
    CHECK(page.groups.empty());
    w.local.set_credentials("STS.new", "new secret", "new token");
    auto refused = co_await as_result(with_old.list());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().service_code == "InvalidSecurityToken.Expired");
    eci::client with_new(w.context.get_executor(), w.local.eci_config());
    page = co_await with_new.list();
    // The same id with another token.
    w.local.set_credentials("STS.new", "new secret", "newer token");
    refused = co_await as_result(with_new.list());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().service_code == "InvalidSecurityToken.Expired");
    CHECK_THROWS_AS(w.local.set_credentials("", "x"), const error&);
    CHECK_THROWS_AS(w.local.set_credentials("x", ""), const error&);
}

}  // namespace

TEST_CASE("credentials: STS expiry in the middle of a run of execs loses nothing") {
    in_world(server::options().runtime(server::process()), expires_mid_run);
}

TEST_CASE("credentials: a running server can swap what it accepts") {
    in_world(synthetic_server(), old_ones_are_refused);
}
