// What the handles of one client share: the backend of its sandboxes.
#ifndef ECISBX_ECI_CLIENT_IMPL_HPP
#define ECISBX_ECI_CLIENT_IMPL_HPP

#include <ecisbx/eci/client.hpp>

#include "eci/caller.hpp"
#include "eci/exec_opener.hpp"
#include "eci/group_history.hpp"
#include "eci/group_names.hpp"
#include "eci/status_watcher.hpp"
#include "sandbox/backend.hpp"

#include <memory>
#include <optional>
#include <string>

namespace ecisbx::eci {

/// The coroutines are members: who awaits them keeps the object alive.
class client::impl : public detail::backend, public std::enable_shared_from_this<client::impl> {
public:
    /// Throws as `client::client`.
    impl(boost::asio::any_io_executor executor, const config& settings);

    boost::asio::awaitable<std::string> create(create_options options);
    // client_update.cpp
    boost::asio::awaitable<void> dry_run(create_options options);
    boost::asio::awaitable<void> update(std::string id, update_options options);
    boost::asio::awaitable<new_image_cache> create_image_cache(image_cache_options options);
    boost::asio::awaitable<image_cache_page> image_caches(image_cache_query query);
    boost::asio::awaitable<void> update_image_cache(std::string id, image_cache_options options);
    boost::asio::awaitable<void> remove_image_cache(std::string id);

    boost::asio::awaitable<container_group> describe(std::string id, core::deadline until);
    boost::asio::awaitable<group_page> list(list_options options);
    boost::asio::awaitable<std::vector<container_group>> list_all(list_options options);
    boost::asio::awaitable<eci::exec_urls> exec_urls(std::string id, command argv,
                                                     std::string container);
    boost::asio::awaitable<boost::json::value> call(std::string action,
                                                    std::map<std::string, std::string> parameters);

    // client_reads.cpp
    /// A call that only reads.
    boost::asio::awaitable<api_answer> ask(std::string action, proto::parameter_list parameters);
    boost::asio::awaitable<container_log> logs(std::string id, log_options options);
    boost::asio::awaitable<group_events> events(std::string id, event_options options);
    boost::asio::awaitable<event_page> events(event_query query);
    boost::asio::awaitable<group_metrics> metrics(std::string id, metric_options options);
    boost::asio::awaitable<std::vector<group_metrics>> metrics_of(std::vector<std::string> ids);
    boost::asio::awaitable<group_price> price(price_options options);
    boost::asio::awaitable<std::vector<region_info>> regions();
    boost::asio::awaitable<std::vector<available_zone>> available_resources(resource_query query);
    boost::asio::awaitable<account_usage> usage();
    /// The first container; asks for it once.
    boost::asio::awaitable<std::string> container_of(std::string id, core::deadline until);

    boost::asio::any_io_executor executor() const override { return executor_; }
    core::observation observed() const override { return caller_.observed(); }
    proto::exec_limits limits() const override { return {}; }
    boost::asio::awaitable<std::unique_ptr<detail::exec_channel>> open_exec(
        std::string id, detail::exec_request request, core::deadline until) override;
    boost::asio::awaitable<void> wait_ready(std::string id, core::deadline until) override;
    boost::asio::awaitable<container_group> wait_status(std::string id,
                                                        std::vector<std::string> wanted,
                                                        core::deadline until);
    boost::asio::awaitable<void> remove(std::string id, remove_options options) override;
    boost::asio::awaitable<void> restart(std::string id) override;

private:
    impl(boost::asio::any_io_executor executor, const config& settings, net::origin endpoint);

    struct finding {
        std::optional<container_group> group;
        std::string request_id;
    };
    boost::asio::awaitable<finding> find(std::string id, core::deadline until);
    // wait_ready.cpp
    boost::asio::awaitable<std::string> explain_now(std::string id, status_outcome outcome);
    boost::asio::awaitable<status_outcome> watch(const char* doing, std::string id,
                                                 status_goal& goal, core::deadline until);

    boost::asio::any_io_executor executor_;
    std::shared_ptr<const net::dialer> dialer_;
    caller caller_;
    exec_opener opener_;
    group_names names_;
    group_history history_;
    status_watcher watcher_;
};

}  // namespace ecisbx::eci

#endif
