// Files and tmux jobs.
#include "simulation/scene.hpp"

#include <ecisbx/error.hpp>

#include <string_view>
#include <utility>

namespace ecisbx::sim {
namespace {

using std::chrono::seconds;

struct file_case {
    std::string path;
    std::string before, bytes;
    bool reads = false;
    bool appends = false;
    milliseconds timeout{0};
};

asio::awaitable<void> write_one(scene_ptr in, file_case c, std::string name) {
    file_options options;
    options.timeout(c.timeout).append(c.appends);
    auto r = co_await in->box.write_file(c.path, c.bytes, std::move(options));
    auto& files = in->here.boxes.files;
    auto wanted = c.appends ? c.before + c.bytes : c.bytes;
    if (r.bytes != c.bytes.size()) in->fail(name, "a wrong size was reported");
    if (files.count(c.path) == 0 || files[c.path] != wanted)
        in->fail(name, "success, but the file is another one");
}

asio::awaitable<void> read_one(scene_ptr in, file_case c, std::string name) {
    file_options options;
    options.timeout(c.timeout);
    std::string got = co_await in->box.read_file(c.path, std::move(options));
    if (got != c.before) in->fail(name, "success, but the bytes are others");
}

/// A file is the old or the new one, whole, whatever happened.
void check_file(scene& in, const std::string& name, const file_case& c) {
    const auto& now = in.here.boxes.files[c.path];
    bool whole = now == c.before || now == (c.appends ? c.before + c.bytes : c.bytes);
    if (!whole) in.fail(name, "the file is neither the old nor the new one");
}

struct job_case {
    program what;
    std::string name;
    milliseconds timeout{0};
};

asio::awaitable<void> start_job(scene_ptr in, job_case c) {
    tmux_options options;
    options.session(c.name);
    auto session = co_await in->box.tmux_start(c.what.script(), std::move(options));
    if (session.name != c.name) in->fail("tmux_start", "another name");
    if (in->here.boxes.jobs.starts(c.name) != 1) in->fail("tmux_start", "success, but not started");
}

asio::awaitable<void> wait_for_job(scene_ptr in, job_case c) {
    auto began = std::chrono::steady_clock::now();
    tmux_wait_options options;
    options.timeout(c.timeout);
    auto state = co_await in->box.tmux_wait(c.name, std::move(options));
    auto all = c.what.out_bytes();
    if (!std::string_view(all).starts_with(state.out))
        in->fail("tmux_wait", "the output is not what was written");
    if (state.state == tmux_state::completed) {
        if (state.status.code() != c.what.code) in->fail("tmux_wait", "a wrong exit code");
        if (state.drained && !state.more() && state.out != all)
            in->fail("tmux_wait", "complete, but bytes are missing");
        if (in->here.boxes.jobs.end_of(c.name)) in->fail("tmux_wait", "the job has not ended");
    }
    bool early = std::chrono::steady_clock::now() - began < c.timeout;
    // Where rounds fail it ends when there is no time for another.
    if (state.state == tmux_state::running && early && in->fair())
        in->fail("tmux_wait", "running before its time");
    if (state.state == tmux_state::not_found && !in->disturbed)
        in->fail("tmux_wait", "the job is not there");
}

asio::awaitable<void> kill_job(scene_ptr in, job_case c) {
    co_await in->box.tmux_kill(c.name);
    if (in->here.boxes.jobs.end_of(c.name)) in->fail("tmux_kill", "success, but the job lives");
    auto list = co_await in->box.tmux_list();
    for (const auto& one : list)
        if (one.name == c.name) in->fail("tmux_list", "a session that was killed is listed");
}

}  // namespace

asio::awaitable<void> some_file(scene_ptr in) {
    auto& choose = in->choose;
    file_case c;
    auto key = in->key();
    c.path = "/data/" + std::to_string(key);
    c.before = program{key, choose.scaled(100'000), 0, 1, 0, false, 0}.err_bytes();
    c.bytes = program{key, choose.scaled(200'000), 0, 1, 0, false, 0}.out_bytes();
    c.appends = choose.chance(0.2);
    c.timeout = milliseconds(choose.chance(0.7) ? 600'000 : choose.between(1, 60'000));
    in->here.boxes.files[c.path] = c.before;
    std::string name = choose.chance(0.6) ? "write_file" : "read_file";
    // Nothing on such a wire can carry any bytes: the library says so.
    auto how = call_for(*in, name, c.timeout);
    how.short_of_time = c.timeout < seconds(20);
    auto work = name == "write_file" ? write_one(in, c, name) : read_one(in, c, name);
    co_await make_call(in, std::move(how), std::move(work));
    check_file(*in, name, c);
}

asio::awaitable<void> some_job(scene_ptr in) {
    auto& choose = in->choose;
    job_case c;
    c.what.key = in->key();
    c.name = "job-" + std::to_string(c.what.key);
    c.what.out = choose.scaled(60'000);
    c.what.pieces = static_cast<unsigned>(choose.between(1, 6));
    c.what.sleep = static_cast<unsigned>(choose.scaled(30'000)) + 1;
    c.what.code = static_cast<int>(choose.below(126));
    c.timeout = milliseconds(choose.between(1, 120'000));
    auto how = call_for(*in, "tmux_start", seconds(300));
    co_await make_call(in, std::move(how), start_job(in, c));
    if (in->here.boxes.jobs.starts(c.name) > 1) in->fail("tmux_start", "started twice");
    if (in->here.boxes.jobs.starts(c.name) == 0) co_return;
    // A connection that hangs may add 15 s, a round that is made again after it 5 s.
    auto wait = call_for(*in, "tmux_wait", c.timeout + seconds(20));
    co_await make_call(in, std::move(wait), wait_for_job(in, c));
    if (choose.chance(0.5)) co_return;
    auto kill = call_for(*in, "tmux_kill", seconds(60));
    co_await make_call(in, std::move(kill), kill_job(in, c));
}

}  // namespace ecisbx::sim
