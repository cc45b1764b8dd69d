#include "server/lifecycle/supervisor.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace ecisbx::server::lifecycle {

namespace asio = boost::asio;
using core::deadline;
using store::group_status;

supervisor::supervisor(asio::any_io_executor executor, std::unique_ptr<runtime::runtime> runtime,
                       std::shared_ptr<store::memory> store, settings how,
                       runtime::log_function log)
    : executor_(executor),
      runtime_(std::move(runtime)),
      store_(std::move(store)),
      settings_(std::move(how)),
      log_(std::move(log)),
      idle_(executor) {}

supervisor::live_ptr supervisor::live_of(const std::string& id) const {
    auto found = live_.find(id);
    return found == live_.end() ? nullptr : found->second;
}

// With its deadline: those of groups that are long gone must not pile up.
void supervisor::drop_live(const std::string& id) {
    auto found = live_.find(id);
    if (found == live_.end()) return;
    if (found->second->deadline) deadlines_.erase({*found->second->deadline, id});
    live_.erase(found);
}

void supervisor::forget(const live_ptr& live) {
    std::string id = live->group->id;
    store_->erase(id);
    drop_live(id);
}

void supervisor::spawn(asio::awaitable<void> work) {
    ++tasks_;
    auto done = [self = shared_from_this()](std::exception_ptr failure) {
        --self->tasks_;
        self->idle_.notify_all();
        if (!failure || !self->log_) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& e) {
            self->log_(log_level::error, std::string("sandbox lifecycle: ") + e.what());
        }
    };
    asio::co_spawn(executor_, std::move(work), std::move(done));
}

void supervisor::launch(store::group_ptr g) {
    if (stopping_) return;
    auto live = std::make_shared<live_group>(executor_);
    live->group = g;
    live->containers.resize(g->spec.containers.size());
    live->init_containers.resize(g->spec.init_containers.size());
    live_[g->id] = live;
    if (g->spec.active_deadline.count() > 0) {
        live->deadline = store_->now() + g->spec.active_deadline;
        deadlines_.emplace(*live->deadline, g->id);
    }
    spawn(run_launch(live, live->generation));
}

void supervisor::restart(store::group_ptr g) {
    auto live = live_of(g->id);
    if (!live || stopping_) return;
    store_->begin_restart(*g);
    interrupt(*live);
    announce_killing(*live);
    spawn(run_restart(live, live->generation));
}

void supervisor::update(store::group_ptr g, store::group_spec spec) {
    auto live = live_of(g->id);
    if (!live || stopping_) return;
    store_->begin_update(*g);
    interrupt(*live);
    announce_killing(*live);
    spawn(run_update(live, live->generation, std::move(spec)));
}

void supervisor::remove(store::group_ptr g, bool force) {
    auto live = live_of(g->id);
    if (!live || store::is_terminal(g->status)) {
        store_->erase(g->id);
        drop_live(g->id);
        return;
    }
    bool again = g->status == group_status::terminating;
    if (again && !force) return;
    if (!again) {
        store_->begin_delete(*g);
        announce_killing(*live);
    }
    interrupt(*live);
    auto grace = force ? std::chrono::milliseconds(0) : g->spec.grace;
    spawn(run_remove(live, grace));
}

void supervisor::force(store::group_ptr g, group_status status, const std::string& reason,
                       const std::string& message) {
    store_->add_event(*g, true, reason, message);
    store_->force_status(*g, status);
    auto live = live_of(g->id);
    if (!live || !store::is_terminal(status)) return;
    interrupt(*live);
    mark_stopped(*live, reason);
    drop_volumes(*live);
    spawn(stop_boxes(live, std::chrono::milliseconds(0)));
}

std::shared_ptr<runtime::box> supervisor::box_of(const std::string& group_id,
                                                 std::size_t container) const {
    auto live = live_of(group_id);
    // An update may have left fewer containers than there are slots.
    if (!live || container >= live->group->containers.size() ||
        container >= live->containers.size())
        return nullptr;
    if (live->group->containers[container].current.state != store::container_state::kind::running)
        return nullptr;
    return live->containers[container].box;
}

void supervisor::run_sweeps() {
    spawn(sweep_loop());
}

asio::awaitable<void> supervisor::sweep_loop() {
    while (!stopping_) {
        sweep();
        auto until = deadline::after(std::chrono::seconds(1));
        while (!stopping_ && !until.expired()) {
            try {
                co_await idle_.wait(until);
            } catch (const error& e) {
                if (e.code() != errc::timeout) throw;
            }
        }
    }
}

void supervisor::sweep() {
    for (const auto& id : store_->expire()) drop_live(id);
    while (!deadlines_.empty() && deadlines_.begin()->first <= store_->now()) {
        auto g = store_->find(deadlines_.begin()->second);
        deadlines_.erase(deadlines_.begin());
        if (!g || store::is_terminal(g->status) || g->status == group_status::terminating) continue;
        force(g, group_status::failed, "DeadlineExceeded",
              "The container group was active for longer than ActiveDeadlineSeconds.");
    }
    sample_all();
}

asio::awaitable<void> supervisor::stop() {
    auto self = shared_from_this();
    stopping_ = true;
    idle_.notify_all();
    for (const auto& [id, live] : live_) {
        interrupt(*live);
        spawn(stop_boxes(live, std::chrono::milliseconds(0)));
    }
    while (tasks_ > 0) co_await idle_.wait(deadline::never());
    live_.clear();
}

}  // namespace ecisbx::server::lifecycle
