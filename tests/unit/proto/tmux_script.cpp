#include "proto/tmux_script.hpp"

#include "unit/proto/run_process.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

using namespace ecisbx;
using namespace ecisbx::proto;

namespace {

tmux_job a_job() {
    tmux_job job;
    job.name = "train";
    job.script = "echo hello";
    job.id = "0123456789abcdef01234567";
    job.nonce = std::string(32, 'a');
    return job;
}

tmux_look a_look(std::uint64_t from, std::size_t limit) {
    tmux_look look;
    look.name = "train";
    look.from = from;
    look.limit = limit;
    return look;
}

bool refused(const tmux_job& job) {
    try {
        plan_tmux_start(job);
    } catch (const error& e) {
        return e.code() == errc::invalid_argument;
    }
    return false;
}

}  // namespace

TEST_CASE("tmux: names that can be a target of tmux and a folder") {
    for (std::string good : {"a", "train-1", "_", "0", "-x"}) CHECK_NOTHROW(check_tmux_name(good));
    CHECK_NOTHROW(check_tmux_name(std::string(64, 'x')));
    for (std::string bad : {"", "a.b", "a:b", "a/b", "..", "a b", "=a", "$x", "a\n", "\xc3\xa4"})
        CHECK_THROWS_AS(check_tmux_name(bad), error);
    CHECK_THROWS_AS(check_tmux_name(std::string(65, 'x')), error);
    CHECK_THROWS_AS(tmux_kill_text("a'b"), error);
}

TEST_CASE("tmux: a job's processes carry its id, by which they are found") {
    const auto plan = plan_tmux_start(a_job());
    CHECK(plan.input.find("export ECISBX_EXEC=0123456789abcdef01234567\n") != std::string::npos);
}

TEST_CASE("tmux: a job is checked before anything is sent") {
    CHECK(!refused(a_job()));
    auto job = a_job();
    job.rows = job.columns = 1000;
    CHECK(!refused(job));
    job = a_job();
    job.script = std::string("a\0b", 3);
    CHECK(refused(job));
    job = a_job();
    job.dir = std::string("a\0b", 3);
    CHECK(refused(job));
    for (std::string name : {"", "1A", "A B", "A=", "ECISBX_EXEC"}) {
        CAPTURE(name);
        job = a_job();
        job.env.emplace_back(name, "x");
        CHECK(refused(job));
    }
    job = a_job();
    job.rows = 0;
    CHECK(refused(job));
    job = a_job();
    job.columns = 1001;
    CHECK(refused(job));
    job = a_job();
    job.history = 10'000'001;
    CHECK(refused(job));
}

TEST_CASE("tmux: the script is behind the runner, byte for byte") {
    auto job = a_job();
    job.script = "echo 'x'\r\n\xff # no newline";
    auto plan = plan_tmux_start(job);
    CHECK(plan.input.ends_with(job.script));
    auto run = plan.input.substr(0, plan.input.size() - job.script.size());
    CHECK(run.ends_with("done\n"));
    CHECK(plan.text.find("bs=" + std::to_string(run.size()) + " skip=1") != std::string::npos);
    CHECK(plan.text.find(job.nonce) == std::string::npos);
    // The processes of the job are found by the id: no argument list may hold it.
    CHECK(plan.text.find(job.id) == std::string::npos);
}

TEST_CASE("tmux: every shell can read the texts") {
    auto look = a_look(5000, 100);
    look.wait = std::chrono::milliseconds(1050);
    auto job = a_job();
    job.dir = "/a 'b'";
    job.env.emplace_back("A", "'\n\"");
    auto plan = plan_tmux_start(job);
    auto run = plan.input.substr(0, plan.input.size() - job.script.size());
    std::vector<std::vector<std::string>> shells = {
        {"/usr/bin/dash"}, {"/usr/bin/bash"}, {"/usr/bin/busybox", "sh"}};
    for (const auto& shell : shells)
        for (const auto& text : {plan.text, run, tmux_look_text(look), tmux_kill_text("x"),
                                 tmux_list_text(), tmux_screen_text("x")}) {
            auto argv = shell;
            argv.insert(argv.end(), {"-n", "-c", text});
            tests::process child(argv, {}, tests::streams::no_input);
            CAPTURE(text);
            CHECK(child.finish() == 0);
            CHECK(child.err.empty());
        }
}

TEST_CASE("tmux: answers of a look") {
    using kind = tmux_sight::kind;
    auto look = a_look(4100, 10);
    auto sight = parse_tmux_sight(look, "running 0 4108 0\n0123" + std::string("abcdefghXX"));
    REQUIRE(sight);
    CHECK(sight->what == kind::running);
    CHECK(sight->out == "abcdefgh");
    CHECK(sight->size == 4108);
    sight = parse_tmux_sight(look, "completed 137 9000 1\n0123abcdefghijklm");
    REQUIRE(sight);
    CHECK(sight->what == kind::completed);
    CHECK(sight->code == 137);
    CHECK(sight->drained);
    CHECK(sight->out == "abcdefghij");
    CHECK(parse_tmux_sight(look, "completed 0 4100 0\n0123")->out.empty());
    CHECK(!parse_tmux_sight(look, "completed 0 4100 0\n")->drained);
    CHECK(parse_tmux_sight(look, "none 0 0 0\n")->what == kind::none);
    CHECK(parse_tmux_sight(look, "gone 0 7 0\n")->what == kind::gone);
    for (std::string bad :
         {"", "running", "running 0 5 0", "walking 0 5 0\n", "completed  0 1\n",
          "completed 256 0 1\n", "completed -1 0 1\n", "completed 1 x 1\n", "completed 1 2 1 4\n",
          "completed 1 99999999999999999999999 1\n", "completed 1 2\n", "\n"}) {
        CAPTURE(bad);
        CHECK(!parse_tmux_sight(look, bad));
    }
    CHECK(!parse_tmux_sight(look, std::string(100000, 'x') + "\n"));
}

TEST_CASE("tmux: answers of start, list and screen") {
    using kind = tmux_started::kind;
    auto started = parse_tmux_started("ok 1700000000\n");
    REQUIRE(started);
    CHECK(started->what == kind::started);
    CHECK(started->created == 1700000000);
    CHECK(parse_tmux_started("exists\n")->what == kind::exists);
    CHECK(parse_tmux_started("no-tmux\n")->what == kind::no_tmux);
    CHECK(parse_tmux_started("no-folder\n")->what == kind::no_folder);
    CHECK(parse_tmux_started("failed no space\nleft\n")->message == "no space\nleft");
    for (std::string bad : {"", "ok 17", "ok \n", "ok x\n", "okay 1\n", "\n"}) {
        CAPTURE(bad);
        CHECK(!parse_tmux_started(bad));
    }
    auto list = parse_tmux_list("a 17 1\nb:c 18 1\nd 19 0\n.\n");
    REQUIRE(list);
    REQUIRE(list->size() == 2);
    CHECK(list->at(0).name == "a");
    CHECK(list->at(0).running);
    CHECK(list->at(1).created == 19);
    CHECK(!list->at(1).running);
    CHECK(parse_tmux_list(".\n")->empty());
    CHECK(!parse_tmux_list("a 17 1\n"));
    CHECK(!parse_tmux_list("a x 1\n.\n"));
    CHECK(!parse_tmux_list(""));
    CHECK(parse_tmux_screen("ok\nline\n") == "line\n");
    CHECK(parse_tmux_screen("ok\n") == "");
    CHECK(!parse_tmux_screen("ok"));  // cut
    CHECK(!parse_tmux_screen("none\n"));
    CHECK(!parse_tmux_screen(""));
}
