// Snippets of docs/guide/errors.md and deadlines.md.
#include "snippets.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>

namespace {

//! [catch]
asio::awaitable<std::string> image_of(ecisbx::eci::client client, std::string id) {
    try {
        auto group = co_await client.describe(id);
        co_return group.containers.empty() ? "" : group.containers.front().image;
    } catch (const ecisbx::error& e) {
        if (e.code() == ecisbx::errc::not_found) co_return "gone";
        std::cerr << e.what() << '\n';  // what was done, why it failed, the request id
        throw;
    }
}
//! [catch]

//! [as_result]
asio::awaitable<bool> exists(ecisbx::eci::client client, std::string id) {
    auto found = co_await ecisbx::as_result(client.get(id));
    if (found) co_return true;
    const ecisbx::error_info& why = found.error();
    std::cerr << why.doing << ": " << why.service_code << ", request " << why.request_id << '\n';
    co_return why.code != ecisbx::errc::not_found;
}
//! [as_result]

//! [cleanup]
asio::awaitable<void> with_new_box(ecisbx::eci::client client,
                                   asio::awaitable<void> (*use)(ecisbx::sandbox)) {
    auto box = co_await client.create(ecisbx::eci::create_options("debian:12"));
    auto done = co_await ecisbx::as_result(use(box));
    // From here on the task can not be cancelled any more, or the clean-up would be.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await box.remove(ecisbx::remove_options().force());
    done.value();  // throws what went wrong
}
//! [cleanup]

//! [timeouts]
asio::awaitable<ecisbx::exec_result> bounded(ecisbx::sandbox box) {
    co_return co_await box.bash("make test",
                                ecisbx::exec_options()
                                    .timeout(10min)       // the command; then it is killed
                                    .connect_timeout(5s)  // until the channel is open
                                    .idle_timeout(20s));  // a silent peer is pinged
}
//! [timeouts]

//! [cancel]
void run_and_stop(asio::any_io_executor executor, ecisbx::sandbox box,
                  asio::cancellation_signal& stop,
                  std::function<void(std::exception_ptr, ecisbx::exec_result)> done) {
    asio::co_spawn(executor, box.bash("sleep 600"),
                   asio::bind_cancellation_slot(stop.slot(), std::move(done)));
    // Later, on the same thread: the remote processes are killed, `done` gets errc::canceled.
    //   stop.emit(asio::cancellation_type::terminal);
}
//! [cancel]

//! [whole]
// One limit for a task of many calls: a timer that cancels it.
struct limit {
    explicit limit(asio::any_io_executor executor) : timer(std::move(executor)) {}
    asio::cancellation_signal stop;
    asio::steady_timer timer;
};

void spawn_limited(asio::any_io_executor executor, asio::awaitable<void> task,
                   std::chrono::milliseconds length, std::function<void(std::exception_ptr)> done) {
    auto state = std::make_shared<limit>(executor);
    state->timer.expires_after(length);
    state->timer.async_wait([state](boost::system::error_code ended) {
        if (!ended) state->stop.emit(asio::cancellation_type::terminal);
    });
    asio::co_spawn(
        executor, std::move(task),
        asio::bind_cancellation_slot(state->stop.slot(), [state, done](std::exception_ptr failure) {
            state->timer.cancel();
            done(failure);
        }));
}
//! [whole]

asio::awaitable<void> three_sleeps(ecisbx::sandbox box) {
    for (int i = 0; i < 3; ++i) co_await box.bash("sleep 600");
}

asio::awaitable<void> ready_and_asleep(ecisbx::sandbox box) {
    co_await box.wait_ready();
    co_await box.bash("sleep 600");
}

asio::awaitable<void> fails(ecisbx::sandbox box) {
    co_await box.wait_ready();
    auto r = co_await box.bash("exit 1");
    r.throw_if_failed();
}

asio::awaitable<void> errors(ecisbx::test::world& w) {
    auto box = co_await ecisbx::test::ready_box(w.client);
    auto image = co_await image_of(w.client, box.id());
    CHECK(!image.empty());
    auto gone = co_await image_of(w.client, "eci-00000000000000000000");
    CHECK(gone == "gone");
    bool here = co_await exists(w.client, box.id());
    CHECK(here);
    bool there = co_await exists(w.client, "eci-00000000000000000000");
    CHECK(!there);
    auto built = co_await bounded(box);
    CHECK(built.status.exited());
    bool failed = false;
    try {
        co_await with_new_box(w.client, fails);
    } catch (const ecisbx::command_failed& e) {
        failed = e.result().status.code() == 1;
    }
    CHECK(failed);
    co_await box.remove(ecisbx::remove_options().force());
}

asio::awaitable<void> cancellation(ecisbx::test::world& w) {
    auto executor = w.context.get_executor();
    auto box = co_await ecisbx::test::ready_box(w.client);
    asio::cancellation_signal stop;
    ecisbx::error_info ended;
    bool over = false;
    std::function<void(std::exception_ptr, ecisbx::exec_result)> done =
        [&](std::exception_ptr failure, const ecisbx::exec_result&) {
            if (failure) ended = ecisbx::error_info_from(failure);
            over = true;
        };
    run_and_stop(executor, box, stop, done);
    asio::post(executor, [&] { stop.emit(asio::cancellation_type::terminal); });
    std::function<bool()> is_over = [&] { return over; };
    bool in_time = co_await ecisbx::test::eventually(is_over, 10s);
    CHECK(in_time);
    CHECK(ended.code == ecisbx::errc::canceled);

    over = false;
    std::function<void(std::exception_ptr)> limited = [&](std::exception_ptr failure) {
        ended = ecisbx::error_info_from(failure);
        over = true;
    };
    spawn_limited(executor, three_sleeps(box), 300ms, limited);
    in_time = co_await ecisbx::test::eventually(is_over, 10s);
    CHECK(in_time);
    CHECK(ended.code == ecisbx::errc::canceled);

    over = false;
    w.local.reset_calls();
    asio::cancellation_signal end;
    asio::co_spawn(executor, with_new_box(w.client, ready_and_asleep),
                   asio::bind_cancellation_slot(end.slot(), limited));
    std::function<bool()> is_asleep = [&] { return w.local.calls().count("(exec channel)") != 0; };
    in_time = co_await ecisbx::test::eventually(is_asleep, 30s);
    CHECK(in_time);
    end.emit(asio::cancellation_type::terminal);
    in_time = co_await ecisbx::test::eventually(is_over, 10s);
    CHECK(in_time);
    CHECK(ended.code == ecisbx::errc::canceled);
    auto running = ecisbx::eci::list_options().status("Running");
    auto left = co_await w.client.list_all(running);
    CHECK(left.size() == 1);  // the clean-up was made: only `box`
    co_await box.remove(ecisbx::remove_options().force());
}

}  // namespace

TEST_CASE("guide: errors") {
    ecisbx::test::in_world(snippets::isolated(), errors);
}

TEST_CASE("guide: cancellation and deadlines") {
    ecisbx::test::in_world(snippets::isolated(), cancellation);
}
