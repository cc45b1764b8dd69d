// Execs through the public API against `ecisbx serve --runtime synthetic`, which runs as a process
// of its own; settings from the environment. Every byte is checked.
//   --scenario exec   --count N --at-once K      round trips of `echo`
//   --scenario open   --streams N                open `cat` streams: memory, CPU at rest, then 1
//   KiB
//                                                each way on all of them
//   --scenario wait   --count N                  create N, wait for all: calls and time to the last
//   --scenario churn  --count N                  create, exec, remove, one after the other: leak
//   slope
#include "load/scenarios.hpp"

#include <ecisbx/ecisbx.hpp>

#include <utility>

using namespace ecisbx;
namespace asio = boost::asio;

namespace {

struct setting {
    setting(eci::client client_, const bench::arguments& a_, bench::report& out_)
        : client(std::move(client_)), a(a_), out(out_) {}
    eci::client client;
    const bench::arguments& a;
    bench::report& out;
    std::vector<double> walls;
};
using setting_ptr = std::shared_ptr<setting>;

void require(bool fine, const std::string& what) {
    if (!fine) throw std::runtime_error(what);
}

asio::awaitable<sandbox> new_box(eci::client client) {
    auto box = co_await client.create(eci::create_options("bench").cpu(0.25).memory(0.5));
    co_await box.wait_ready();
    co_return box;
}

asio::awaitable<void> one_exec(setting_ptr s, sandbox box) {
    double started = bench::wall_us();
    auto run = co_await box.exec(command("echo", "x"), exec_options().no_timeout());
    s->walls.push_back(bench::wall_us() - started);
    require(run.ok() && run.out == "x\n", "an exec is not right: " + run.note);
}

asio::awaitable<void> execs_in_turn(setting_ptr s, sandbox box, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) co_await one_exec(s, box);
}

asio::awaitable<void> all_execs(setting_ptr s, sandbox box, std::size_t count,
                                std::size_t at_once) {
    auto executor = co_await asio::this_coro::executor;
    auto left = std::make_shared<bench::countdown>(executor, at_once);
    for (std::size_t i = 0; i < at_once; ++i)
        asio::co_spawn(executor, execs_in_turn(s, box, count / at_once),
                       [left](std::exception_ptr e) { e ? left->failed(e) : left->done(); });
    co_await left->wait();
}

asio::awaitable<void> exec_scenario(setting_ptr s) {
    std::size_t at_once = s->a.number("at-once", 1);
    std::size_t count = s->a.number("count", 500) / at_once * at_once;
    auto box = co_await new_box(s->client);
    co_await all_execs(s, box, at_once, at_once);  // warm connections
    s->walls.clear();
    double cpu = bench::process_cpu_us(), wall = bench::wall_us();
    co_await all_execs(s, box, count, at_once);
    cpu = bench::process_cpu_us() - cpu;
    wall = bench::wall_us() - wall;
    std::sort(s->walls.begin(), s->walls.end());
    s->out.add("at_once", static_cast<double>(at_once));
    s->out.add("execs_per_s", static_cast<double>(count) / wall * 1e6);
    s->out.add("cpu_us_per_exec", cpu / static_cast<double>(count));
    s->out.add("busy_share", cpu / wall);
    s->out.add("p50_us", bench::quantile(s->walls, 0.5));
    s->out.add("p99_us", bench::quantile(s->walls, 0.99));
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> open_one(sandbox box, process* into) {
    auto options =
        exec_options().open_stdin().no_timeout().connect_timeout(std::chrono::minutes(5));
    *into = co_await box.start(command("cat"), options);
}

asio::awaitable<void> talk(process* on) {
    std::string sent(1024, 'x'), seen;
    co_await on->write(sent);
    while (seen.size() < sent.size()) {
        auto piece = co_await on->read();
        require(piece.has_value(), "a stream ended early");
        seen += piece->bytes;
    }
    require(seen == sent, "a stream has other bytes than were sent");
}

asio::awaitable<void> open_scenario(setting_ptr s) {
    auto executor = co_await asio::this_coro::executor;
    std::size_t count = s->a.number("streams", 1000);
    auto box = co_await new_box(s->client);
    co_await all_execs(s, box, 64, 64);
    std::vector<process> streams(count);
    std::vector<process*> pointers;
    for (auto& p : streams) pointers.push_back(&p);

    double memory = bench::resident_kb(), cpu = bench::process_cpu_us(), wall = bench::wall_us();
    auto opening = [box](process* into) { return open_one(box, into); };
    co_await for_each(pointers, concurrency(256), opening);
    s->out.add("streams", static_cast<double>(count));
    s->out.add("cpu_us_per_open", (bench::process_cpu_us() - cpu) / static_cast<double>(count));
    s->out.add("opens_per_s", static_cast<double>(count) / (bench::wall_us() - wall) * 1e6);
    asio::steady_timer rest(executor, std::chrono::seconds(2));
    cpu = bench::process_cpu_us();
    co_await rest.async_wait(asio::use_awaitable);
    s->out.add("cpu_us_per_s_at_rest", (bench::process_cpu_us() - cpu) / 2);
    s->out.add("kb_per_stream", (bench::resident_kb() - memory) / static_cast<double>(count));
    cpu = bench::process_cpu_us();
    auto talking = [](process* on) { return talk(on); };
    co_await for_each(pointers, concurrency(count), talking);
    s->out.add("cpu_us_per_kib_both_ways",
               (bench::process_cpu_us() - cpu) / static_cast<double>(count));
    s->out.print();
    std::cout.flush();
    std::_Exit(0);  // closing them all is not what is measured
}

asio::awaitable<void> create_and_wait(setting_ptr s, std::size_t) {
    auto box = co_await s->client.create(eci::create_options("bench").cpu(0.25).memory(0.5));
    co_await box.wait_ready(wait_options().timeout(std::chrono::minutes(10)));
}

asio::awaitable<void> wait_scenario(setting_ptr s) {
    std::size_t count = s->a.number("count", 1000);
    std::vector<std::size_t> numbers(count);
    double cpu = bench::process_cpu_us(), wall = bench::wall_us();
    auto one = [s](std::size_t n) { return create_and_wait(s, n); };
    co_await for_each(numbers, concurrency(count), one);
    s->out.add("sandboxes", static_cast<double>(count));
    s->out.add("seconds_to_the_last", (bench::wall_us() - wall) / 1e6);
    s->out.add("cpu_us_per_sandbox", (bench::process_cpu_us() - cpu) / static_cast<double>(count));
}

asio::awaitable<void> churn_scenario(setting_ptr s) {
    std::size_t count = s->a.number("count", 1000), quarter = std::max<std::size_t>(count / 4, 1);
    double after_first = 0;
    for (std::size_t i = 0; i < count; ++i) {
        auto box = co_await new_box(s->client);
        co_await one_exec(s, box);
        co_await box.remove(remove_options().force());
        if (i + 1 == quarter) after_first = bench::resident_kb();
        s->walls.clear();
    }
    s->out.add("cycles", static_cast<double>(count));
    s->out.add("bytes_per_cycle",
               (bench::resident_kb() - after_first) * 1024 /
                   static_cast<double>(std::max<std::size_t>(count - quarter, 1)));
}

asio::awaitable<void> run(const bench::arguments& a, bench::report& out) {
    auto settings = eci::config::from_env();
    settings.timeout(std::chrono::minutes(5));
    auto s = std::make_shared<setting>(eci::client(co_await asio::this_coro::executor, settings), a,
                                       out);
    auto scenario = a.text("scenario");
    if (scenario == "exec")
        co_await exec_scenario(s);
    else if (scenario == "open")
        co_await open_scenario(s);
    else if (scenario == "wait")
        co_await wait_scenario(s);
    else if (scenario == "churn")
        co_await churn_scenario(s);
    else
        throw std::runtime_error("unknown scenario: " + scenario);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        bench::arguments a(argc, argv);
        bench::report out;
        asio::io_context context(1);
        asio::co_spawn(context, run(a, out), [](std::exception_ptr e) {
            if (e) std::rethrow_exception(e);
        });
        context.run();
        out.print();
        return 0;
    } catch (const std::exception& e) {
        std::cerr << argv[0] << ": " << e.what() << '\n';
        return 1;
    }
}
