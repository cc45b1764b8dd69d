// What the handles of one client share: the backend of its sandboxes.
#ifndef ECISBX_ECI_CLIENT_IMPL_HPP
#define ECISBX_ECI_CLIENT_IMPL_HPP

#include <ecisbx/eci/client.hpp>

#include "eci/caller.hpp"
#include "eci/exec_opener.hpp"
#include "eci/group_names.hpp"
#include "sandbox/backend.hpp"

#include <optional>
#include <string>

namespace ecisbx::eci {

/// The coroutines are members: who awaits them keeps the object alive.
class client::impl : public detail::backend {
public:
    /// Throws as `client::client`.
    impl(boost::asio::any_io_executor executor, const config& settings);

    boost::asio::awaitable<std::string> create(create_options options);
    boost::asio::awaitable<container_group> describe(std::string id, core::deadline until);
    boost::asio::awaitable<group_page> list(list_options options);
    boost::asio::awaitable<std::vector<container_group>> list_all(list_options options);
    boost::asio::awaitable<eci::exec_urls> exec_urls(std::string id, command argv,
                                                     std::string container);
    boost::asio::awaitable<boost::json::value> call(std::string action,
                                                    std::map<std::string, std::string> parameters);

    boost::asio::any_io_executor executor() const override { return executor_; }
    proto::exec_limits limits() const override { return {}; }
    boost::asio::awaitable<std::unique_ptr<detail::exec_channel>> open_exec(
        std::string id, detail::exec_request request, core::deadline until) override;
    boost::asio::awaitable<void> wait_ready(std::string id, core::deadline until) override;
    boost::asio::awaitable<void> remove(std::string id, remove_options options) override;
    boost::asio::awaitable<void> restart(std::string id) override;

private:
    impl(boost::asio::any_io_executor executor, const config& settings, net::origin endpoint);

    struct finding {
        std::optional<container_group> group;
        std::string request_id;
    };
    boost::asio::awaitable<finding> find(std::string id, core::deadline until);
    struct look {
        std::optional<container_group> group;
        bool in_time = true;
    };
    boost::asio::awaitable<look> look_at(std::string id, core::deadline until);
    boost::asio::awaitable<std::string> container_of(std::string id, core::deadline until);

    boost::asio::any_io_executor executor_;
    std::shared_ptr<const net::dialer> dialer_;
    caller caller_;
    exec_opener opener_;
    group_names names_;
};

}  // namespace ecisbx::eci

#endif
