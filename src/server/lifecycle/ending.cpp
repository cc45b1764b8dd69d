// How groups end and are emptied for a restart.
#include "server/lifecycle/supervisor.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace ecisbx::server::lifecycle {

namespace asio = boost::asio;
using core::deadline;
using store::container_state;

void supervisor::interrupt(live_group& live) {
    ++live.generation;
    live.launched = false;
    live.changed.notify_all();
}

void supervisor::announce_killing(const live_group& live) {
    const auto& g = *live.group;
    for (std::size_t i = 0; i < g.containers.size(); ++i)
        if (g.containers[i].current.state == container_state::kind::running)
            store_->add_event(g, false, "Killing",
                              "Stopping container " + g.spec.containers[i].name);
}

void supervisor::mark_stopped(const live_group& live, const std::string& why) {
    const auto& g = *live.group;
    for (std::size_t i = 0; i < g.containers.size(); ++i) {
        if (g.containers[i].current.state != container_state::kind::running) continue;
        runtime::exit_info killed;
        killed.code = 137;
        killed.signal = 9;
        auto state = ended_state(g.containers[i].current, killed, store_->now());
        state.reason = why;
        store_->set_container(g, role::container, i, std::move(state));
    }
}

asio::awaitable<void> supervisor::stop_one(std::shared_ptr<runtime::box> box,
                                           std::chrono::milliseconds grace,
                                           std::shared_ptr<std::size_t> left, live_ptr live) {
    try {
        co_await box->stop(grace);
    } catch (const std::exception& e) {
        if (log_) log_(log_level::error, "stop of " + live->group->id + ": " + e.what());
    }
    --*left;
    live->changed.notify_all();
}

asio::awaitable<void> supervisor::stop_boxes(live_ptr live, std::chrono::milliseconds grace) {
    auto left = std::make_shared<std::size_t>(0);
    for (auto* list : {&live->containers, &live->init_containers})
        for (auto& c : *list) {
            if (!c.box) continue;
            ++*left;
            spawn(stop_one(c.box, grace, left, live));
        }
    while (*left > 0) co_await live->changed.wait(deadline::never());
}

asio::awaitable<void> supervisor::run_remove(live_ptr live, std::chrono::milliseconds grace) {
    co_await stop_boxes(live, grace);
    while (live->workers > 0) co_await live->changed.wait(deadline::never());
    drop_volumes(*live);
    forget(live);
}

void supervisor::drop_volumes(const live_group& live) {
    if (!live.group->spec.volumes.empty()) runtime_->drop_volumes(live.group->id);
}

/// False: something else has begun meanwhile.
asio::awaitable<bool> supervisor::empty_for_restart(live_ptr live, unsigned generation) {
    co_await stop_boxes(live, live->group->spec.grace);
    while (live->workers > 1) co_await live->changed.wait(deadline::never());
    if (live->generation != generation) co_return false;
    drop_volumes(*live);
    for (auto* list : {&live->containers, &live->init_containers})
        for (auto& c : *list) c.box.reset();
    co_return true;
}

asio::awaitable<void> supervisor::run_restart(live_ptr live, unsigned generation) {
    worker_mark mark(live);
    bool empty = co_await empty_for_restart(live, generation);
    if (!empty) co_return;
    mark_stopped(*live, "Restarted");
    const auto& g = *live->group;
    for (std::size_t i = 0; i < g.containers.size(); ++i) {
        container_state waiting;
        waiting.reason = "ContainerCreating";
        store_->replace_container(g, role::container, i, std::move(waiting));
        store_->count_restart(g, role::container, i);
    }
    co_await launch_all(live, generation);
}

// The old spec is nobody's any more by then: those who hold it, or an index of it, have ended.
asio::awaitable<void> supervisor::run_update(live_ptr live, unsigned generation,
                                             store::group_spec spec) {
    worker_mark mark(live);
    bool empty = co_await empty_for_restart(live, generation);
    if (!empty) co_return;
    const auto& g = *live->group;
    store_->renew(g, std::move(spec));
    auto resize = [](std::vector<live_container>& slots, std::size_t count) {
        // Never fewer: who reads the rest of an old log still has its index.
        slots.resize(std::max(slots.size(), count));
        for (auto& slot : slots) slot.quick_restarts = 0;
    };
    resize(live->containers, g.containers.size());
    resize(live->init_containers, g.init_containers.size());
    store_->add_event(g, false, "Updated", "Updated container group " + g.id);
    co_await launch_all(live, generation);
}

}  // namespace ecisbx::server::lifecycle
