// Snippets of docs/guide/scale.md.
#include "snippets.hpp"

#include <memory>
#include <vector>

namespace {

//! [many]
struct task {
    ecisbx::eci::client client;
    int number = 0;
    std::shared_ptr<int> passed;  // one thread: no lock
};

asio::awaitable<void> one(task t) {
    auto box = co_await t.client.create(ecisbx::eci::create_options("debian:12"));
    auto script = "test $((" + std::to_string(t.number) + " % 10)) != 9";
    auto ready = co_await ecisbx::as_result(box.wait_ready());
    ecisbx::exec_result run;
    if (ready) run = co_await box.bash(script, ecisbx::exec_options().timeout(60s));
    co_await box.remove(ecisbx::remove_options().force());
    ready.value();  // throws what went wrong, after the clean-up
    if (run.ok()) ++*t.passed;
}

asio::awaitable<std::vector<std::exception_ptr>> all(std::vector<task> tasks) {
    // At most 200 at a time; the others go on when one fails.
    co_return co_await ecisbx::for_each(std::move(tasks), ecisbx::concurrency(200).collect_errors(),
                                        one);
}
//! [many]

//! [first]
asio::awaitable<void> until_one_fails(std::vector<ecisbx::sandbox> boxes) {
    // The first error cancels the others, waits for them, and is thrown.
    co_await ecisbx::for_each(std::move(boxes), ecisbx::concurrency(2000),
                              [](ecisbx::sandbox box) -> asio::awaitable<void> {
                                  auto r = co_await box.bash("true");
                                  r.throw_if_failed();
                              });
}
//! [first]

//! [pace]
ecisbx::eci::config paced(ecisbx::eci::config settings) {
    return settings
        .quota("ExecContainerCommand", 400)  // calls a minute: leave 100 to the other program
        .max_connections(64);                // to the API; each exec has a connection of its own
}
//! [pace]

asio::awaitable<void> scale(ecisbx::test::world& w) {
    auto passed = std::make_shared<int>(0);
    std::vector<task> tasks;
    for (int i = 0; i < 50; ++i) {
        task t{w.client, i, passed};
        tasks.push_back(std::move(t));
    }
    auto failures = co_await all(std::move(tasks));
    CHECK(failures.empty());
    CHECK(*passed == 45);
    CHECK(w.local.calls()["DescribeContainerGroupStatus"] < 50);

    std::vector<ecisbx::sandbox> boxes;
    for (int i = 0; i < 3; ++i) {
        auto box = co_await ecisbx::test::ready_box(w.client);
        boxes.push_back(std::move(box));
    }
    co_await until_one_fails(boxes);
    for (auto& box : boxes) co_await box.remove(ecisbx::remove_options().force());
}

}  // namespace

TEST_CASE("guide: scale") {
    CHECK(paced(ecisbx::eci::config()).quotas().at("ExecContainerCommand") == 400);
    ecisbx::test::in_world(ecisbx::server::options().tls().runtime(ecisbx::server::process()),
                           scale);
}
