// The first start of a group: boxes, init containers, containers.
#include "server/lifecycle/supervisor.hpp"

namespace ecisbx::server::lifecycle {

namespace asio = boost::asio;
using store::container_state;
using store::group_status;

const store::container_spec& supervisor::task::spec() const {
    const auto& s = live->group->spec;
    return (r == role::init ? s.init_containers : s.containers)[index];
}

const store::container& supervisor::task::state() const {
    const auto& g = *live->group;
    return (r == role::init ? g.init_containers : g.containers)[index];
}

supervisor::live_container& supervisor::task::slot() const {
    return (r == role::init ? live->init_containers : live->containers)[index];
}

supervisor::task_ptr supervisor::make_task(const live_ptr& live, unsigned generation, role r,
                                           std::size_t index) const {
    auto t = std::make_shared<task>();
    t->live = live;
    t->generation = generation;
    t->r = r;
    t->index = index;
    return t;
}

asio::awaitable<void> supervisor::run_launch(live_ptr live, unsigned generation) {
    worker_mark mark(live);
    co_await launch_all(live, generation);
}

// All boxes first: they are what a service schedules, so what can not be had fails here, before
// any command of the user has run.
asio::awaitable<bool> supervisor::make_boxes(live_ptr live, unsigned generation) {
    const auto& g = *live->group;
    std::string failure;
    for (std::size_t i = 0; i < g.containers.size() && failure.empty(); ++i) {
        auto t = make_task(live, generation, role::container, i);
        if (t->stale()) co_return false;
        try {
            co_await make_box(t);
        } catch (const std::exception& e) {
            failure = e.what();
        }
    }
    if (live->generation != generation) co_return false;
    if (failure.empty()) co_return true;
    if (log_) log_(log_level::warning, "create of " + g.id + ": " + failure);
    store_->add_event(g, true, "FailedScheduling", failure);
    store_->set_status(g, g.status == group_status::scheduling ? group_status::schedule_failed
                                                               : group_status::failed);
    co_await stop_boxes(live, std::chrono::milliseconds(0));
    drop_volumes(*live);
    co_return false;
}

asio::awaitable<bool> supervisor::run_init(task_ptr t) {
    const auto& g = *t->live->group;
    if (main_argv(t->spec()).empty()) {
        container_state done;
        done.state = container_state::kind::terminated;
        done.reason = "Completed";
        done.message = "No Command or Arg: the local runtime does not know the image's own.";
        done.started = done.finished = store_->now();
        store_->set_container(g, role::init, t->index, std::move(done));
        co_return true;
    }
    for (;;) {
        bool renewed = co_await renew_box(t);
        if (!renewed) co_return false;
        auto main = co_await begin(t);
        if (main) co_await finish(t, main);
        co_await drop_box(t);
        if (t->stale()) co_return false;
        int code = t->state().current.exit_code;
        if (code == 0) co_return true;
        if (!restarts_after(g.spec.restart, code)) break;
        bool paused = co_await pause_before_restart(t);
        if (!paused) co_return false;
        store_->count_restart(g, role::init, t->index);
    }
    store_->add_event(g, true, "Failed", "Init container " + t->spec().name + " failed");
    store_->set_status(g, group_status::failed);
    co_await stop_boxes(t->live, std::chrono::milliseconds(0));
    drop_volumes(*t->live);
    co_return false;
}

asio::awaitable<void> supervisor::launch_all(live_ptr live, unsigned generation) {
    if (live->generation != generation) co_return;
    const auto& g = *live->group;
    bool made = co_await make_boxes(live, generation);
    if (!made) co_return;
    store_->add_event(g, false, "Scheduled", "Successfully assigned " + g.id + " to this machine");
    if (g.status == group_status::scheduling) store_->set_status(g, group_status::pending);

    for (std::size_t i = 0; i < g.init_containers.size(); ++i) {
        bool passed = co_await run_init(make_task(live, generation, role::init, i));
        if (!passed) co_return;
    }
    std::vector<process_ptr> mains;
    for (std::size_t i = 0; i < g.containers.size(); ++i) {
        auto main = co_await begin(make_task(live, generation, role::container, i));
        if (live->generation != generation) co_return;
        mains.push_back(std::move(main));
    }
    live->launched = true;
    settle(*live);
    for (std::size_t i = 0; i < mains.size(); ++i)
        if (mains[i] || g.containers[i].current.state != container_state::kind::running)
            spawn(follow(make_task(live, generation, role::container, i), mains[i]));
}

}  // namespace ecisbx::server::lifecycle
