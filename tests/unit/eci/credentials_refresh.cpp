// When credentials are asked for anew, and what callers see meanwhile.
#include "eci/credentials/refresh_plan.hpp"
#include "eci/credentials/refreshing_source.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include "net/wait.hpp"

#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace ecisbx;
using namespace ecisbx::eci;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using advice = refresh_plan::advice;

const core::utc_time start = core::parse_rfc3339("2026-01-02T03:00:00Z").value();

moment after(std::chrono::seconds t) {
    return {start + t, core::clock::time_point(1h) + t};
}

TEST_CASE("refresh plan: nothing yet") {
    refresh_plan plan;
    CHECK(plan.at(after(0s)) == advice::refresh);
    CHECK_FALSE(plan.is_valid(after(0s)));
}

TEST_CASE("refresh plan: ahead of expiry by 15 minutes, or a quarter of a shorter life") {
    struct sample {
        std::chrono::seconds life, due;
    };
    for (auto [life, due] : {sample{1h, 45min}, sample{6h, 5h + 45min}, sample{15min, 675s},
                             sample{60s, 45s}, sample{4s, 3s}, sample{1s, 1s}}) {
        CAPTURE(life.count());
        refresh_plan plan;
        plan.obtained(after(0s), start + life, true);
        CHECK(plan.at(after(0s)) == advice::use);
        if (due < life) {
            CHECK(plan.at(after(due - 1s)) == advice::use);
            CHECK(plan.at(after(due)) == advice::use_and_refresh);
            CHECK(plan.at(after(life - 1s)) == advice::use_and_refresh);
        }
        CHECK(plan.at(after(life)) == advice::refresh);
    }
}

TEST_CASE("refresh plan: without an expiry") {
    refresh_plan permanent, temporary;
    permanent.obtained(after(0s), std::nullopt, false);
    CHECK(permanent.at(after(10000h)) == advice::use);
    temporary.obtained(after(0s), std::nullopt, true);
    CHECK(temporary.at(after(299s)) == advice::use);
    CHECK(temporary.at(after(300s)) == advice::use_and_refresh);
    CHECK(temporary.at(after(10000h)) == advice::use_and_refresh);
}

TEST_CASE("refresh plan: expired on arrival is used for a minute: the clock here may be wrong") {
    refresh_plan plan;
    plan.obtained(after(0s), start - 5h, true);
    CHECK(plan.at(after(0s)) == advice::use);
    CHECK(plan.at(after(45s)) == advice::use_and_refresh);
    CHECK(plan.at(after(60s)) == advice::refresh);
}

TEST_CASE("refresh plan: pauses between failures grow, and an old value is used in them") {
    refresh_plan plan;
    plan.obtained(after(0s), start + 1h, true);
    auto t = after(45min);
    for (auto pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
        CHECK(plan.at(t) == advice::use_and_refresh);
        plan.failed(t);
        auto before_end = moment{t.wall, t.steady + pause - 1ms};
        CHECK(plan.at(before_end) == advice::use);
        t.steady += pause;
    }
    plan.failed(t);
    CHECK(plan.at({start + 1h, t.steady}) == advice::fail);
    CHECK(plan.at({start + 1h, t.steady + 30s}) == advice::refresh);
    plan.obtained(t, start + 2h, true);
    plan.failed({start + 2h, t.steady});
    CHECK(plan.at({start + 2h, t.steady + 999ms}) == advice::fail);
    CHECK(plan.at({start + 2h, t.steady + 1s}) == advice::refresh);
}

TEST_CASE("refresh plan: replacing refused ones is not hammered") {
    refresh_plan plan;
    plan.obtained(after(0s), std::nullopt, false);
    CHECK(plan.may_replace(after(0s)));
    plan.replaced_in_vain(after(0s));
    CHECK_FALSE(plan.may_replace(after(9s)));
    CHECK(plan.may_replace(after(10s)));
    plan.failed(after(20s));
    CHECK_FALSE(plan.may_replace(after(20s)));
    CHECK(plan.may_replace(after(21s)));
}

/// Gives what the test says, when the test says.
class fake_provider : public credentials_provider {
public:
    explicit fake_provider(const asio::any_io_executor& executor) : gate(executor) {}
    std::string name() const override { return "fake"; }
    std::string_view id() const override { return "fake"; }

    asio::awaitable<provider_answer> ask(core::deadline) override {
        ++asked;
        ++running;
        CHECK(running == 1);
        bool canceled = false;
        try {
            while (!open) co_await gate.wait(core::deadline::never());
        } catch (const error&) {
            canceled = true;
        }
        --running;
        if (canceled) ++cancelled;
        if (canceled) throw error(errc::canceled, "cancelled");
        if (failing) throw error(errc::connection, "nobody there");
        credentials keys("id" + std::to_string(number), "key", "token");
        if (life) keys.expires(now() + *life);
        co_return provider_answer::given(std::move(keys), "fake");
    }

    net::notifier gate;
    std::function<core::utc_time()> now;
    std::optional<std::chrono::seconds> life = 1h;
    int asked = 0, running = 0, cancelled = 0, number = 1;
    bool failing = false, open = true;
};

asio::awaitable<void> take(refreshing_source& from, std::string& id, core::deadline until) {
    auto grant = co_await from.current(until);
    id = grant.keys.access_key_id();
}

asio::awaitable<void> fail(refreshing_source& from, error_info& why, core::deadline until) {
    auto got = co_await as_result(from.current(until));
    REQUIRE_FALSE(got.has_value());
    why = got.error();
}

struct bench {
    asio::io_context context;
    std::shared_ptr<fake_provider> from = std::make_shared<fake_provider>(context.get_executor());
    core::utc_time time = start;
    std::optional<refreshing_source> source;
    bench() {
        from->now = [this] { return time; };
        source.emplace(context.get_executor(), from, from->now);
    }
    void run(asio::awaitable<void> body) {
        std::exception_ptr failure;
        asio::co_spawn(context, std::move(body), [&](std::exception_ptr e) { failure = e; });
        go();
        if (failure) std::rethrow_exception(failure);
    }
    void go() {
        context.restart();
        context.run();
    }
    std::string id_now() {
        std::string id;
        run(take(*source, id, core::deadline::after(5s)));
        return id;
    }
    error_info failure_now() {
        error_info why;
        run(fail(*source, why, core::deadline::after(5s)));
        return why;
    }
    bool replace(std::uint64_t generation) {
        bool done = false;
        run(replace_them(*source, generation, done));
        return done;
    }
    static asio::awaitable<void> replace_them(refreshing_source& from, std::uint64_t generation,
                                              bool& done) {
        auto result = co_await from.replace(generation, core::deadline::after(5s));
        done = result.done;
        CHECK((result.done || !result.why_not.empty()));
    }
};

TEST_CASE("refreshing: asked once, and again ahead of expiry, behind the callers' backs") {
    bench b;
    CHECK(b.id_now() == "id1");
    CHECK(b.id_now() == "id1");
    CHECK(b.from->asked == 1);
    b.time += 46min;
    b.from->number = 2;
    b.from->open = false;
    std::string id;
    asio::co_spawn(b.context, take(*b.source, id, core::deadline::after(5s)), asio::detached);
    b.context.restart();
    b.context.poll();
    CHECK(id == "id1");  // still valid: nobody waits
    CHECK(b.from->asked == 2);
    b.from->open = true;
    b.from->gate.notify_all();
    b.go();
    CHECK(b.id_now() == "id2");
    CHECK(b.from->asked == 2);
}

TEST_CASE("refreshing: expired ones are not used") {
    bench b;
    CHECK(b.id_now() == "id1");
    b.time += 1h;
    b.from->number = 2;
    CHECK(b.id_now() == "id2");
}

TEST_CASE("refreshing: any number of callers cost one question") {
    bench b;
    b.from->open = false;
    std::vector<std::string> ids(1000);
    for (auto& id : ids)
        asio::co_spawn(b.context, take(*b.source, id, core::deadline::after(10s)), asio::detached);
    b.context.poll();
    CHECK(b.from->asked == 1);
    b.from->open = true;
    b.from->gate.notify_all();
    b.go();
    for (const auto& id : ids) CHECK(id == "id1");
    CHECK(b.from->asked == 1);
}

TEST_CASE("refreshing: who is cancelled takes nothing from the others") {
    bench b;
    b.from->open = false;
    asio::cancellation_signal first;
    error_info why;
    std::string id;
    // The one that started the question.
    asio::co_spawn(b.context, fail(*b.source, why, core::deadline::after(10s)),
                   asio::bind_cancellation_slot(first.slot(), asio::detached));
    b.context.poll();
    asio::co_spawn(b.context, take(*b.source, id, core::deadline::after(10s)), asio::detached);
    b.context.poll();
    first.emit(asio::cancellation_type::terminal);
    b.context.poll();
    CHECK(b.from->cancelled == 0);
    b.from->open = true;
    b.from->gate.notify_all();
    b.go();
    CHECK(id == "id1");
    CHECK(b.from->asked == 1);
}

TEST_CASE("refreshing: a caller's deadline ends its wait and nothing else") {
    bench b;
    b.from->open = false;
    error_info why;
    std::string id;
    asio::co_spawn(b.context, fail(*b.source, why, core::deadline::after(20ms)), asio::detached);
    asio::co_spawn(b.context, take(*b.source, id, core::deadline::after(10s)), asio::detached);
    while (!why.code) b.context.run_one();
    CHECK(why.code == errc::timeout);
    CHECK(why.message.find("fake") != std::string::npos);
    b.from->open = true;
    b.from->gate.notify_all();
    b.go();
    CHECK(id == "id1");
    CHECK(b.from->asked == 1);
}

TEST_CASE("refreshing: a failure keeps the old ones while they are valid, then shows") {
    bench b;
    CHECK(b.id_now() == "id1");
    b.from->failing = true;
    b.time += 50min;
    for (int i = 0; i < 100; ++i) CHECK(b.id_now() == "id1");
    CHECK(b.from->asked == 2);  // not hammered
    b.time += 10min;
    auto why = b.failure_now();
    CHECK(why.code == errc::unauthenticated);
    CHECK(why.message.find("nobody there") != std::string::npos);
    CHECK(b.failure_now().code == errc::unauthenticated);
    CHECK(b.from->asked == 2);
}

TEST_CASE("refreshing: the first failure is remembered for a moment only") {
    bench b;
    b.from->failing = true;
    for (int i = 0; i < 10; ++i) CHECK(b.failure_now().code == errc::unauthenticated);
    CHECK(b.from->asked == 1);
    auto reports = b.source->reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].state == source_state::failed);
}

TEST_CASE("refreshing: refused ones are replaced, once for all") {
    bench b;
    CHECK(b.id_now() == "id1");
    b.from->number = 2;
    CHECK(b.replace(1));
    CHECK(b.replace(1));  // they are other ones by now
    CHECK(b.from->asked == 2);
    CHECK(b.id_now() == "id2");
    CHECK_FALSE(b.replace(2));  // the same again
    CHECK(b.from->asked == 3);
    CHECK_FALSE(b.replace(2));
    CHECK(b.from->asked == 3);
}

asio::awaitable<void> take_and_drop(std::optional<refreshing_source>& from, std::string& id) {
    auto grant = co_await from->current(core::deadline::after(5s));
    from.reset();
    id = grant.keys.access_key_id();
}

TEST_CASE("refreshing: a source that ends with its first answer") {
    bench b;  // its provider answers without a wait
    std::string id;
    b.run(take_and_drop(b.source, id));
    CHECK(id == "id1");
}

TEST_CASE("refreshing: the source's end ends a question that is under way") {
    bench b;
    b.from->open = false;
    error_info why;
    asio::co_spawn(b.context, fail(*b.source, why, core::deadline::after(50ms)), asio::detached);
    b.context.poll();
    CHECK(b.from->running == 1);
    b.source.reset();
    b.go();  // returns: nothing is left to wait for
    CHECK(b.from->running == 0);
    CHECK(b.from->cancelled == 1);
    CHECK(why.code == errc::unauthenticated);
}

}  // namespace
