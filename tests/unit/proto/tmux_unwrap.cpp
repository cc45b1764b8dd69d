#include "proto/tmux_unwrap.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace ecisbx::proto;
using namespace std::chrono_literals;
using kind = wanted_tmux::kind;

namespace {

tmux_job job_named(std::string name, std::string script) {
    tmux_job job;
    job.name = std::move(name);
    job.script = std::move(script);
    job.id = "exec-1";
    job.nonce = std::string(32, '0');
    return job;
}

tmux_look look_at(std::uint64_t from, std::size_t limit, std::chrono::milliseconds wait) {
    tmux_look look;
    look.name = "a_job-1";
    look.from = from;
    look.limit = limit;
    look.wait = wait;
    return look;
}

}  // namespace

TEST_CASE("tmux unwrap: looks of all kinds") {
    for (auto wait : {0ms, 1ms, 9ms, 10ms, 99ms, 100ms, 1000ms, 1001ms, 60'500ms, 3'600'000ms})
        for (std::uint64_t from : {0ull, 1ull, 4096ull, 10'000'000'000ull})
            for (std::size_t limit : {std::size_t(0), std::size_t(1), std::size_t(8) << 20}) {
                auto made = look_at(from, limit, wait);
                auto wanted = unwrap_tmux(tmux_look_text(made));
                CAPTURE(wait.count());
                CAPTURE(from);
                CAPTURE(limit);
                REQUIRE(wanted);
                CHECK(wanted->what == kind::look);
                CHECK(wanted->name == "a_job-1");
                CHECK(wanted->look.wait == wait);
                CHECK(wanted->look.limit == limit);
                // Where no output is wanted it does not matter from where.
                if (limit > 0) CHECK(wanted->look.from == from);
            }
}

TEST_CASE("tmux unwrap: start, kill, list") {
    auto job = job_named("train", "sleep 5\necho x\n");
    job.dir = "/w";
    job.env = {{"K", "v"}};
    job.rows = 50;
    auto plan = plan_tmux_start(job);
    auto start = unwrap_tmux(plan.text);
    REQUIRE(start);
    CHECK(start->what == kind::start);
    CHECK(start->name == "train");
    REQUIRE(start->input_size == plan.input.size());
    CHECK(plan.input.substr(start->runner_size) == job.script);
    auto kill = unwrap_tmux(tmux_kill_text("train"));
    REQUIRE(kill);
    CHECK(kill->what == kind::kill);
    CHECK(kill->name == "train");
    auto list = unwrap_tmux(tmux_list_text());
    REQUIRE(list);
    CHECK(list->what == kind::list);
}

TEST_CASE("tmux unwrap: any other text is none of them") {
    auto look = tmux_look_text(look_at(4097, 100, 1500ms));
    auto start = plan_tmux_start(job_named("train", "true")).text;
    for (const std::string& text :
         {std::string(), std::string("true"), tmux_screen_text("train"), look + " ", look.substr(1),
          look.substr(0, look.size() - 1), tmux_kill_text("train") + "\n", start.substr(1),
          std::string("\nj=$d/\n"), std::string("\nj=$d/a b\n"),
          "\nj=$d/" + std::string(65, 'a') + "\n"})
        CHECK_FALSE(unwrap_tmux(text));
    // Another text with one changed character is not the text that was made.
    for (std::size_t i = 0; i < look.size(); ++i) {
        auto changed = look;
        changed[i] = changed[i] == '#' ? '%' : '#';
        auto wanted = unwrap_tmux(changed);
        CHECK_FALSE(wanted);
    }
    // Numbers that are none, or have no end.
    auto swap = [](std::string text, const std::string& from, const std::string& to) {
        auto at = text.find(from);
        REQUIRE(at != text.npos);
        return text.replace(at, from.size(), to);
    };
    CHECK_FALSE(unwrap_tmux(swap(look, "then w 1.5", "then w 99999999999999999999.5")));
    CHECK_FALSE(unwrap_tmux(swap(look, "then w 1.5", "then w -1.5")));
    CHECK_FALSE(unwrap_tmux(swap(look, "-le 4097 ", "-le 99999999999999999999 ")));
    CHECK_FALSE(unwrap_tmux(swap(start, "bs=", "bs=99999999999")));
}

TEST_CASE("tmux unwrap: what a look prints is what the client reads") {
    std::string out;
    for (int i = 0; i < 10'000; ++i) out += static_cast<char>(i * 7);
    for (std::uint64_t from : {0ull, 1ull, 4095ull, 4096ull, 9'999ull, 10'000ull, 20'000ull})
        for (std::size_t limit :
             {std::size_t(0), std::size_t(1), std::size_t(5000), std::size_t(8) << 20}) {
            auto look = look_at(from, limit, 0ms);
            auto text = tmux_sight_text(look, tmux_sight::kind::completed, 7, out);
            auto sight = parse_tmux_sight(look, text);
            REQUIRE(sight);
            CHECK(sight->what == tmux_sight::kind::completed);
            CHECK(sight->code == 7);
            CHECK(sight->drained);
            CHECK(sight->size == out.size());
            CHECK(sight->out ==
                  (from < out.size() ? out.substr(static_cast<std::size_t>(from), limit) : ""));
        }
    auto look = look_at(0, 100, 0ms);
    for (auto what : {tmux_sight::kind::running, tmux_sight::kind::gone, tmux_sight::kind::none}) {
        auto sight = parse_tmux_sight(look, tmux_sight_text(look, what, 0, ""));
        REQUIRE(sight);
        CHECK(sight->what == what);
    }
    auto entries = parse_tmux_list(tmux_entry_text({"one", 5, true}) +
                                   tmux_entry_text({"two", 6, false}) + ".\n");
    REQUIRE(entries);
    REQUIRE(entries->size() == 2);
    CHECK(entries->at(0).running);
    CHECK(entries->at(1).created == 6);
}
