// One stream of DescribeContainerGroupStatus calls for all who wait for a status of a group.
#ifndef ECISBX_ECI_STATUS_WATCHER_HPP
#define ECISBX_ECI_STATUS_WATCHER_HPP

#include <ecisbx/eci/model.hpp>
#include <ecisbx/error.hpp>

#include "core/deadline.hpp"
#include "core/random.hpp"
#include "eci/caller.hpp"
#include "eci/status_answer.hpp"
#include "eci/status_plan.hpp"
#include "net/wait_list.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace ecisbx::eci {

/// What somebody waits for.
class status_goal {
public:
    virtual ~status_goal() = default;
    /// The group was seen. True: the wait is over.
    virtual bool reached(const container_group& seen) = 0;
};

struct status_outcome {
    enum class kind {
        reached,
        absent,  ///< it does not exist, or not any more
        late,    ///< the deadline passed
    };
    kind how = kind::late;
    std::optional<container_group> last;  ///< as it was seen last
    std::string trouble;                  ///< why the last call told nothing, if it failed
};

/// Calls are made while somebody waits, and only then. A call that fails in a way that may pass
/// (away, throttled, 5xx) is made again; one that will not (no permission) fails all who wait.
class status_watcher {
public:
    status_watcher(boost::asio::any_io_executor executor, caller& calls);

    /// `owner` keeps this object and the caller alive; `goal` must outlive the wait.
    /// `created`: when this client created the group, if it did.
    /// Throws `canceled`, and what will not pass.
    boost::asio::awaitable<status_outcome> wait(std::shared_ptr<void> owner, std::string id,
                                                std::optional<status_plan::time_point> created,
                                                status_goal& goal, core::deadline until);

private:
    struct waiter;
    class place;

    void start(std::shared_ptr<void> owner);
    void stop();
    boost::asio::awaitable<void> watch();
    boost::asio::awaitable<void> rest();
    boost::asio::awaitable<void> round();
    boost::asio::awaitable<std::optional<status_page>> ask_once(status_ask ask);
    void deliver(const status_page& page);
    void finish(const std::string& id, waiter& one, status_outcome::kind how);
    void fail_all(std::exception_ptr why);

    boost::asio::any_io_executor executor_;
    caller& calls_;
    status_plan plan_;
    std::multimap<std::string, waiter*> waiters_;
    core::random_source random_;
    boost::asio::steady_timer timer_;
    boost::asio::cancellation_signal cancel_;
    bool running_ = false;
    std::string trouble_;
};

}  // namespace ecisbx::eci

#endif
