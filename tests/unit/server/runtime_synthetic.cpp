// The runtime without processes, alone and behind our client's own wrapper.
#include "proto/exec_script.hpp"
#include "proto/exit_trailer.hpp"
#include "server/runtime/simple_script.hpp"
#include "unit/server/runtime_fixture.hpp"

#include <boost/asio/buffer.hpp>

#include <doctest/doctest.h>

#include <csignal>

using namespace runtime_test;
using ecisbx::errc;
namespace proto = ecisbx::proto;

namespace {

const std::string nonce = "00112233445566778899aabbccddeeff";

proto::exec_wish wish_of(std::vector<std::string> argv) {
    proto::exec_wish wish;
    wish.id = "exec-1";
    wish.nonce = nonce;
    wish.argv = std::move(argv);
    return wish;
}

proto::exec_wish script_of(std::string script) {
    auto wish = wish_of({});
    wish.script = std::move(script);
    return wish;
}

struct unwrapped {
    std::string out, err;
    std::optional<int> out_status, err_status;
    rt::exit_info exit;
};

unwrapped take_trailers(const output& all) {
    unwrapped result;
    proto::exit_trailer out(nonce), err(nonce);
    out.feed(all.out, result.out);
    out.finish(result.out);
    err.feed(all.err, result.err);
    err.finish(result.err);
    result.out_status = out.status();
    result.err_status = err.status();
    result.exit = all.exit;
    return result;
}

struct synthetic_world : world {
    synthetic_world() : world(ecisbx::server::synthetic()) {}

    std::shared_ptr<rt::process> begin(const proto::exec_plan& plan) {
        auto spec = command(plan.argv);
        spec.open_stdin = plan.open_stdin;
        spec.tty = plan.tty;
        return start(in, std::move(spec));
    }
    unwrapped exec(const proto::exec_wish& wish, proto::exec_limits limits = {}) {
        auto plan = proto::plan_exec(wish, limits);
        auto process = begin(plan);
        if (plan.has_preamble) run(write_text(process, plan.preamble(false)));
        return take_trailers(run(collect(process)));
    }
    std::shared_ptr<rt::box> in = box();
};

asio::awaitable<std::size_t> count(std::shared_ptr<rt::process> process) {
    std::vector<char> buffer(50'000);
    std::size_t total = 0;
    for (;;) {
        auto n = co_await process->read_out(asio::buffer(buffer));
        if (n == 0) co_return total;
        total += n;
    }
}

}  // namespace

TEST_CASE("synthetic: plain commands") {
    synthetic_world w;
    auto code = [&](std::vector<std::string> argv) {
        return w.world::exec(w.in, command(std::move(argv))).exit.code;
    };
    CHECK(code({"true"}) == 0);
    CHECK(code({"/bin/false"}) == 1);
    CHECK(code({"exit", "7"}) == 7);
    CHECK(code({"exit"}) == 0);
    CHECK(code({"sleep", "0.01"}) == 0);
    CHECK(code({"sleep", "x"}) == 1);
    CHECK(code({"cat"}) == 0);  // no stdin
    CHECK(w.world::exec(w.in, command({"echo", "a", "", "b c"})).out == "a  b c\n");
    CHECK(errc_of([&] { code({"ls"}); }) == errc::not_found);
    CHECK(errc_of([&] { code({}); }) == errc::invalid_argument);
    CHECK(w.notes_have("no process is run"));
}

TEST_CASE("synthetic: yes gives exactly so many bytes, on demand") {
    synthetic_world w;
    for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65'536},
                             std::size_t{65'537}, std::size_t{100'000'000}}) {
        auto process = w.start(w.in, command({"yes", std::to_string(size)}));
        CHECK(w.run(count(process)) == size);
        CHECK(w.run(process->wait()).code == 0);
    }
}

TEST_CASE("synthetic: cat, and its back-pressure") {
    synthetic_world w;
    auto spec = command({"cat"});
    spec.open_stdin = true;
    auto cat = w.start(w.in, spec);
    w.run(write_text(cat, "one"));
    CHECK(w.run(read_until(cat, "one")) == "one");
    w.run(write_text(cat, std::string(100'000, 'x')));
    bool written = false;
    asio::co_spawn(w.io, write_text(cat, "more"), [&](std::exception_ptr) { written = true; });
    w.io.restart();
    w.io.poll();
    CHECK_FALSE(written);
    w.run(read_until(cat, "x"));
    w.io.restart();
    w.io.poll();
    CHECK(eventually([&] {
        w.io.restart();
        w.io.poll();
        std::vector<char> some(65'536);
        if (!written) w.run(cat->read_out(asio::buffer(some)));
        return written;
    }));
    cat->close_stdin();
    CHECK(w.run(collect(cat)).exit.code == 0);
    CHECK(errc_of([&] { w.run(write_text(cat, "x")); }) == errc::connection);
}

TEST_CASE("synthetic: kill, stop and a box that has ended") {
    synthetic_world w;
    auto one = w.start(w.in, command({"sleep", "1000"}));
    auto two = w.start(w.in, command({"sleep", "1000"}));
    one->kill(SIGINT);
    auto end = w.run(one->wait());
    CHECK(end.code == 130);
    CHECK(end.signal == SIGINT);
    w.stop(w.in);
    CHECK(w.run(two->wait()).signal == SIGTERM);
    CHECK(errc_of([&] { w.start(w.in, command({"true"})); }) == errc::not_ready);
}

TEST_CASE("synthetic: behind the wrapper, by arguments and over the channel") {
    synthetic_world w;
    proto::exec_limits limits;
    SUBCASE("arguments") {}
    SUBCASE("channel") {
        limits.max_json_bytes = 900;
    }
    const std::string pad(limits.max_json_bytes == 900 ? 1000 : 1, 'p');
    auto echo = w.exec(wish_of({"echo", "hi", pad}), limits);
    CHECK(echo.out == "hi " + pad + "\n");
    CHECK(echo.out_status == 0);
    CHECK(echo.err_status == 0);
    CHECK(echo.exit.code == 0);
    auto failing = w.exec(script_of("echo " + pad + "\necho 'a b'; exit 3\necho never"), limits);
    CHECK(failing.out == pad + "\na b\n");
    CHECK(failing.out_status == 3);
    CHECK(failing.err_status == 3);
    CHECK(failing.exit.code == 3);
    auto unknown = w.exec(wish_of({"no-such", pad}), limits);
    CHECK(unknown.err == "sh: no-such: not found\n");
    CHECK(unknown.out_status == 127);
    auto shell = w.exec(script_of("echo $HOME " + pad), limits);
    CHECK(shell.out_status == 2);
    CHECK(shell.err.find("needs a real shell") != std::string::npos);
}

TEST_CASE("synthetic: framed and raw stdin behind the wrapper") {
    synthetic_world w;
    auto wish = wish_of({"cat"});
    wish.input = proto::stdin_mode::stream;
    auto plan = proto::plan_exec(wish, {});
    auto process = w.begin(plan);
    bool raw = false;
    SUBCASE("framed") {}
    SUBCASE("raw") {
        raw = true;
    }
    w.run(write_text(process, plan.preamble(raw)));
    w.run(write_text(process, raw ? "some" : proto::stdin_frame("some")));
    w.run(write_text(process, raw ? " text" : proto::stdin_frame(" text")));
    if (raw)
        process->close_stdin();
    else
        w.run(write_text(process, proto::stdin_end()));
    auto end = take_trailers(w.run(collect(process)));
    CHECK(end.out == "some text");
    CHECK(end.out_status == 0);
    CHECK(end.err_status == 0);
}

TEST_CASE("synthetic: a loader that gets no command ends without a trailer") {
    synthetic_world w;
    auto wish = wish_of({"cat"});
    wish.input = proto::stdin_mode::stream;
    auto plan = proto::plan_exec(wish, {});
    auto garbage = w.begin(plan);
    w.run(write_text(garbage, "this is no preamble\n"));
    auto end = take_trailers(w.run(collect(garbage)));
    CHECK_FALSE(end.out_status.has_value());
    CHECK(end.exit.code == 125);
    auto early = w.begin(plan);
    early->close_stdin();
    CHECK(w.run(collect(early)).exit.code == 125);
    plan.open_stdin = false;
    CHECK(w.run(collect(w.begin(plan))).exit.code == 125);
}

TEST_CASE("synthetic: the client's way to kill finds the exec") {
    synthetic_world w;
    auto wish = wish_of({"sleep", "1000"});
    auto plan = proto::plan_exec(wish, {});
    auto process = w.begin(plan);
    auto code = [&](const char* id, int signal) {
        return w.world::exec(w.in, command(proto::kill_argv(id, signal))).exit.code;
    };
    CHECK(code("exec-2", SIGTERM) == 1);
    CHECK(code("exec-1", SIGTERM) == 0);
    auto end = take_trailers(w.run(collect(process)));
    CHECK(end.out_status == 143);
    CHECK(end.exit.code == 143);
    CHECK(end.exit.signal == 0);  // the wrapper lives to tell it
    CHECK(code("exec-1", SIGTERM) == 1);

    process = w.begin(plan);
    CHECK(code("exec-1", SIGKILL) == 0);
    end = take_trailers(w.run(collect(process)));
    CHECK_FALSE(end.out_status.has_value());
    CHECK(end.exit.signal == SIGKILL);
}

TEST_CASE("synthetic: a terminal") {
    synthetic_world w;
    auto wish = wish_of({"echo", "hi"});
    wish.tty = true;
    auto plan = proto::plan_exec(wish, {});
    auto all = w.run(collect(w.begin(plan)));
    CHECK(all.err == "");
    auto end = take_trailers(all);
    CHECK(end.out == "hi\r\n");
    CHECK(end.out_status == 0);
}

TEST_CASE("synthetic: dropped handles and thousands of commands leave nothing") {
    synthetic_world w;
    auto spec = command({"cat"});
    spec.open_stdin = true;
    for (int i = 0; i < 2000; ++i) {
        CHECK(w.world::exec(w.in, command({"true"})).exit.code == 0);
        auto cat = w.start(w.in, spec);
        auto yes = w.start(w.in, command({"yes", "100000000000"}));
    }
    auto sleeper = w.start(w.in, command({"sleep", "1000"}));
    sleeper.reset();
    w.stop(w.in);
    // Nothing waits any more: the context runs out of work at once.
    w.io.restart();
    auto begin = std::chrono::steady_clock::now();
    w.io.run_for(20s);
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

TEST_CASE("simple scripts are split, others refused") {
    using words = std::vector<std::string>;
    auto split = [](const char* text) { return rt::split_script(text); };
    CHECK(split("")->empty());
    CHECK(split(" ;;\n ")->empty());
    auto two = split("a  'b c'\"d\" \\e ''; f\n");
    REQUIRE(two);
    REQUIRE(two->size() == 2);
    CHECK((*two)[0] == words{"a", "b cd", "e", ""});
    CHECK((*two)[1] == words{"f"});
    for (const char* text : {"a | b", "a > b", "a & b", "$x", "`x`", "\"$x\"", "'open", "a \\",
                             "a && b", "(a)", "*", "# x"}) {
        INFO(text);
        CHECK_FALSE(split(text));
    }
}
