// Following a log of a service whose container the test runs.
#include "scripted_service.hpp"

#include "unit/proto/log_simulation.hpp"

#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <string>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
using log_test::simulated_log;
namespace json = boost::json;

/// A group with one container, as the service shows it.
struct stage {
    service_world world;
    std::optional<simulated_log> now = simulated_log(), before;
    std::string status = "Running", state = "Running", policy = "Always";
    int restarts = 0;
    bool exists = true;
    int polls = 0, glances = 0;
    std::function<void(int poll)> at_poll;  ///< before the answer
    std::function<std::optional<net::http_response>(int poll)> instead;

    stage() {
        world.service.answer = [this](const seen_call& call, std::size_t) {
            return call.action == "DescribeContainerLog" ? log(call) : groups();
        };
    }

    void restart() {
        before = std::move(now);
        now.emplace();
        now->now = before->now + 1'000'000'000;
        ++restarts;
    }

    net::http_response groups() const {
        if (!exists) return json_answer(R"({"ContainerGroups":[]})");
        return json_answer(
            R"({"ContainerGroups":[{"ContainerGroupId":"eci-1","Status":")" + status +
            R"(","RestartPolicy":")" + policy +
            R"(","Containers":[{"Name":"main","RestartCount":)" + std::to_string(restarts) +
            R"(,"CurrentState":{"State":")" + state + R"(","ExitCode":0)" +
            (state == "Waiting" ? "" : R"(,"StartTime":"2026-01-02T03:04:05Z")") + "}}]}]}");
    }

    net::http_response log(const seen_call& call) {
        const auto& in = call.parameters;
        bool previous = in.contains("LastTime");
        if (!previous) {
            if (at_poll) at_poll(polls);
            ++polls;
            if (!in.contains("StartTime")) ++glances;
            if (instead)
                if (auto other = instead(polls - 1)) return *other;
        }
        if (!exists) return refusal(404, "InvalidContainerGroupId.NotFound");
        const auto& shown = previous ? before : now;
        if (!shown) return refusal(400, "IncorrectStatus");
        CHECK(in.at("Timestamps") == "true");
        std::optional<core::utc_time> start;
        if (in.contains("StartTime")) start = core::parse_rfc3339(in.at("StartTime")).value();
        json::object out;
        out["RequestId"] = "R-" + std::to_string(polls);
        out["ContainerName"] = "main";
        out["Content"] =
            shown->window(start, std::stoul(in.at("Tail")), std::stoul(in.at("LimitBytes")));
        return json_answer(json::serialize(out));
    }
    void end(const std::string& how = "Succeeded") {
        status = how;
        state = "Terminated";
    }
};

eci::log_options fast() {
    return eci::log_options().pace(10ms, 20ms);
}

/// All of a log until its end.
struct reading {
    std::string text;
    std::vector<std::size_t> losses;  ///< where in the text
    bool lost_at_end = false;
    std::uint64_t gaps = 0;
    std::optional<error_info> failure;
};

asio::awaitable<void> read_all(stage& s, reading& into, eci::log_options options) {
    auto stream = co_await s.world.client->follow_logs("eci-1", options);
    CHECK(stream.container() == "main");
    for (;;) {
        auto piece = co_await as_result(stream.read());
        if (!piece) {
            into.failure = piece.error();
            break;
        }
        if (!*piece) break;
        CHECK(!(*piece)->empty());
        if (stream.lost_lines()) into.losses.push_back(into.text.size());
        into.text += **piece;
    }
    into.lost_at_end = !into.failure && stream.lost_lines();
    into.gaps = stream.gaps();
    if (into.failure) co_return;
    auto again = co_await stream.read();
    CHECK(!again);
}

reading read_all(stage& s, eci::log_options options = fast()) {
    reading r;
    s.world.run(read_all(s, r, options));
    return r;
}

}  // namespace

TEST_CASE("follow_logs: lines come once each, until the container has ended") {
    stage s;
    std::string all;
    s.at_poll = [&](int poll) {
        for (int i = 0; i < poll % 4; ++i) {
            s.now->now += 200'000'000;
            s.now->line("line " + std::to_string(poll) + "." + std::to_string(i));
        }
        if (poll == 30) s.end();
    };
    auto r = read_all(s);
    CHECK(r.text == s.now->truth());
    CHECK(r.gaps == 0);
    CHECK(!r.lost_at_end);
}

TEST_CASE("follow_logs: what is printed while the end is being seen is delivered") {
    stage s;
    s.now->line("first");
    s.at_poll = [&](int poll) {
        if (poll == 1) s.end();
        if (poll == 2) s.now->begin("last words");
    };
    auto r = read_all(s);
    CHECK(r.text == "first\nlast words");
    CHECK(s.polls >= 4);
}

TEST_CASE("follow_logs: times on demand") {
    stage s;
    s.now->line("one");
    s.at_poll = [&](int poll) {
        if (poll == 1) s.end();
    };
    CHECK(read_all(s, fast().timestamps()).text == s.now->truth(true));
}

TEST_CASE("follow_logs: begins where it was asked to") {
    stage s;
    for (int i = 0; i < 10; ++i) s.now->line(std::to_string(i));
    s.end();
    CHECK(read_all(s, fast().tail(3)).text == "7\n8\n9\n");
    CHECK(s.world.service.calls.at(1).parameters.at("Tail") == "3");
    CHECK(s.world.service.calls.at(2).action == "DescribeContainerLog");
    CHECK(s.world.service.calls.at(2).parameters.at("Tail") == "2000");
}

TEST_CASE("follow_logs: only what is newer than a time, also when nothing is at first") {
    stage s;
    s.now->line("old");
    auto later = core::utc_time(std::chrono::seconds(s.now->now / 1'000'000'000)) + 10s;
    s.at_poll = [&](int poll) {
        if (poll != 3) return;
        s.now->now += 20'000'000'000;
        s.now->line("new");
        s.end();
    };
    CHECK(read_all(s, fast().start_time(later)).text == "new\n");
}

TEST_CASE("follow_logs: a container that has not started is waited for") {
    stage s;
    s.now.reset();
    s.status = "Pending";
    s.state = "Waiting";
    s.at_poll = [&](int poll) {
        if (poll != 3) return;
        s.state = s.status = "Running";
        s.now.emplace();
        s.now->line("up");
        s.end();
    };
    auto r = read_all(s);
    CHECK(!r.failure);
    CHECK(r.text == "up\n");
}

TEST_CASE("follow_logs: a container that never starts is said so") {
    stage s;
    s.now.reset();
    s.status = "ScheduleFailed";
    s.state = "Waiting";
    auto r = read_all(s);
    REQUIRE(r.failure);
    CHECK(r.failure->code == errc::not_ready);
    CHECK(r.failure->message.find("never started") != std::string::npos);
}

TEST_CASE("follow_logs: a restart loses neither the old end nor the new beginning") {
    stage s;
    s.now->line("one");
    s.at_poll = [&](int poll) {
        if (poll == 2) {
            s.now->line("dying");
            s.now->begin("wor");
            s.restart();
            s.now->line("born");
        }
        if (poll == 4) s.end();
    };
    auto r = read_all(s);
    CHECK(r.text == "one\ndying\nwor\nborn\n");
    CHECK(r.gaps == 0);
}

TEST_CASE("follow_logs: a restart into silence, and out of it") {
    stage s;
    s.now->line("one");
    s.at_poll = [&](int poll) {
        if (poll == 2) {
            s.now->line("dying");
            s.restart();
        }
        if (poll == 6) s.now->line("late");
        if (poll == 8) s.end();
    };
    auto r = read_all(s);
    CHECK(r.text == "one\ndying\nlate\n");
    CHECK(r.gaps == 0);
}

TEST_CASE("follow_logs: a silent container that speaks and dies between two polls") {
    stage s;
    s.at_poll = [&](int poll) {
        if (poll == 3) {
            s.now->line("only words");
            s.restart();
            s.now->line("next");
        }
        if (poll == 5) s.end();
    };
    auto r = read_all(s);
    CHECK(r.text == "only words\nnext\n");
    CHECK(r.gaps == 0);
}

TEST_CASE("follow_logs: two restarts between two polls are a loss, and said to be one") {
    stage s;
    s.now->line("one");
    s.at_poll = [&](int poll) {
        if (poll == 2) {
            s.restart();
            s.now->line("never seen");
            s.restart();
            s.now->line("three");
        }
        if (poll == 4) s.end();
    };
    auto r = read_all(s);
    CHECK(r.text == "one\nthree\n");
    CHECK(r.losses == std::vector<std::size_t>{4});
}

TEST_CASE("follow_logs: two restarts of a silent container are a loss too") {
    stage s;
    s.at_poll = [&](int poll) {
        if (poll == 3) {
            s.restart();
            s.now->line("kept");
            s.restart();
            s.now->line("now");
        }
        if (poll == 5) s.end();
    };
    auto r = read_all(s);
    CHECK(r.text == "kept\nnow\n");
    CHECK(r.losses == std::vector<std::size_t>{0});
}

TEST_CASE("follow_logs: more than a window holds is a gap at its place") {
    stage s;
    s.now->line("first");
    s.at_poll = [&](int poll) {
        if (poll == 2)
            for (int i = 0; i < 5000; ++i) {
                s.now->now += 1000;
                s.now->line(std::to_string(i));
            }
        if (poll == 4) s.end();
    };
    auto r = read_all(s);
    CHECK(r.losses == std::vector<std::size_t>{6});
    CHECK(r.text.starts_with("first\n3000\n3001\n"));
    CHECK(r.text.ends_with("4999\n"));
}

TEST_CASE("follow_logs: a line too long for any window ends with a loss") {
    stage s;
    s.now->line(std::string(20'000, 'x'));
    s.at_poll = [&](int poll) {
        if (poll == 3) s.end();
    };
    auto r = read_all(s, fast().limit_bytes(4096));
    CHECK(r.text.starts_with("xxxx"));
    CHECK(r.text.size() > 4000);
    CHECK(r.lost_at_end);
    CHECK(r.gaps == 1);
}

TEST_CASE("follow_logs: lines hidden by a clock that was set back are found by a glance") {
    stage s;
    s.now->line("one");
    s.at_poll = [&](int poll) {
        if (poll == 1) s.now->now -= 3'600'000'000'000;
        if (poll == 1) s.now->line("earlier");
        if (s.glances > 1 && poll > 9) s.end();
    };
    auto r = read_all(s);
    CHECK(r.text == "one\nearlier\n");
    CHECK(r.gaps == 0);
}

TEST_CASE("follow_logs: a group that is deleted ends it with not_found") {
    stage s;
    s.now->line("one");
    s.at_poll = [&](int poll) {
        if (poll == 2) s.exists = false;
    };
    auto r = read_all(s);
    CHECK(r.text == "one\n");
    REQUIRE(r.failure);
    CHECK(r.failure->code == errc::not_found);
}

namespace {

asio::awaitable<void> fails_and_goes_on(stage& s) {
    s.now->line("one");
    s.instead = [](int poll) -> std::optional<net::http_response> {
        if (poll == 1) return refusal(403, "Forbidden.RAM");
        if (poll == 2) return json_answer("[]");
        if (poll == 3) return json_answer(R"({"Content":17})");
        if (poll == 4) {
            json::object flood;
            flood["Content"] = std::string(30'000, '\n');
            return json_answer(json::serialize(flood));
        }
        return std::nullopt;
    };
    auto stream = co_await s.world.client->follow_logs("eci-1", fast());
    auto first = co_await stream.read();
    CHECK(first == "one\n");
    auto forbidden = co_await failure_of(stream.read());
    CHECK(forbidden.code == errc::forbidden);
    for (int i = 0; i < 3; ++i) {
        auto hostile = co_await failure_of(stream.read());
        CHECK(hostile.code == errc::protocol);
    }
    s.now->line("two");
    auto second = co_await stream.read();
    CHECK(second == "two\n");
    CHECK(!stream.lost_lines());
    CHECK(stream.request_id() == "R-6");
}

asio::awaitable<void> empty_stream() {
    eci::log_stream none;
    CHECK(!none.lost_lines());
    CHECK(none.gaps() == 0);
    auto failure = co_await failure_of(none.read());
    CHECK(failure.code == errc::invalid_argument);
}

asio::awaitable<void> cancel_at(stage& s, int step) {
    // Each read is cancelled after a while that grows with the step, and read again.
    auto stream = std::make_shared<eci::log_stream>();
    *stream = co_await s.world.client->follow_logs("eci-1", fast());
    auto executor = co_await asio::this_coro::executor;
    std::string text;
    bool ended = false;
    for (int n = 0; n < 500 && !ended; ++n) {
        auto signal = std::make_shared<asio::cancellation_signal>();
        bool done = false;
        std::optional<std::string> piece;
        std::exception_ptr failure;
        asio::steady_timer finished(executor, asio::steady_timer::time_point::max());
        auto handler = [&](std::exception_ptr e, std::optional<std::string> got) {
            failure = e;
            piece = std::move(got);
            done = true;
            finished.cancel();
        };
        asio::co_spawn(executor, stream->read(),
                       asio::bind_cancellation_slot(signal->slot(), std::move(handler)));
        asio::steady_timer pause(executor, std::chrono::microseconds(100 * ((n + step) % 40)));
        co_await pause.async_wait(asio::use_awaitable);
        signal->emit(asio::cancellation_type::all);
        while (!done) {
            try {
                co_await finished.async_wait(asio::use_awaitable);
            } catch (const boost::system::system_error&) {
                // woken by the end of the read
            }
        }
        if (failure) {
            try {
                std::rethrow_exception(failure);
            } catch (const error& e) {
                CHECK(e.code() == errc::canceled);
            }
        } else if (piece) {
            text += *piece;
        } else {
            ended = true;
        }
    }
    CHECK(ended);
    CHECK(text == s.now->truth());
    CHECK(stream->gaps() == 0);
}

}  // namespace

TEST_CASE("follow_logs: an error loses nothing, the next read goes on") {
    stage s;
    s.world.run(fails_and_goes_on(s));
}

TEST_CASE("follow_logs: an empty stream refuses to read") {
    service_world w;
    w.run(empty_stream());
}

TEST_CASE("follow_logs: cancelled at any moment it goes on without loss or repetition") {
    for (int step = 0; step < 4; ++step) {
        stage s;
        s.at_poll = [&](int poll) {
            if (poll < 20) {
                s.now->now += 100'000'000;
                s.now->line("line " + std::to_string(poll));
            }
            if (poll == 20) s.end();
        };
        s.world.run(cancel_at(s, step * 7));
    }
}
