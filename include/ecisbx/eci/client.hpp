// The client of Alibaba Cloud ECI (API version 2018-08-08).
#ifndef ECISBX_ECI_CLIENT_HPP
#define ECISBX_ECI_CLIENT_HPP

#include <ecisbx/command.hpp>
#include <ecisbx/eci/config.hpp>
#include <ecisbx/eci/create_options.hpp>
#include <ecisbx/eci/model.hpp>
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
class client {
public:
    /// No I/O. Errors: `unauthenticated` (no access key), `invalid_argument` (endpoint, proxy,
    /// region, a limit of 0, plain http to a host that is not loopback), `tls` (CA file).
    client(boost::asio::any_io_executor executor, config settings);

    /// Creates a container group (CreateContainerGroup); returns when the service has accepted.
    /// Errors: `invalid_argument`, `no_stock`, `quota_exceeded`, `conflict`.
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

    /// All pages of `list`. A group that appears on two pages is reported once.
    boost::asio::awaitable<std::vector<container_group>> list_all(
        list_options options = list_options());

    /// DeleteContainerGroup. One that is gone already is no error. Errors: `conflict`.
    boost::asio::awaitable<void> remove(std::string id, remove_options options = remove_options());

    /// RestartContainerGroup. Errors: `not_found`, `conflict`.
    boost::asio::awaitable<void> restart(std::string id);

    /// Only the URLs of an exec (ExecContainerCommand); whoever opens one runs the command.
    /// The command is passed as it is: at most 20 elements and 2048 bytes of JSON, UTF-8.
    /// `container`: default the first. Errors: `invalid_argument`, `not_found`, `conflict`.
    boost::asio::awaitable<eci::exec_urls> exec_urls(std::string id, command argv,
                                                     std::string container = {});

    /// Any action, by name. `RegionId` is added when it is not among the parameters.
    /// Retried as a call that is not idempotent unless its name starts with Describe or List, or
    /// `ClientToken` is among the parameters.
    /// Result: the answer's JSON object.
    boost::asio::awaitable<boost::json::value> call(std::string action,
                                                    std::map<std::string, std::string> parameters);

    class impl;

private:
    std::shared_ptr<impl> impl_;
};

}  // namespace ecisbx::eci

#endif
