/// @file
/// The client of Alibaba Cloud ECI (API version 2018-08-08).
#ifndef ECISBX_ECI_CLIENT_HPP
#define ECISBX_ECI_CLIENT_HPP

#include <ecisbx/command.hpp>
#include <ecisbx/eci/config.hpp>
#include <ecisbx/eci/create_options.hpp>
#include <ecisbx/eci/events.hpp>
#include <ecisbx/eci/image_cache.hpp>
#include <ecisbx/eci/logs.hpp>
#include <ecisbx/eci/metrics.hpp>
#include <ecisbx/eci/model.hpp>
#include <ecisbx/eci/price.hpp>
#include <ecisbx/eci/resources.hpp>
#include <ecisbx/eci/update_options.hpp>
#include <ecisbx/export.hpp>
#include <ecisbx/sandbox.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/fwd.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ecisbx::eci {

/// Calls the service. A value-like handle: copies share connections and settings; sandboxes keep
/// what they need alive, so a client may be destroyed before them.
///
/// Every call: signed anew at each attempt (ACS3-HMAC-SHA256); retried on connection failures
/// before an answer, 5xx and throttling, within `config::timeout` and a budget shared by the
/// client; with a ClientToken where the action takes one; typed errors with the request id.
/// Errors of every call: `unauthenticated`, `forbidden`, `throttled`, `quota_exceeded`,
/// `clock_skew`, `unavailable`, `service`, `connection`, `resolve`, `tls`, `protocol`,
/// `too_large`, `timeout`, `canceled`. Each operation names the others.
/// Cancellation of every call: terminal, partial and total. Whether a call that was on the wire
/// took effect is not known then.
/// Thread safety: none; one client per io_context. Everything runs on `executor`.
/// Source followed: the service's published API, version 2018-08-08, and its SDKs; each operation
/// names its action. See docs/protocols/eci.md.
class ECISBX_API client {
public:
    /// No I/O. Errors: `unauthenticated` (no access key), `invalid_argument` (endpoint, proxy,
    /// region, a limit of 0, plain http to a host that is not loopback), `tls` (CA file).
    client(boost::asio::any_io_executor executor, config settings);

    /// Creates a container group (CreateContainerGroup); returns when the service has accepted.
    /// Errors: `invalid_argument`, `no_stock`, `quota_exceeded`, `conflict`.
    ///
    /// | after                              | what is known                                    |
    /// |------------------------------------|--------------------------------------------------|
    /// | return                             | the service has it; `wait_ready` waits for it    |
    /// | an error of the service            | there is no group                                |
    /// | timeout, cancel, a lost connection | nothing: the group may exist                     |
    /// In the last case the same options with the same `client_token` give its id; without one,
    /// look for its name.
    boost::asio::awaitable<sandbox> create(create_options options);

    /// A handle to an existing sandbox. Errors: `not_found`.
    boost::asio::awaitable<sandbox> get(std::string id);

    /// A handle without any I/O; whether it exists shows at the first call.
    sandbox attach(std::string id) const;

    /// Everything about one group, events included (DescribeContainerGroups).
    /// Errors: `not_found`.
    boost::asio::awaitable<container_group> describe(std::string id);

    /// One page of groups (DescribeContainerGroups). Errors: `invalid_argument` (more than 20 ids).
    boost::asio::awaitable<group_page> list(list_options options = list_options());

    /// All pages of `list`. A group that appears on two pages is reported once. Errors: as `list`.
    boost::asio::awaitable<std::vector<container_group>> list_all(
        list_options options = list_options());

    /// DeleteContainerGroup. One that is gone already is no error. Errors: `conflict`.
    boost::asio::awaitable<void> remove(std::string id, remove_options options = remove_options());

    /// RestartContainerGroup. Errors: `not_found`, `conflict`.
    boost::asio::awaitable<void> restart(std::string id);

    /// Returns when the group has one of these statuses, with its description then: `Succeeded` or
    /// `Failed` of a batch group, say. All waits of a client, `sandbox::wait_ready` too, share one
    /// stream of DescribeContainerGroupStatus calls, which runs while somebody waits: thousands
    /// that start together cost tens of calls. A service that is away for a while, or throttles, is
    /// asked again until the timeout.
    /// Errors: `invalid_argument` (no status given), `not_ready` (it ended with another status),
    /// `not_found`, `timeout` (the group is left as it is; the message says how it is).
    boost::asio::awaitable<container_group> wait_status(std::string id,
                                                        std::vector<std::string> wanted,
                                                        wait_options options = wait_options());

    /// Asks the service whether it would create this (CreateContainerGroup with DryRun). Creates
    /// nothing. Returns when it would; the errors of `create` when not.
    boost::asio::awaitable<void> dry_run(create_options options);

    /// UpdateContainerGroup: the group becomes Updating, then Running again; its address stays.
    /// Errors: `invalid_argument`, `not_found`, `conflict` (neither Pending nor Running).
    ///
    /// | after                              | what is known                                    |
    /// |------------------------------------|--------------------------------------------------|
    /// | return                             | it is taken on; `wait_ready` waits until it is made |
    /// | an error of the service            | nothing was changed                              |
    /// | timeout, cancel, a lost connection | nothing: it may have been taken on               |
    /// In the last case the same options with the same `client_token` ask again without doing it
    /// twice.
    ///
    /// The service replaces the containers that a change concerns: what ran in them ends, the
    /// processes of execs too, whose results are `lost` then. The local server replaces all of a
    /// group's containers, and none for tags, restart policy and resource group.
    boost::asio::awaitable<void> update(std::string id, update_options options);

    /// CreateImageCache; returns when the service has taken it on (status Preparing). Errors:
    /// `invalid_argument`, `quota_exceeded`, `conflict`. After a timeout or a cancel the cache may
    /// exist: look by its name.
    boost::asio::awaitable<new_image_cache> create_image_cache(image_cache_options options);

    /// One page of image caches (DescribeImageCaches). Errors: `invalid_argument`.
    boost::asio::awaitable<image_cache_page> image_caches(
        image_cache_query query = image_cache_query());

    /// UpdateImageCache: only when Ready or UpdateFailed. Errors: `invalid_argument`, `not_found`,
    /// `conflict`. After a timeout or a cancel it may have been taken on.
    boost::asio::awaitable<void> update_image_cache(std::string id, image_cache_options options);

    /// DeleteImageCache. One that is gone already is no error. Errors: `conflict`.
    boost::asio::awaitable<void> remove_image_cache(std::string id);

    /// Only the URLs of an exec (ExecContainerCommand); whoever opens one runs the command.
    /// The command is passed as it is: at most 20 elements and 2048 bytes of JSON, UTF-8.
    /// `container`: default the first. Errors: `invalid_argument`, `not_found`, `conflict`.
    boost::asio::awaitable<eci::exec_urls> exec_urls(std::string id, command argv,
                                                     std::string container = {});

    // Reads: none changes anything, so a timeout or a cancel leaves nothing behind.

    /// A window of a container's log (DescribeContainerLog): the last lines, or from a time on.
    /// Errors: `invalid_argument`, `not_found`, `conflict` (it has not started).
    boost::asio::awaitable<container_log> logs(std::string id, log_options options = log_options());

    /// Follows a container's log as it grows, from before it has started if need be. Checks the
    /// options, and learns the container's name when none is given; `read` of the stream does the
    /// rest. Errors: `invalid_argument`, `not_found`, `conflict` (no container yet).
    boost::asio::awaitable<log_stream> follow_logs(std::string id,
                                                   log_options options = log_options());

    /// The events of one group (DescribeContainerGroupEvents); the service keeps the newest 50.
    /// Errors: `invalid_argument`, `not_found`.
    boost::asio::awaitable<group_events> events(std::string id,
                                                event_options options = event_options());

    /// The events of many groups, a page of them. Unknown ids are absent from it.
    /// Errors: `invalid_argument`.
    boost::asio::awaitable<event_page> events(event_query query);

    /// What a group used over time (DescribeContainerGroupMetric), at most 50 records.
    /// Errors: `invalid_argument`, `not_found`.
    boost::asio::awaitable<group_metrics> metrics(std::string id,
                                                  metric_options options = metric_options());

    /// The latest record of each of up to 20 groups (DescribeMultiContainerGroupMetric). Unknown
    /// ids are absent. Errors: `invalid_argument`.
    boost::asio::awaitable<std::vector<group_metrics>> metrics_of(std::vector<std::string> ids);

    /// What a group would cost an hour (DescribeContainerGroupPrice). Errors: `invalid_argument`.
    boost::asio::awaitable<group_price> price(price_options options);

    /// The regions that the service is in (DescribeRegions). Errors: those of every call.
    boost::asio::awaitable<std::vector<region_info>> regions();

    /// What can be had where (DescribeAvailableResource). Errors: `invalid_argument`.
    boost::asio::awaitable<std::vector<available_zone>> available_resources(
        resource_query query = resource_query());

    /// Quotas and what is used of them (ListUsage). Errors: those of every call.
    boost::asio::awaitable<account_usage> usage();

    /// Any action, by name. `RegionId` is added when it is not among the parameters.
    /// Retried as a call that is not idempotent unless its name starts with Describe or List, or
    /// `ClientToken` is among the parameters.
    /// Result: the answer's JSON object. Errors: `invalid_argument` (the action's name), and what
    /// the service answers.
    boost::asio::awaitable<boost::json::value> call(std::string action,
                                                    std::map<std::string, std::string> parameters);

    class ECISBX_INTERNAL impl;

private:
    std::shared_ptr<impl> impl_;
};

}  // namespace ecisbx::eci

#endif
