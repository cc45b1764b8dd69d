// An RL rollout runner: thousands of short tasks over a pool of sandboxes, a line of JSON for each,
// and a run that crashed goes on where it was: with its results, and with its sandboxes.
// Usage: rl_rollouts [TASKS=10000] [SANDBOXES=500] [RESULTS=rollouts.jsonl] [CRASH_AFTER=0]
// CRASH_AFTER: die without a goodbye after so many tasks, to see that nothing is lost.
#include "journal.hpp"

#include <ecisbx/ecisbx.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <exception>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace asio = boost::asio;
using namespace std::chrono_literals;

class settings {
public:
    int tasks = 10000;
    int sandboxes = 500;
    std::string results = "rollouts.jsonl";
    std::size_t crash_after = 0;
};

class rollouts {
public:
    rollouts(asio::any_io_executor executor, settings s)
        : with(std::move(s)),
          client(executor, ecisbx::eci::config::from_env()),
          results(with.results) {
        for (int i = 1; i <= with.tasks; ++i)
            if (!results.has(i)) todo.push_back(i);
        resumed = results.size();
    }
    settings with;
    ecisbx::eci::client client;
    journal results;
    std::deque<int> todo;
    std::size_t resumed = 0;
    double reward = 0;
};
using shared = std::shared_ptr<rollouts>;

/// What a policy would have written: sorts numbers, and is not always right.
std::string policy_of(int task) {
    std::string order = task % 4 == 0 ? "sort" : "sort -n";
    return "seq " + std::to_string(task % 90 + 20) + " -1 1 | " + order + " | head -n 3";
}

/// 1 for the right answer, a little for a program that ran, nothing for one that did not.
double reward_of(const ecisbx::exec_result& r) {
    if (!r.ok()) return 0;
    return r.out == "1\n2\n3\n" ? 1 : 0.1;
}

/// One rollout. One whose end was not seen is no rollout: it is done again, not recorded.
asio::awaitable<bool> roll(shared all, ecisbx::sandbox box, int task) {
    auto r = co_await box.bash(policy_of(task), ecisbx::exec_options().timeout(30s));
    if (r.status.end_reason() == ecisbx::end_reason::lost) co_return false;
    rollout line;
    line.task = task;
    line.reward = reward_of(r);
    line.exit_code = r.status.code();
    std::ostringstream end;
    end << r.status.end_reason();
    line.end = end.str();
    line.milliseconds = r.elapsed.count();
    all->results.add(line);
    all->reward += line.reward;
    if (all->with.crash_after && all->results.size() - all->resumed >= all->with.crash_after)
        std::_Exit(137);
    co_return true;
}

/// Sandboxes of a run that crashed are there still: they are found by their tag.
asio::awaitable<std::deque<ecisbx::sandbox>> left_from_a_crash(ecisbx::eci::client client) {
    std::deque<ecisbx::sandbox> found;
    auto groups = co_await client.list_all(
        ecisbx::eci::list_options().tag("app", "rollouts").status("Running"));
    for (const auto& g : groups) found.push_back(client.attach(g.id));
    co_return found;
}

class seat {
public:
    seat(shared all_, ecisbx::sandbox box_) : all(std::move(all_)), box(std::move(box_)) {}
    shared all;
    ecisbx::sandbox box;  ///< empty: make one
};

/// One place of the pool: a sandbox that does tasks until there are none; a bad one is replaced.
asio::awaitable<void> sit(seat s) {
    for (int bad = 0; !s.all->todo.empty();) {
        int task = s.all->todo.front();
        s.all->todo.pop_front();
        if (s.box.id().empty()) {
            s.box = co_await s.all->client.create(ecisbx::eci::create_options("debian:12")
                                                      .cpu(0.25)
                                                      .memory(0.5)
                                                      .tag("app", "rollouts"));
            co_await s.box.wait_ready();
        }
        auto done = co_await ecisbx::as_result(roll(s.all, s.box, task));
        if (done && *done) continue;
        s.all->todo.push_back(task);
        co_await ecisbx::as_result(s.box.remove(ecisbx::remove_options().force()));
        s.box = ecisbx::sandbox();
        if (++bad < 3) continue;
        done.value();  // not the sandbox's fault: tells what it is
        throw std::runtime_error("the ends of three rollouts were not seen");
    }
    if (!s.box.id().empty()) co_await s.box.remove(ecisbx::remove_options().force());
}

asio::awaitable<void> run_all(settings with) {
    auto all = std::make_shared<rollouts>(co_await asio::this_coro::executor, std::move(with));
    auto begun = std::chrono::steady_clock::now();
    auto left = co_await left_from_a_crash(all->client);
    std::vector<seat> seats;
    auto places = static_cast<std::size_t>(all->with.sandboxes);
    while (seats.size() < std::max(places, left.size())) {
        ecisbx::sandbox box;
        if (seats.size() < left.size()) box = left[seats.size()];
        seats.emplace_back(all, box);
    }
    co_await ecisbx::for_each(std::move(seats), ecisbx::concurrency(places), sit);
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    std::cerr << "sandboxes found again: " << left.size() << ", took " << took.count() << " s\n";
    std::cout << all->results.size() << " rollouts are recorded, " << all->resumed
              << " of them before this run\n";
}

int main(int argc, char** argv) {
    settings with;
    if (argc > 1) with.tasks = std::atoi(argv[1]);
    if (argc > 2) with.sandboxes = std::atoi(argv[2]);
    if (argc > 3) with.results = argv[3];
    if (argc > 4) with.crash_after = static_cast<std::size_t>(std::atoi(argv[4]));
    asio::io_context context;
    int status = 0;
    asio::co_spawn(context, run_all(with), [&](std::exception_ptr failure) {
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const std::exception& e) {
            std::cerr << e.what() << '\n';
            status = 1;
        }
    });
    context.run();
    return status;
}
