// Execs through the public API against `ecisbx serve`, which runs as a process of its own; settings
// from the environment.
//   --scenario exec   --count N --at-once K      round trips of `echo`
//   --scenario open   --streams N                open `cat` streams: memory, CPU at rest
//   --scenario cat    --streams N                the same, then 1 KiB each way on all of them
//   --scenario wait   --count N                  create N, wait for all: time to the last
//   --scenario churn  --count N --at-once K      create, exec, remove: leak slope
//   --scenario tmux   --count N --seconds S      N jobs in tmux sessions, all waited for at once:
//                                                from the end of each to when it is known
#include "load/exec/setting.hpp"

#include <map>

namespace {

namespace asio = boost::asio;

asio::awaitable<void> run(const bench::arguments& a, bench::report& out) {
    static const std::map<std::string, asio::awaitable<void> (*)(bench::exec_setting_ptr)> known = {
        {"exec", bench::exec_scenario},   {"open", bench::open_scenario},
        {"cat", bench::cat_scenario},     {"wait", bench::wait_scenario},
        {"churn", bench::churn_scenario}, {"tmux", bench::tmux_scenario}};
    auto scenario = known.find(a.text("scenario"));
    if (scenario == known.end())
        throw std::runtime_error("unknown scenario: " + a.text("scenario"));
    auto settings = ecisbx::eci::config::from_env();
    settings.timeout(std::chrono::minutes(5));
    ecisbx::eci::client client(co_await asio::this_coro::executor, settings);
    auto setting = std::make_shared<bench::exec_setting>(std::move(client), a, out);
    co_await scenario->second(setting);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        bench::arguments a(argc, argv);
        bench::report out;
        asio::io_context context(1);
        bool ended = false;
        asio::co_spawn(context, run(a, out), [&](std::exception_ptr e) {
            if (e) std::rethrow_exception(e);
            ended = true;
        });
        context.run();
        if (!ended) throw std::runtime_error("the scenario did not end");
        out.print();
        return 0;
    } catch (const std::exception& e) {
        std::cerr << argv[0] << ": " << e.what() << '\n';
        return 1;
    }
}
