#include "load/exec/setting.hpp"

#include <chrono>
#include <cstdlib>

namespace bench {

using namespace ecisbx;

namespace {

struct job {
    job(sandbox in_, std::string script_) : in(std::move(in_)), script(std::move(script_)) {}
    sandbox in;
    std::string script;
    tmux_session session;
    double delay_us = 0;  ///< from the job's end to the end of the wait
};

double now_s() {
    auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

asio::awaitable<void> begin(job* one) {
    one->session = co_await one->in.tmux_start(one->script, tmux_options());
}

// The last thing that a job does is to print the time; client and server are one machine.
asio::awaitable<void> await_end(job* one) {
    auto end = co_await one->in.tmux_wait(one->session,
                                          tmux_wait_options().timeout(std::chrono::minutes(5)));
    double now = now_s(), printed = std::atof(end.out.c_str());
    require(end.state == tmux_state::completed && end.status.exited() && end.status.code() == 0 &&
                end.drained && end.out.ends_with('\n'),
            "a job did not end well: " + end.note);
    require(printed > now - 300 && printed <= now, "a job's output is not the time: " + end.out);
    one->delay_us = (now - printed) * 1e6;
}

}  // namespace

asio::awaitable<void> tmux_scenario(exec_setting_ptr s) {
    auto box = co_await new_box(s->client);
    auto script = "sleep " + std::to_string(s->a.number("seconds", 5)) + "\ndate +%s.%N\n";
    std::vector<job> jobs(s->a.number("count", 100), job(box, script));
    std::vector<job*> all;
    for (auto& one : jobs) all.push_back(&one);
    co_await for_each(all, concurrency(s->a.number("starts-at-once", 64)), begin);
    double cpu = process_cpu_us(), wall = wall_us();
    co_await for_each(all, concurrency(all.size()), await_end);
    s->walls.clear();
    for (const auto& one : jobs) s->walls.push_back(one.delay_us);
    s->out.add("waits", static_cast<double>(all.size()));
    s->out.add("seconds", (wall_us() - wall) / 1e6);
    s->out.add("cpu_us_per_wait", (process_cpu_us() - cpu) / static_cast<double>(all.size()));
    add_latencies(*s);
    co_await box.remove(remove_options().force());
}

}  // namespace bench
