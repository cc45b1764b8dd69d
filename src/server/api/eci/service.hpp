// What the actions of the ECI face work on, and what they are given.
#ifndef ECISBX_SERVER_API_ECI_SERVICE_HPP
#define ECISBX_SERVER_API_ECI_SERVICE_HPP

#include "proto/nonce_cache.hpp"
#include "proto/unflatten.hpp"
#include "server/api/eci/quota.hpp"
#include "server/clock.hpp"
#include "server/lifecycle/supervisor.hpp"
#include "server/metrics.hpp"
#include "server/store/idempotency.hpp"
#include "server/store/memory.hpp"
#include "server/store/resources.hpp"
#include "server/store/tickets.hpp"

#include <ecisbx/server/server.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace ecisbx::server::api::eci {

/// Credentials that were accepted once.
struct retired_key {
    std::string id;
    secret key;
    secret token;
};

struct service_settings {
    /// What was accepted so far counts as expired from now on; the last few of them are kept.
    void replace_credentials(std::string id, secret key, secret token);

    std::string region = "cn-shanghai";
    std::string access_key_id;
    secret access_key_secret;
    secret security_token;  ///< empty: permanent credentials
    std::vector<retired_key> retired;
    server::wire wire = server::wire::kubelet;
    bool tls = false;
    std::string authority;  ///< `address:port`, where a request names no usable host
    std::chrono::seconds clock_window{900};
    /// A synchronous exec that takes longer is killed and answered 408.
    std::chrono::seconds sync_exec_limit{60};
    /// Kept of a synchronous exec's output; the rest is read and dropped.
    std::size_t sync_exec_bytes = 1024 * 1024;
    std::vector<call_quota> quotas;
};

/// Single-threaded; shared by the connections that use it.
struct service {
    service(boost::asio::any_io_executor executor_, service_settings settings_,
            clock_function clock_, std::shared_ptr<store::memory> groups_,
            std::shared_ptr<lifecycle::supervisor> supervisor_);

    std::string zone() const { return settings.region + "-b"; }

    boost::asio::any_io_executor executor;
    service_settings settings;
    clock_function clock;
    std::shared_ptr<store::memory> groups;
    std::shared_ptr<lifecycle::supervisor> supervisor;
    proto::nonce_cache nonces;
    store::idempotency client_tokens;
    store::tickets channels;  ///< exec channels that may be opened
    store::tickets pages;     ///< terminal pages that may be looked at
    store::resources resources;
    quota_windows quotas;
    call_counts calls;
    std::shared_ptr<server_metrics> metrics = std::make_shared<server_metrics>();
    std::string page_key;  ///< secret that page tokens are sealed with
};
using service_ptr = std::shared_ptr<service>;

/// One verified request for an action.
struct call {
    std::string action;
    proto::flat_view parameters;
    /// Of everything but ClientToken: equal calls have equal ones.
    std::string fingerprint;
    std::string authority;  ///< host and port that the client knows the server by
};
using call_ptr = std::shared_ptr<const call>;

}  // namespace ecisbx::server::api::eci

#endif
