// Commands of the chaos tests: `exec`, `bash` and `start`.
#include "chaos_scene.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ecisbx::test::chaos {
namespace {

using std::chrono::seconds;

bool says(const std::string& text, std::string_view words) {
    return text.find(words) != std::string::npos;
}

/// What a command is to do, and what must come of it.
struct exec_case {
    std::uint64_t key = 0;
    std::size_t out = 0, err = 0;
    int code = 0;
    bool by_script = false;
    std::string input;
    milliseconds timeout{0};

    std::string script() const {
        return notes_run(key) + "head -c " + std::to_string(out) + " /tmp/noise; tail -c " +
               std::to_string(err) + " /tmp/noise >&2; " + (input.empty() ? "" : "cat; ") +
               "exit " + std::to_string(code);
    }
    command argv() const { return command("sh", "-c", script(), mark(key)); }
};

exec_case choose_case(const scene& in, sim::random& choose, std::uint64_t key) {
    exec_case c;
    c.key = key;
    // Long enough to be broken in the middle, most of them.
    c.out = choose.chance(0.7) ? choose.between(15'000, 80'000) : choose.scaled(3'000);
    c.err = choose.scaled(choose.chance(0.2) ? 60'000 : 600);
    c.code = choose.chance(0.5) ? 0 : static_cast<int>(choose.below(126));
    c.by_script = choose.chance(0.4);
    c.timeout = in.fair ? seconds(20) : milliseconds(choose.between(1'000, 4'000));
    return c;
}

exec_options options_of(const exec_case& c) {
    // Silence must be found out well before the test's end.
    return exec_options().timeout(c.timeout).idle_timeout(seconds(1));
}

void check_bytes(scene& in, const std::string& name, const exec_case& c, const exec_result& r) {
    const std::string out = in.noise.substr(0, c.out) + c.input;
    const std::string err = in.noise.substr(in.noise.size() - c.err);
    if (!std::string_view(out).starts_with(r.out)) in.fail(name, "stdout is not what was written");
    if (!std::string_view(err).starts_with(r.err)) in.fail(name, "stderr is not what was written");
    if (!r.complete) return;
    in.ran.insert(c.key);
    if (r.out != out || r.err != err) in.fail(name, "complete, but bytes are missing");
    if (!r.status.exited() || r.status.code() != c.code)
        in.fail(name, "complete, but with the wrong status");
}

void check_end(scene& in, const std::string& name, const exec_case& c, const exec_result& r) {
    switch (r.status.end_reason()) {
        case end_reason::exited:
            if (r.status.code() != c.code) in.fail(name, "a wrong exit code");
            break;
        case end_reason::signaled: in.fail(name, "nobody sent a signal"); break;
        case end_reason::timed_out:
            if (r.elapsed < c.timeout) in.fail(name, "timed out before its time");
            if (says(r.note, "was killed") && !processes_with(mark(c.key)).empty())
                in.fail(name, "said to be killed, but it lives");
            break;
        case end_reason::lost:
            if (r.note.empty()) in.fail(name, "lost, and nobody says why");
            break;
    }
}

void check_whole(scene& in, const std::string& name, const exec_result& r) {
    if (in.fair && !r.complete) in.fail(name, "not complete: " + r.note);
    ++in.ends[name + (r.complete ? ": complete" : ": not complete")];
}

asio::awaitable<void> one_exec(scene_ptr in, exec_case c, std::string name) {
    exec_result r;
    if (c.by_script)
        r = co_await in->box.bash(c.script(), options_of(c));
    else
        r = co_await in->box.exec(c.argv(), options_of(c));
    check_bytes(*in, name, c, r);
    check_end(*in, name, c, r);
    check_whole(*in, name, r);
}

asio::awaitable<void> feed(process& p, std::string bytes) {
    while (!bytes.empty()) {
        std::string piece = bytes.substr(0, 5'000);
        bytes.erase(0, piece.size());
        co_await p.write(std::move(piece));
    }
    co_await p.close_stdin();
}

asio::awaitable<void> one_stream(scene_ptr in, exec_case c) {
    process p = co_await in->box.start(c.argv(), options_of(c).open_stdin());
    // One that can not be fed has ended, or been cut: what came before and how it ended is known.
    auto fed = co_await as_result(feed(p, c.input));
    if (!fed && fed.error().code == errc::canceled) fed.value();
    exec_result got;
    for (;;) {
        std::optional<chunk> piece = co_await p.read();
        if (!piece) break;
        (piece->stream == stream_id::out ? got.out : got.err) += piece->bytes;
    }
    exec_result end = co_await p.wait();
    got.status = end.status;
    got.note = end.note;
    got.elapsed = end.elapsed;
    // A program that was fed half of its input has ended in its own way.
    got.complete = end.complete && fed.has_value();
    if (end.complete && !fed) in->ran.insert(c.key);
    check_bytes(*in, "start", c, got);
    check_end(*in, "start", c, got);
    check_whole(*in, "start", got);
}

asio::awaitable<void> one_sleep(scene_ptr in, exec_case c) {
    command what("sh", "-c", notes_run(c.key) + "sleep 1000; exit 1", mark(c.key));
    auto r = co_await in->box.exec(std::move(what), options_of(c));
    check_end(*in, "sleep", c, r);
    if (r.status.exited() || r.complete) in->fail("sleep", "an end of what has none");
    if (in->fair && r.status.end_reason() != end_reason::timed_out)
        in->fail("sleep", "not timed out: " + r.note);
}

/// An error that does not say that the command may have started says that it has not.
void learn(scene& in, std::uint64_t key, const std::optional<error_info>& why) {
    if (why && why->code == errc::connection && !says(why->message, "may have started"))
        in.not_run.insert(key);
}

}  // namespace

asio::awaitable<void> some_exec(scene_ptr in, std::uint64_t key) {
    auto choose = in->random_for(key);
    auto c = choose_case(*in, choose, key);
    const std::string name = c.by_script ? "bash" : "exec";
    auto how = call_for(*in, choose, name, c.timeout);
    auto why = co_await make_call(in, std::move(how), one_exec(in, std::move(c), name));
    learn(*in, key, why);
}

asio::awaitable<void> some_stream(scene_ptr in, std::uint64_t key) {
    auto choose = in->random_for(key);
    auto c = choose_case(*in, choose, key);
    // It feeds, then reads: what neither side reads meanwhile has to fit between them.
    c.by_script = false;
    c.out = std::min<std::size_t>(c.out, 10'000);
    c.err = std::min<std::size_t>(c.err, 10'000);
    const auto from = choose.below(50'000);
    c.input = in->noise.substr(from, 1 + choose.below(30'000));
    auto how = call_for(*in, choose, "start", c.timeout);
    auto why = co_await make_call(in, std::move(how), one_stream(in, std::move(c)));
    learn(*in, key, why);
}

asio::awaitable<void> some_sleep(scene_ptr in, std::uint64_t key) {
    auto choose = in->random_for(key);
    exec_case c;
    c.key = key;
    c.timeout = milliseconds(choose.between(500, 1'500));
    auto how = call_for(*in, choose, "sleep", c.timeout);
    auto why = co_await make_call(in, std::move(how), one_sleep(in, std::move(c)));
    learn(*in, key, why);
}

}  // namespace ecisbx::test::chaos
