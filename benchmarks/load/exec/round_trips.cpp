#include "load/exec/setting.hpp"

#include <algorithm>

namespace bench {

using namespace ecisbx;

asio::awaitable<sandbox> new_box(eci::client client) {
    auto box = co_await client.create(eci::create_options("bench").cpu(0.25).memory(0.5));
    co_await box.wait_ready(wait_options().timeout(std::chrono::minutes(10)));
    co_return box;
}

asio::awaitable<void> one_exec(exec_setting_ptr s, sandbox box) {
    double started = wall_us();
    auto run = co_await box.exec(command("echo", "x"), exec_options().no_timeout());
    s->walls.push_back(wall_us() - started);
    require(run.ok() && run.out == "x\n" && run.err.empty(), "an exec is not right: " + run.note);
}

namespace {

asio::awaitable<void> execs_in_turn(exec_setting_ptr s, sandbox box, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) co_await one_exec(s, box);
}

}  // namespace

asio::awaitable<void> all_execs(exec_setting_ptr s, sandbox box, std::size_t count,
                                std::size_t at_once) {
    auto executor = co_await asio::this_coro::executor;
    auto left = std::make_shared<countdown>(executor, at_once);
    for (std::size_t i = 0; i < at_once; ++i)
        asio::co_spawn(executor, execs_in_turn(s, box, count / at_once),
                       [left](std::exception_ptr e) { e ? left->failed(e) : left->done(); });
    co_await left->wait();
}

void add_latencies(exec_setting& s) {
    std::sort(s.walls.begin(), s.walls.end());
    s.out.add("p50_us", quantile(s.walls, 0.5));
    s.out.add("p99_us", quantile(s.walls, 0.99));
    s.out.add("max_us", quantile(s.walls, 1));
}

asio::awaitable<void> exec_scenario(exec_setting_ptr s) {
    std::size_t at_once = s->a.number("at-once", 1);
    std::size_t count = std::max<std::size_t>(s->a.number("count", 500) / at_once, 1) * at_once;
    auto box = co_await new_box(s->client);
    co_await all_execs(s, box, at_once, at_once);  // warm connections
    s->walls.clear();
    double cpu = process_cpu_us(), wall = wall_us();
    co_await all_execs(s, box, count, at_once);
    cpu = process_cpu_us() - cpu;
    wall = wall_us() - wall;
    require(s->walls.size() == count, "not every exec has ended");
    s->out.add("at_once", static_cast<double>(at_once));
    s->out.add("execs_per_s", static_cast<double>(count) / wall * 1e6);
    s->out.add("cpu_us_per_exec", cpu / static_cast<double>(count));
    s->out.add("busy_share", cpu / wall);
    add_latencies(*s);
    co_await box.remove(remove_options().force());
}

}  // namespace bench
