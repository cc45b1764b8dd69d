// Files and tmux jobs of the chaos tests.
#include "chaos_scene.hpp"

#include <ecisbx/error.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace ecisbx::test::chaos {
namespace {

using std::chrono::seconds;

asio::awaitable<void> write_one(scene_ptr in, scene::file f, file_options options,
                                std::string bytes) {
    auto r = co_await in->box.write_file(f.path, bytes, std::move(options));
    if (r.bytes != bytes.size()) in->fail("write_file", "a wrong size was reported");
    auto now = co_await in->direct.read_file(f.path);
    if (now != f.after) in->fail("write_file", "success, but the file is another one");
}

asio::awaitable<void> read_one(scene_ptr in, scene::file f, file_options options) {
    auto got = co_await in->box.read_file(f.path, std::move(options));
    if (got != f.before) in->fail("read_file", "success, but the bytes are others");
}

struct job_case {
    std::uint64_t key = 0;
    std::string name;
    std::size_t out = 0;
    int code = 0;
    milliseconds timeout{0};
    std::string script() const {
        return notes_run(key) + "sleep 0.2; head -c " + std::to_string(out) +
               " /tmp/noise | od -An -tx1 -v | tr -d ' \\n'; exit " + std::to_string(code);
    }
};

/// As `od` and `tr` write it: a terminal's own settings would change some bytes.
std::string hex(std::string_view bytes) {
    std::string text;
    for (char c : bytes)
        for (int shift : {4, 0})
            text += "0123456789abcdef"[(static_cast<unsigned char>(c) >> shift) & 15];
    return text;
}

asio::awaitable<void> start_job(scene_ptr in, job_case c) {
    auto session = co_await in->box.tmux_start(c.script(), tmux_options().session(c.name));
    if (session.name != c.name) in->fail("tmux_start", "another name");
    in->ran.insert(c.key);
}

asio::awaitable<void> wait_for_job(scene_ptr in, job_case c, bool started) {
    auto state = co_await in->box.tmux_wait(c.name, tmux_wait_options().timeout(c.timeout));
    const auto all = hex(std::string_view(in->noise).substr(0, c.out));
    if (!std::string_view(all).starts_with(state.out))
        in->fail("tmux_wait", "the output is not what was written");
    if (state.state == tmux_state::not_found && started)
        in->fail("tmux_wait", "the job is not there");
    const bool completed = state.state == tmux_state::completed;
    if (completed && state.status.code() != c.code) in->fail("tmux_wait", "a wrong exit code");
    if (completed && state.drained && !state.more() && state.out != all)
        in->fail("tmux_wait", "complete, but bytes are missing");
    if (in->fair && !completed) in->fail("tmux_wait", "not complete");
    if (completed) in->ran.insert(c.key);
}

}  // namespace

asio::awaitable<void> some_file(scene_ptr in, std::uint64_t key) {
    auto choose = in->random_for(key);
    auto any = [&] {
        return in->noise.substr(choose.below(in->noise.size()), choose.scaled(50'000));
    };
    scene::file f;
    f.path = "/tmp/file-" + std::to_string(key);
    f.before = any();
    const std::string bytes = any();
    const bool writes = choose.chance(0.6), appends = choose.chance(0.3);
    f.after = writes ? (appends ? f.before : std::string()) + bytes : f.before;
    const auto timeout = in->fair ? seconds(20) : milliseconds(choose.between(1'000, 4'000));
    auto how = call_for(*in, choose, writes ? "write_file" : "read_file", timeout);
    co_await in->direct.write_file(f.path, f.before);
    in->files.push_back(f);
    auto options = file_options().timeout(timeout).append(writes && appends);
    auto work = writes ? write_one(in, f, options, bytes) : read_one(in, f, options);
    co_await make_call(in, std::move(how), std::move(work));
}

asio::awaitable<void> some_job(scene_ptr in, std::uint64_t key) {
    auto choose = in->random_for(key);
    job_case c;
    c.key = key;
    c.name = "job-" + std::to_string(key);
    c.out = choose.scaled(10'000);
    c.code = static_cast<int>(choose.below(126));
    c.timeout = in->fair ? seconds(20) : milliseconds(choose.between(500, 3'000));
    // It has no timeout of its own: whoever can not wait cancels it, and asks again by its name.
    bool started = false;
    for (int i = 0; i < 3 && !started; ++i) {
        call how;
        how.name = "tmux_start";
        how.limit = seconds(30);
        if (!in->fair) how.cancel = milliseconds(choose.between(300, 3'000));
        if (i > 0) how.also = errc::conflict;
        auto why = co_await make_call(in, std::move(how), start_job(in, c));
        started = !why;
        if (why && why->code == errc::conflict) break;
    }
    // A connection that hangs may add 15 s: nobody waits for that here.
    auto how = call_for(*in, choose, "tmux_wait", c.timeout + seconds(15));
    if (!in->fair && !how.cancel) how.cancel = c.timeout + seconds(1);
    co_await make_call(in, std::move(how), wait_for_job(in, c, started));
}

}  // namespace ecisbx::test::chaos
