// tmux sessions of the runtime without processes, by the texts that the client sends.
#include "proto/exec_script.hpp"
#include "proto/exit_trailer.hpp"
#include "proto/tmux_script.hpp"
#include "unit/server/runtime_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace runtime_test;
namespace proto = ecisbx::proto;

namespace {

const std::string nonce = "00112233445566778899aabbccddeeff";

struct synthetic_world : world {
    synthetic_world() : world(ecisbx::server::synthetic()) {}

    std::shared_ptr<rt::process> begin(const std::string& text, const std::string& input) {
        proto::exec_wish wish;
        wish.id = "exec-1";
        wish.nonce = nonce;
        wish.argv = {"/bin/sh", "-c", text};
        if (!input.empty()) wish.input = proto::stdin_mode::stream;
        auto plan = proto::plan_exec(wish, {});
        auto spec = command(plan.argv);
        spec.open_stdin = plan.open_stdin;
        auto process = start(in, std::move(spec));
        if (plan.has_preamble) run(write_text(process, plan.preamble(false)));
        if (!input.empty()) {
            run(write_text(process, proto::stdin_frame(input)));
            run(write_text(process, proto::stdin_end()));
        }
        return process;
    }
    std::string end(const std::shared_ptr<rt::process>& process) {
        std::string text;
        proto::exit_trailer trailer(nonce);
        trailer.feed(run(collect(process)).out, text);
        trailer.finish(text);
        return text;
    }
    std::string ask(const std::string& text, const std::string& input = {}) {
        return end(begin(text, input));
    }
    std::optional<proto::tmux_started> begin_job(const std::string& script) {
        proto::tmux_job job;
        job.name = "job";
        job.script = script;
        job.id = "exec-2";
        job.nonce = nonce;
        auto plan = proto::plan_tmux_start(job);
        return proto::parse_tmux_started(ask(plan.text, plan.input));
    }
    proto::tmux_look look(std::chrono::milliseconds wait, std::uint64_t from = 0) {
        proto::tmux_look look;
        look.name = "job";
        look.from = from;
        look.limit = 1 << 20;
        look.wait = wait;
        return look;
    }
    proto::tmux_sight see(const proto::tmux_look& look) {
        auto sight = proto::parse_tmux_sight(look, ask(proto::tmux_look_text(look)));
        REQUIRE(sight);
        return *sight;
    }
    std::shared_ptr<rt::box> in = box();
};

using seen = proto::tmux_sight::kind;
using started = proto::tmux_started::kind;

}  // namespace

TEST_CASE("synthetic tmux: a job from its start to its end") {
    synthetic_world w;
    auto begun = w.begin_job("echo one\nsleep 0.2\necho two; exit 7");
    REQUIRE(begun);
    CHECK(begun->what == started::started);
    CHECK(begun->created > 1'700'000'000);
    auto now = w.see(w.look(0ms));
    CHECK(now.what == seen::running);
    CHECK(now.out == "one\n");
    CHECK(w.begin_job("true")->what == started::exists);
    auto list = proto::parse_tmux_list(w.ask(proto::tmux_list_text()));
    REQUIRE(list);
    REQUIRE(list->size() == 1);
    CHECK(list->at(0).name == "job");
    CHECK(list->at(0).running);

    // The end is seen when it comes, not when the round is over.
    auto began = std::chrono::steady_clock::now();
    auto end = w.see(w.look(60s));
    CHECK(std::chrono::steady_clock::now() - began < 30s);
    CHECK(end.what == seen::completed);
    CHECK(end.code == 7);
    CHECK(end.drained);
    CHECK(end.out == "one\ntwo\n");
    CHECK(w.see(w.look(60s, 4)).out == "two\n");
    CHECK(w.ask(proto::tmux_kill_text("job")).empty());
    CHECK(w.see(w.look(60s)).what == seen::none);
    CHECK(w.ask(proto::tmux_list_text()) == ".\n");
}

TEST_CASE("synthetic tmux: a round ends after its length, or when the session is killed") {
    synthetic_world w;
    w.begin_job("sleep 1000");
    auto text = proto::tmux_look_text(w.look(50ms));
    CHECK(w.ask(text).starts_with("running 0 0 0\n"));
    auto waiting = w.begin(proto::tmux_look_text(w.look(600s)), {});
    CHECK(w.ask(proto::tmux_kill_text("job")).empty());
    CHECK(w.end(waiting) == "none 0 0 0\n");
    // The box ends with a session and a round in it.
    w.begin_job("sleep 1000");
    auto last = w.begin(proto::tmux_look_text(w.look(600s)), {});
    w.stop(w.in);
    w.end(last);
}

TEST_CASE("synthetic tmux: output beyond a pipe's size, and a script that needs a shell") {
    synthetic_world w;
    w.begin_job("sleep 0.05; yes 1000000");
    auto look = w.look(60s);
    auto end = w.see(look);
    CHECK(end.what == seen::completed);
    CHECK(end.size == 1'000'000);
    CHECK(end.out.size() == 1'000'000);
    w.ask(proto::tmux_kill_text("job"));
    w.begin_job("echo $HOME");
    auto shell = w.see(w.look(60s));
    CHECK(shell.code == 2);
    CHECK(shell.out.find("needs a real shell") != std::string::npos);
    // A job that writes without end is stopped by a full disk.
    w.ask(proto::tmux_kill_text("job"));
    w.begin_job("yes 1000000000000");
    auto full = w.see(w.look(200ms));
    CHECK(full.what == seen::running);
    CHECK(full.size == std::uint64_t(16) << 20);
}

TEST_CASE("synthetic tmux: a start whose input is not what was announced") {
    synthetic_world w;
    proto::tmux_job job;
    job.name = "job";
    job.script = "true";
    job.id = "exec-2";
    job.nonce = nonce;
    auto plan = proto::plan_tmux_start(job);
    for (const auto& input : {plan.input.substr(1), plan.input + "x", plan.input + plan.input})
        CHECK(w.ask(plan.text, input) == "no-folder\n");
    CHECK(w.see(w.look(0ms)).what == seen::none);
    // A session's text is no command of any other kind.
    CHECK(w.ask("tmux ls").empty());
}

TEST_CASE("synthetic: the time") {
    synthetic_world w;
    auto out = w.world::exec(w.in, command({"date", "+%s.%N"})).out;
    CHECK(out.size() == 21);
    CHECK(out.find('.') == 10);
    CHECK(w.world::exec(w.in, command({"date"})).exit.code == 1);
}
