// An agent orchestrator: a model picks commands, a queue runs them in hundreds of sandboxes; each
// task has a deadline, a sandbox that is lost is replaced and its task done again.
// Usage: agent_orchestrator [TASKS=500] [SANDBOXES=500] [LOSE=0]
// LOSE: remove every so many-th sandbox under its first task, to see the retry policy at work.
#include "table.hpp"

#include <ecisbx/ecisbx.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;

constexpr int attempts = 3;
constexpr auto task_deadline = 120s;
constexpr std::size_t calls_at_once = 64;

/// All that the workers share.
class orchestrator {
public:
    orchestrator(asio::any_io_executor executor, int tasks, int lose_every)
        : client(executor, ecisbx::eci::config::from_env()),
          tools(std::make_shared<tool_queue>(executor, calls_at_once)),
          shown(std::make_shared<board>(static_cast<std::size_t>(tasks))),
          last_task(tasks),
          lose(lose_every) {}

    ecisbx::eci::client client;
    std::shared_ptr<tool_queue> tools;
    std::shared_ptr<board> shown;
    int next_task = 1;
    int last_task;
    int lose;
};
using shared = std::shared_ptr<orchestrator>;

/// Worth another sandbox? What the service refuses for good, and mistakes of ours, are not.
bool worth_a_retry(const ecisbx::error_info& why) {
    for (auto passing : {ecisbx::errc::connection, ecisbx::errc::timeout, ecisbx::errc::throttled,
                         ecisbx::errc::unavailable, ecisbx::errc::not_ready,
                         ecisbx::errc::not_found, ecisbx::errc::conflict})
        if (why.code == passing) return true;
    return false;
}

asio::awaitable<ecisbx::sandbox> new_sandbox(shared all) {
    auto box = co_await all->client.create(
        ecisbx::eci::create_options("debian:12").cpu(0.25).memory(0.5).tag("app", "orchestrator"));
    ++all->shown->sandboxes;
    co_await box.wait_ready();
    co_return box;
}

/// One conversation. Throws when the sandbox is lost in the middle.
asio::awaitable<std::string> converse(shared all, ecisbx::sandbox box, int task) {
    model mind(task);
    ecisbx::exec_result last;
    auto call = mind.next(nullptr);
    while (call) {
        all->shown->now[task] = call->name;
        last = co_await all->tools->run(box, std::move(*call));
        if (last.status.end_reason() == ecisbx::end_reason::lost)
            throw ecisbx::error(ecisbx::errc::connection, "the end of a command was not seen");
        call = mind.next(&last);
    }
    co_return mind.answer();
}

/// The retry policy: a new sandbox for each attempt after the first.
asio::awaitable<std::string> with_retries(shared all, std::shared_ptr<ecisbx::sandbox> box,
                                          int task) {
    for (int attempt = 1;; ++attempt) {
        auto answer = co_await ecisbx::as_result(converse(all, *box, task));
        if (answer) co_return *answer;
        if (attempt == attempts || !worth_a_retry(answer.error()))
            throw ecisbx::error(answer.error());
        ++all->shown->retried;
        co_await ecisbx::as_result(box->remove(ecisbx::remove_options().force()));
        *box = co_await new_sandbox(all);
    }
}

/// A task, cut by its deadline: what it was running is killed.
asio::awaitable<void> one_task(shared all, std::shared_ptr<ecisbx::sandbox> box, int task) {
    asio::steady_timer deadline(co_await asio::this_coro::executor, task_deadline);
    auto ended = co_await (ecisbx::as_result(with_retries(all, box, task)) ||
                           deadline.async_wait(asio::use_awaitable));
    all->shown->now.erase(task);
    if (ended.index() == 1) {
        ++all->shown->late;
        co_return;
    }
    const auto& answer = std::get<0>(ended);
    if (!answer) std::cerr << "task " << task << ": " << answer.error() << '\n';
    bool right = answer && *answer == std::to_string(task * (task + 1) / 2);
    ++(right ? all->shown->right : all->shown->wrong);
}

/// One sandbox, which does tasks until there are none.
asio::awaitable<void> worker(shared all, int number) {
    if (all->next_task > all->last_task) co_return;
    auto box = std::make_shared<ecisbx::sandbox>();
    *box = co_await new_sandbox(all);
    if (all->lose > 0 && number % all->lose == 0)
        co_await box->remove(ecisbx::remove_options().force());
    while (all->next_task <= all->last_task) co_await one_task(all, box, all->next_task++);
    co_await box->remove(ecisbx::remove_options().force());
}

class work_item {
public:
    work_item(shared all_, int number_) : all(std::move(all_)), number(number_) {}
    shared all;
    int number;
};

asio::awaitable<void> all_workers(shared all, int sandboxes) {
    std::vector<work_item> workers;
    for (int i = 1; i <= sandboxes; ++i) workers.emplace_back(all, i);
    auto errors = co_await ecisbx::for_each(
        std::move(workers),
        ecisbx::concurrency(static_cast<std::size_t>(sandboxes)).collect_errors(),
        [](work_item w) { return worker(std::move(w.all), w.number); });
    for (auto& e : errors) std::cerr << ecisbx::error_info_from(e) << '\n';
}

asio::awaitable<void> orchestrate(int tasks, int sandboxes, int lose) {
    auto all = std::make_shared<orchestrator>(co_await asio::this_coro::executor, tasks, lose);
    co_await (all_workers(all, sandboxes) || draw_table(all->shown, all->tools));
    clear_table();
    const auto& b = *all->shown;
    std::cout << b.right << " right, " << b.wrong << " wrong, " << b.late << " late; "
              << all->tools->done << " calls, " << all->tools->timed_out << " timed out; "
              << b.retried << " retries\n";
    if (b.right != b.all) throw std::runtime_error("not all tasks were done");
}

int main(int argc, char** argv) {
    auto argument = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
    asio::io_context context;
    int status = 0;
    asio::co_spawn(context, orchestrate(argument(1, 500), argument(2, 500), argument(3, 0)),
                   [&](std::exception_ptr failure) {
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
