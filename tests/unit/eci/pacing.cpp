// Calls that are held back, seen from outside: through `client` and the observer.
#include "common/recorder.hpp"
#include "scripted_service.hpp"

#include "eci/call_pacer.hpp"

#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
using core::deadline;

const char* fine = R"({"RequestId":"R-1"})";

struct paced_world {
    std::shared_ptr<recorder> seen = std::make_shared<recorder>();
    service_world w;
    explicit paced_world(std::function<eci::config(eci::config)> adjust)
        : w([&](eci::config c) { return adjust(std::move(c)).observe(seen); }) {
        w.service.answer = [](const seen_call&, std::size_t) { return json_answer(fine); };
    }
};

eci::config with_key() {
    return eci::config().access_key("id", "key");
}

/// Calls at once, all from one coroutine's spawns; ends when the last has ended.
asio::awaitable<void> call_many(service_world& w, int count, std::vector<error_info>& failures) {
    int running = count;
    asio::steady_timer done(w.context, std::chrono::steady_clock::time_point::max());
    auto ended = [&](std::exception_ptr, error_info info) {
        if (info.code) failures.push_back(std::move(info));
        if (--running == 0) done.cancel();
    };
    for (int i = 0; i < count; ++i)
        asio::co_spawn(w.context, failure_of(w.client->call("DescribeRegions", {})), ended);
    boost::system::error_code ignored;
    if (running > 0) co_await done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

/// Takes a turn and notes it.
asio::awaitable<void> take_turn(eci::call_pacer& pacer, std::string group, deadline until,
                                std::string& order) {
    auto letter = group;
    try {
        co_await pacer.turn("A", std::move(group), until);
        order += letter;
    } catch (const boost::system::system_error& e) {
        order += e.code() == errc::throttled ? '!' : '-';
    }
}

struct pacer_world {
    asio::io_context context;
    std::shared_ptr<recorder> seen = std::make_shared<recorder>();
    eci::call_pacer pacer;
    std::string order;

    explicit pacer_world(eci::config settings, bool on_loopback = true)
        : pacer(context.get_executor(), settings, on_loopback, core::observation({seen})) {}
    void spawn(const std::string& group, deadline until = deadline::never()) {
        asio::co_spawn(context, take_turn(pacer, group, until, order), asio::detached);
        context.poll();
    }
};

}  // namespace

TEST_CASE("pacing: a quota spaces the calls out, and loses none") {
    // 200 at once, then 97 a second.
    paced_world p([](eci::config c) { return c.quota("DescribeRegions", 6000); });
    std::vector<error_info> failures;
    auto begin = std::chrono::steady_clock::now();
    p.w.run(call_many(p.w, 240, failures));
    CHECK(failures.empty());
    CHECK(p.w.service.calls.size() == 240);
    CHECK(std::chrono::steady_clock::now() - begin >= 400ms);  // for the last 40
    CHECK(p.seen->count("throttle DescribeRegions client") >= 1);
    CHECK(p.seen->count("throttle DescribeRegions service") == 0);
    CHECK(p.seen->count("BAD") == 0);
}

TEST_CASE("pacing: on loopback nothing is held back until the service throttles") {
    paced_world p([](eci::config c) { return c; });
    std::vector<error_info> failures;
    p.w.run(call_many(p.w, 300, failures));
    CHECK(failures.empty());
    CHECK(p.seen->count("throttle") == 0);
}

TEST_CASE("pacing: throttled attempts do not count, the call is made until it is taken") {
    paced_world p([](eci::config c) { return c.max_attempts(2); });
    p.w.service.answer = [](const seen_call&, std::size_t n) {
        if (n == 3) return json_answer(fine);
        auto response = refusal(400, "Throttling.User");
        response.headers.add("x-acs-retry-after", "1");
        return response;
    };
    std::vector<error_info> failures;
    p.w.run(call_many(p.w, 1, failures));
    CHECK(failures.empty());
    CHECK(p.w.service.calls.size() == 4);
    CHECK(p.seen->count("throttle DescribeRegions service") == 3);
    CHECK(p.seen->count("retry DescribeRegions 3 throttled") == 1);
    CHECK(p.seen->count("call DescribeRegions ok 4") == 1);
}

TEST_CASE("pacing: max_attempts 1 is once, and without a quota attempts are counted") {
    for (unsigned attempts : {1u, 2u}) {
        CAPTURE(attempts);
        paced_world p([&](eci::config c) {
            c.max_attempts(attempts);
            return attempts == 1 ? c : c.no_quota();
        });
        p.w.service.answer = [](const seen_call&, std::size_t) {
            auto response = refusal(400, "Throttling.User");
            response.headers.add("x-acs-retry-after", "1");
            return response;
        };
        std::vector<error_info> failures;
        p.w.run(call_many(p.w, 1, failures));
        REQUIRE(failures.size() == 1);
        CHECK(failures[0].code == errc::throttled);
        CHECK(p.w.service.calls.size() == attempts);
    }
}

TEST_CASE("pacing: a turn that would come too late is refused at once, with the reason") {
    paced_world p([](eci::config c) { return c.quota("DescribeRegions", 1).timeout(5s); });
    std::vector<error_info> failures;
    auto begin = std::chrono::steady_clock::now();
    p.w.run(call_many(p.w, 3, failures));
    CHECK(std::chrono::steady_clock::now() - begin < 3s);
    CHECK(p.w.service.calls.size() == 1);
    REQUIRE(failures.size() == 2);
    CHECK(failures[0].code == errc::throttled);
    CHECK(failures[0].doing == "DescribeRegions");
    CHECK(failures[0].message ==
          "calls of DescribeRegions are limited to 1 a minute; its turn would come after the "
          "deadline");
}

TEST_CASE("pacing: what the service said is not lost when the next turn would be too late") {
    paced_world p([](eci::config c) { return c.quota("DescribeRegions", 2).timeout(5s); });
    p.w.service.answer = [](const seen_call&, std::size_t) {
        auto response = refusal(400, "Throttling.User", "flow control");
        response.headers.add("x-acs-retry-after", "1");
        return response;
    };
    std::vector<error_info> failures;
    p.w.run(call_many(p.w, 1, failures));
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].code == errc::throttled);
    CHECK(failures[0].service_code == "Throttling.User");
    CHECK(failures[0].request_id == "R-ERR");
    CHECK(failures[0].attempts == 1);
    CHECK(failures[0].message.find("flow control") != std::string::npos);
    CHECK(failures[0].message.find("limited to 1 a minute") != std::string::npos);
}

TEST_CASE("pacing: published limits hold for the vendor's endpoints, and what is set wins") {
    auto passes = [](eci::config settings, bool on_loopback, const char* action) {
        asio::io_context context;
        eci::call_pacer pacer(context.get_executor(), settings, on_loopback, {});
        int count = 0;
        while (count < 1000 && pacer.pass(action)) ++count;
        return count;
    };
    // A little more than the burst, on a slow machine.
    auto vendor = passes(with_key(), false, "ExecContainerCommand");
    CHECK(vendor >= 16);
    CHECK(vendor < 40);
    CHECK(passes(with_key(), true, "ExecContainerCommand") == 1000);
    CHECK(passes(with_key(), false, "DescribeRegions") == 1000);
    CHECK(passes(with_key().quota("ExecContainerCommand", 1), false, "ExecContainerCommand") == 1);
    CHECK(passes(with_key().quota("DescribeRegions", 1), true, "DescribeRegions") == 1);
    CHECK(passes(with_key().no_quota(), false, "ExecContainerCommand") == 1000);
    CHECK(passes(with_key().quota("A", 1).no_quota(), true, "A") == 1000);
    CHECK(passes(with_key().no_quota().quota("A", 1), true, "A") == 1);
}

TEST_CASE("pacing: quotas that can not be meant") {
    auto refused = [](eci::config settings) {
        asio::io_context context;
        try {
            eci::client client(context.get_executor(), settings);
        } catch (const error& e) {
            return e.code() == errc::invalid_argument;
        }
        return false;
    };
    CHECK(refused(with_key().quota("ExecContainerCommand", 0)));
    CHECK(refused(with_key().quota("", 5)));
    CHECK(refused(with_key().quota("Exec\n", 5)));
    CHECK_FALSE(refused(with_key().quota("ExecContainerCommand", 1)));
    CHECK_FALSE(refused(with_key().quota("ExecContainerCommand", 0).no_quota()));
}

TEST_CASE("pacing: sandboxes take turns") {
    pacer_world p(with_key().quota("A", 6000));
    while (p.pacer.pass("A")) {}
    p.pacer.throttled("A", core::clock::now(), 200ms);
    for (const char* group : {"a", "a", "a", "b", "b", "c"}) p.spawn(group);
    CHECK(p.order.empty());
    p.context.run();
    CHECK(p.order == "abcaba");
    CHECK(p.seen->count("throttle A client") == 6);
}

TEST_CASE("pacing: a cancelled waiter gives its turn to the next, and the context ends") {
    pacer_world p(with_key().quota("A", 6000));
    while (p.pacer.pass("A")) {}
    p.pacer.throttled("A", core::clock::now(), 200ms);
    asio::cancellation_signal stop;
    auto bound = asio::bind_cancellation_slot(stop.slot(), asio::detached);
    asio::co_spawn(p.context, take_turn(p.pacer, "a", deadline::never(), p.order), bound);
    p.context.poll();
    p.spawn("b");
    stop.emit(asio::cancellation_type::terminal);
    p.context.run();
    CHECK(p.order == "-b");

    // The only one: nothing is left to wait for.
    p.pacer.throttled("A", core::clock::now(), 1h);
    p.context.restart();
    asio::co_spawn(p.context, take_turn(p.pacer, "a", deadline::never(), p.order), bound);
    p.context.poll();
    stop.emit(asio::cancellation_type::terminal);
    auto begin = std::chrono::steady_clock::now();
    p.context.run();
    CHECK(p.order == "-b-");
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

TEST_CASE("pacing: those who wait are refused when the service asks for more than they have") {
    pacer_world p(with_key().quota("A", 6000));
    while (p.pacer.pass("A")) {}
    p.pacer.throttled("A", core::clock::now(), 500ms);
    p.spawn("a", deadline::after(2s));
    p.spawn("b");
    CHECK(p.order.empty());
    p.pacer.throttled("A", core::clock::now(), 1min);
    p.context.poll();
    CHECK(p.order == "!");
}

TEST_CASE("pacing: waiters are destroyed with their context") {
    asio::io_context other;
    eci::call_pacer pacer(other.get_executor(), with_key().quota("A", 1), true, {});
    CHECK(pacer.pass("A"));
    std::string order;
    {
        asio::io_context context;
        for (const char* group : {"a", "a", "b"})
            asio::co_spawn(context, take_turn(pacer, group, deadline::never(), order),
                           asio::detached);
        context.poll();
    }
    CHECK(order.empty());
    CHECK_FALSE(pacer.pass("A"));
    pacer.throttled("A", core::clock::now() + 1s, 0s);  // settles an empty queue
}
