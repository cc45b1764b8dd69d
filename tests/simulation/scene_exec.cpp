// Commands: `exec`, `bash` and `start`.
#include "simulation/scene.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace ecisbx::sim {
namespace {

/// What a command is to do, and what must come of it.
struct exec_case {
    program what;
    std::string input;
    milliseconds timeout{0};
    bool by_script = false;
    bool has_input = false;

    std::string out() const { return what.out_bytes() + (what.cats ? input : std::string()); }
    std::string err() const { return what.err_bytes(); }
    bool in_time() const {
        return milliseconds(what.length()) + std::chrono::seconds(20) < timeout;
    }
};

exec_case choose_case(scene& in) {
    auto& choose = in.choose;
    exec_case c;
    c.what.key = in.key();
    c.what.out = choose.scaled(choose.chance(0.1) ? 300'000 : 6'000);
    c.what.err = choose.scaled(choose.chance(0.1) ? 100'000 : 600);
    c.what.pieces = static_cast<unsigned>(choose.between(1, 5));
    c.what.sleep = choose.chance(0.3) ? 0 : static_cast<unsigned>(choose.scaled(20'000));
    c.what.cats = choose.chance(0.3);
    c.what.code = choose.chance(0.5) ? 0 : static_cast<int>(choose.below(126));
    c.has_input = c.what.cats || choose.chance(0.1);
    if (c.has_input)
        c.input = program{c.what.key, choose.scaled(100'000), 0, 1, 0, false, 0}.out_bytes();
    c.timeout = milliseconds(choose.chance(0.6) ? 600'000 : choose.between(1, 60'000));
    c.by_script = choose.chance(0.4);
    return c;
}

exec_options options_of(const exec_case& c) {
    exec_options options;
    options.timeout(c.timeout);
    if (c.has_input) options.input(c.input);
    return options;
}

/// Upper case is stdout's, lower case stderr's: what a wire merges is taken apart again.
std::string only(const std::string& bytes, bool upper) {
    std::string all;
    for (char c : bytes)
        if ((c >= 'A' && c <= 'Z') == upper) all += c;
    return all;
}

/// Where a wire merges the streams, bytes of one may stand within the report of the other: then the
/// report is not found, its pieces are in the output, and the result does not claim anything.
bool torn_report(const scene& in, const exec_result& r) {
    return in.merged() && r.out.find('\x1e') != std::string::npos;
}

void check_bytes(scene& in, const std::string& name, const exec_case& c, const exec_result& r) {
    if (torn_report(in, r)) {
        if (r.complete) in.fail(name, "complete, with a torn report");
        return;
    }
    std::string out = r.out, err = r.err;
    if (in.merged()) {
        err += only(out, false);
        out = only(out, true);
    }
    if (!std::string_view(c.out()).starts_with(out))
        in.fail(name, "stdout is not what was written");
    if (!std::string_view(c.err()).starts_with(err))
        in.fail(name, "stderr is not what was written");
    if (!r.complete) return;
    if (out != c.out() || err != c.err()) in.fail(name, "complete, but bytes are missing");
    bool killed = in.disturbed && r.status.end_reason() == end_reason::signaled;
    if (!killed && (!r.status.exited() || r.status.code() != c.what.code))
        in.fail(name, "complete, but with the wrong status");
}

void check_end(scene& in, const std::string& name, const exec_case& c, const exec_result& r) {
    const ran* process = in.find(c.what.key);
    bool lives = process && !process->process->ended();
    bool fair = in.fair() && !torn_report(in, r);
    switch (r.status.end_reason()) {
        case end_reason::exited:
            if (r.status.code() != c.what.code) in.fail(name, "a wrong exit code");
            if (!process || lives) in.fail(name, "exited, but the process has not");
            break;
        case end_reason::signaled:
            if (!in.disturbed) in.fail(name, "nobody sent a signal");
            break;
        case end_reason::timed_out:
            if (r.elapsed < c.timeout) in.fail(name, "timed out before its time");
            if (lives && r.note.find("was killed") != std::string::npos)
                in.fail(name, "said to be killed, but it lives");
            break;
        case end_reason::lost:
            if (fair) in.fail(name, "lost without a reason: " + r.note);
            break;
    }
    if (fair && c.in_time() && !r.complete) in.fail(name, "not complete: " + r.note);
}

asio::awaitable<void> one_exec(scene_ptr in, exec_case c, std::string name) {
    exec_result r;
    if (c.by_script)
        r = co_await in->box.bash(c.what.script(), options_of(c));
    else
        r = co_await in->box.exec(command(c.what.argv()), options_of(c));
    check_bytes(*in, name, c, r);
    check_end(*in, name, c, r);
    ++in->here.ends[name + (r.complete ? ": complete" : ": not complete")];
}

/// Takes output piece by piece, and not always to the end.
struct stream_case {
    exec_case exec;
    unsigned slow = 0;  ///< ms between reads
    bool gives_up = false;
    std::size_t takes = 0;  ///< bytes, before it gives up
};

void collect(exec_result& into, const chunk& piece) {
    (piece.stream == stream_id::out ? into.out : into.err) += piece.bytes;
}

asio::awaitable<void> feed(process& p, const exec_case& c) {
    std::string left = c.input;
    while (!left.empty()) {
        auto size = std::min<std::size_t>(left.size(), 30'000);
        std::string piece = left.substr(0, size);
        left.erase(0, size);
        co_await p.write(std::move(piece));
    }
    co_await p.close_stdin();
}

asio::awaitable<void> one_stream(scene_ptr in, stream_case c, std::string name) {
    exec_options options;
    options.timeout(c.exec.timeout);
    if (c.exec.has_input) options.open_stdin();
    process p;
    if (c.exec.by_script)
        p = co_await in->box.start_bash(c.exec.what.script(), std::move(options));
    else
        p = co_await in->box.start(command(c.exec.what.argv()), std::move(options));
    if (c.exec.has_input) co_await feed(p, c.exec);
    exec_result got;
    bool gave_up = false;
    for (;;) {
        std::optional<chunk> piece = co_await p.read();
        if (!piece) break;
        collect(got, *piece);
        if (c.slow > 0) co_await pause(milliseconds(c.slow));
        gave_up = c.gives_up && got.out.size() + got.err.size() >= c.takes;
        if (gave_up) break;
    }
    if (gave_up) {
        check_bytes(*in, name, c.exec, got);
        co_return;
    }
    exec_result end = co_await p.wait();
    got.status = end.status;
    got.complete = end.complete;
    got.note = end.note;
    got.elapsed = end.elapsed;
    check_bytes(*in, name, c.exec, got);
    check_end(*in, name, c.exec, got);
    ++in->here.ends[name + (got.complete ? ": complete" : ": not complete")];
}

}  // namespace

asio::awaitable<void> some_exec(scene_ptr in) {
    auto c = choose_case(*in);
    std::string name = c.by_script ? "bash" : "exec";
    auto how = call_for(*in, name, c.timeout);
    how.short_of_time = !c.in_time();
    auto key = c.what.key;
    auto work = one_exec(in, std::move(c), name);
    co_await make_call(in, std::move(how), std::move(work));
    const ran* process = in->find(key);
    if (process && process->starts > 1) in->fail(name, "the command was started twice");
}

asio::awaitable<void> some_stream(scene_ptr in) {
    stream_case c;
    c.exec = choose_case(*in);
    // It feeds, then reads: what neither side reads meanwhile has to fit between them.
    c.exec.input.resize(std::min<std::size_t>(c.exec.input.size(), 20'000));
    if (c.exec.has_input) c.exec.what.out = std::min<std::size_t>(c.exec.what.out, 6'000);
    if (c.exec.has_input) c.exec.what.err = std::min<std::size_t>(c.exec.what.err, 6'000);
    c.slow = in->choose.chance(0.5) ? 0 : static_cast<unsigned>(in->choose.scaled(3'000));
    c.gives_up = in->choose.chance(0.2);
    c.takes = in->choose.scaled(10'000);
    auto pieces = c.exec.what.out + c.exec.what.err + c.exec.input.size();
    // A slow reader takes its time after the deadline too.
    auto limit = c.exec.timeout + milliseconds(c.slow) * (pieces / 100 + 50);
    auto how = call_for(*in, "start", limit);
    how.short_of_time = !c.exec.in_time();
    auto key = c.exec.what.key;
    auto work = one_stream(in, std::move(c), "start");
    co_await make_call(in, std::move(how), std::move(work));
    const ran* process = in->find(key);
    if (process && process->starts > 1) in->fail("start", "the command was started twice");
}

}  // namespace ecisbx::sim
