// Drives groups through their lives: makes boxes, runs main processes, restarts, stops.
#ifndef ECISBX_SERVER_LIFECYCLE_SUPERVISOR_HPP
#define ECISBX_SERVER_LIFECYCLE_SUPERVISOR_HPP

#include "net/wait.hpp"
#include "server/lifecycle/decisions.hpp"
#include "server/lifecycle/log_ring.hpp"
#include "server/lifecycle/usage_history.hpp"
#include "server/runtime/runtime.hpp"
#include "server/store/memory.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ecisbx::server::lifecycle {

struct settings {
    std::string region = "cn-shanghai";
    backoff_settings backoff;
    /// A container that ran this long has its restarts counted from 0 again.
    std::chrono::seconds stable_after = std::chrono::minutes(10);
};

/// Single-threaded; kept by shared_ptr, which its coroutines share until `stop` has returned.
/// The operations return at once; what they began shows in the store.
class supervisor : public std::enable_shared_from_this<supervisor> {
public:
    supervisor(boost::asio::any_io_executor executor, std::unique_ptr<runtime::runtime> runtime,
               std::shared_ptr<store::memory> store, settings how, runtime::log_function log);

    /// Begins the life of a group that is in the store.
    void launch(store::group_ptr g);
    /// New boxes for all containers. Precondition: Pending or Running.
    void restart(store::group_ptr g);
    /// The same, with what `spec` says from then on. Status: Updating.
    void update(store::group_ptr g, store::group_spec spec);
    /// Stops everything within the group's grace (`force`: at once) and forgets the group. Of a
    /// group that is Terminating already, `force` cuts the grace short.
    void remove(store::group_ptr g, bool force);
    /// Puts a group into any status and holds it there, with a Warning event; a terminal one stops
    /// its boxes.
    void force(store::group_ptr g, store::group_status status, const std::string& reason,
               const std::string& message);

    /// The box of a running container; null in any other state.
    std::shared_ptr<runtime::box> box_of(const std::string& group_id, std::size_t container) const;
    /// What a container's main process printed, of its present or last run, or of the run before;
    /// null when there was none.
    std::shared_ptr<const log_ring> log_of(const std::string& group_id, store::memory::role r,
                                           std::size_t container, bool previous = false) const;
    /// What the containers of a group used, up to now; samples are kept from the first question
    /// on. Good until the group goes.
    const std::deque<usage_sample>& usage_of(const std::string& group_id);
    std::vector<std::string> notes() const { return runtime_->notes(); }
    runtime::volume_support volumes() const { return runtime_->volumes(); }

    /// Expiry and deadlines, once a second.
    void run_sweeps();
    void sweep();
    /// Ends all boxes and returns when they and all coroutines are gone.
    boost::asio::awaitable<void> stop();

private:
    using role = store::memory::role;
    struct live_container {
        std::shared_ptr<runtime::box> box;
        unsigned incarnation = 0;
        unsigned quick_restarts = 0;  ///< in a row
        std::shared_ptr<log_ring> log, previous_log;
    };
    struct live_group {
        explicit live_group(const boost::asio::any_io_executor& executor) : changed(executor) {}
        store::group_ptr group;
        std::optional<time_point> deadline;
        unsigned generation = 0;  ///< moves on when everything under way must end
        unsigned workers = 0;     ///< coroutines that drive it; those that end it are not counted
        bool launched = false;    ///< every container had its first start
        net::notifier changed;    ///< generation, workers or the count of boxes being stopped
        std::vector<live_container> containers, init_containers;
    };
    using live_ptr = std::shared_ptr<live_group>;
    using process_ptr = std::shared_ptr<runtime::process>;
    /// One container of a group, and the generation that the coroutine works for.
    struct task {
        live_ptr live;
        unsigned generation = 0;
        role r = role::container;
        std::size_t index = 0;
        bool stale() const { return live->generation != generation; }
        const store::container_spec& spec() const;
        const store::container& state() const;
        live_container& slot() const;
    };
    using task_ptr = std::shared_ptr<const task>;
    class worker_mark {
    public:
        explicit worker_mark(live_ptr live) : live_(std::move(live)) { ++live_->workers; }
        worker_mark(const worker_mark&) = delete;
        worker_mark& operator=(const worker_mark&) = delete;
        ~worker_mark() {
            --live_->workers;
            live_->changed.notify_all();
        }

    private:
        live_ptr live_;
    };

    // supervisor.cpp
    live_ptr live_of(const std::string& id) const;
    void forget(const live_ptr& live);
    void drop_live(const std::string& id);
    void spawn(boost::asio::awaitable<void> work);
    boost::asio::awaitable<void> sweep_loop();

    // ending.cpp
    void interrupt(live_group& live);
    void announce_killing(const live_group& live);
    void mark_stopped(const live_group& live, const std::string& why);
    boost::asio::awaitable<void> stop_boxes(live_ptr live, std::chrono::milliseconds grace);
    boost::asio::awaitable<void> stop_one(std::shared_ptr<runtime::box> box,
                                          std::chrono::milliseconds grace,
                                          std::shared_ptr<std::size_t> left, live_ptr live);
    boost::asio::awaitable<void> run_remove(live_ptr live, std::chrono::milliseconds grace);
    boost::asio::awaitable<void> run_restart(live_ptr live, unsigned generation);
    boost::asio::awaitable<void> run_update(live_ptr live, unsigned generation,
                                            store::group_spec spec);
    boost::asio::awaitable<bool> empty_for_restart(live_ptr live, unsigned generation);
    void drop_volumes(const live_group& live);

    // launch.cpp
    task_ptr make_task(const live_ptr& live, unsigned generation, role r, std::size_t index) const;
    boost::asio::awaitable<void> run_launch(live_ptr live, unsigned generation);
    boost::asio::awaitable<void> launch_all(live_ptr live, unsigned generation);
    boost::asio::awaitable<bool> make_boxes(live_ptr live, unsigned generation);
    boost::asio::awaitable<bool> run_init(task_ptr t);

    // containers.cpp
    void settle(const live_group& live);
    boost::asio::awaitable<void> make_box(task_ptr t);
    boost::asio::awaitable<bool> renew_box(task_ptr t);
    boost::asio::awaitable<void> drop_box(task_ptr t);
    boost::asio::awaitable<process_ptr> begin(task_ptr t);
    boost::asio::awaitable<void> finish(task_ptr t, process_ptr main);
    boost::asio::awaitable<void> follow(task_ptr t, process_ptr main);
    boost::asio::awaitable<bool> pause_before_restart(task_ptr t);
    void begin_log(const task& t);
    boost::asio::awaitable<void> keep_log(task_ptr t, process_ptr main, log_source from);
    boost::asio::awaitable<void> await_log(task_ptr t);

    // observing.cpp
    void sample(const live_group& live, usage_history& history) const;
    void sample_all();

    void note_started(const task& t);
    void note_start_failed(const task& t, const std::string& why);

    boost::asio::any_io_executor executor_;
    std::unique_ptr<runtime::runtime> runtime_;
    std::shared_ptr<store::memory> store_;
    settings settings_;
    runtime::log_function log_;
    std::unordered_map<std::string, live_ptr> live_;
    std::unordered_map<std::string, usage_history> usage_;
    std::set<std::pair<time_point, std::string>> deadlines_;
    std::size_t tasks_ = 0;
    bool stopping_ = false;
    net::notifier idle_;  ///< tasks_ or stopping_ changed
};

}  // namespace ecisbx::server::lifecycle

#endif
