// The typed reads of a client: logs, events, metrics, prices, regions, stock, quotas.
#include <ecisbx/error.hpp>

#include "eci/check_id.hpp"
#include "eci/client_impl.hpp"
#include "eci/log_follow.hpp"
#include "eci/read_models.hpp"
#include "eci/read_options.hpp"
#include "sandbox/public_op.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace ecisbx::eci {
namespace {

namespace asio = boost::asio;
using core::deadline;
using detail::public_op;

asio::awaitable<log_stream> follow(std::shared_ptr<client::impl> impl, std::string id,
                                   log_options options) {
    check_id(id);
    check_follow(options);
    auto container = options.container();
    if (container.empty()) container = co_await impl->container_of(id, deadline::never());
    co_return log_stream(std::make_shared<log_stream::impl>(
        std::move(impl), std::move(id), std::move(container), std::move(options)));
}

}  // namespace

asio::awaitable<api_answer> client::impl::ask(std::string action,
                                              proto::parameter_list parameters) {
    auto answer = co_await caller_.call(std::move(action), std::move(parameters),
                                        repeating::harmless, deadline::never());
    co_return answer;
}

asio::awaitable<container_log> client::impl::logs(std::string id, log_options options) {
    check_id(id);
    auto parameters = log_parameters(options);
    auto container = options.container();
    if (container.empty()) container = co_await container_of(id, deadline::never());
    parameters.emplace_back("ContainerGroupId", id);
    parameters.emplace_back("ContainerName", container);
    auto answer = co_await ask("DescribeContainerLog", std::move(parameters));
    auto log = answer.parsed(parse_log);
    if (log.container.empty()) log.container = std::move(container);
    co_return log;
}

asio::awaitable<group_events> client::impl::events(std::string id, event_options options) {
    check_id(id);
    auto parameters = event_parameters(id, options);
    auto answer = co_await ask("DescribeContainerGroupEvents", std::move(parameters));
    auto page = answer.parsed(parse_event_page);
    auto found = std::find_if(page.groups.begin(), page.groups.end(),
                              [&](const group_events& one) { return one.id == id; });
    if (found != page.groups.end()) co_return std::move(*found);
    // One without events may be left out, as one that does not exist is.
    auto group = co_await describe(id, deadline::never());
    group_events none;
    none.id = std::move(group.id);
    none.name = std::move(group.name);
    none.request_id = std::move(page.request_id);
    co_return none;
}

asio::awaitable<event_page> client::impl::events(event_query query) {
    auto answer = co_await ask("DescribeContainerGroupEvents", event_parameters(query));
    co_return answer.parsed(parse_event_page);
}

asio::awaitable<group_metrics> client::impl::metrics(std::string id, metric_options options) {
    check_id(id);
    auto answer = co_await ask("DescribeContainerGroupMetric", metric_parameters(id, options));
    auto all = answer.parsed(parse_metrics);
    if (all.id.empty()) all.id = std::move(id);
    co_return all;
}

asio::awaitable<std::vector<group_metrics>> client::impl::metrics_of(std::vector<std::string> ids) {
    auto answer = co_await ask("DescribeMultiContainerGroupMetric", metric_parameters(ids));
    co_return answer.parsed(parse_many_metrics);
}

asio::awaitable<group_price> client::impl::price(price_options options) {
    auto answer = co_await ask("DescribeContainerGroupPrice", price_parameters(options));
    co_return answer.parsed(parse_price);
}

asio::awaitable<std::vector<region_info>> client::impl::regions() {
    auto answer = co_await ask("DescribeRegions", proto::parameter_list());
    co_return answer.parsed(parse_regions);
}

asio::awaitable<std::vector<available_zone>> client::impl::available_resources(
    resource_query query) {
    auto answer = co_await ask("DescribeAvailableResource", resource_parameters(query));
    co_return answer.parsed(parse_resources);
}

asio::awaitable<account_usage> client::impl::usage() {
    auto answer = co_await ask("ListUsage", proto::parameter_list());
    co_return answer.parsed(parse_usage);
}

asio::awaitable<container_log> client::logs(std::string id, log_options options) {
    return public_op(impl_, impl_->logs(std::move(id), std::move(options)));
}

asio::awaitable<log_stream> client::follow_logs(std::string id, log_options options) {
    return public_op(impl_, follow(impl_, std::move(id), std::move(options)));
}

asio::awaitable<group_events> client::events(std::string id, event_options options) {
    return public_op(impl_, impl_->events(std::move(id), std::move(options)));
}

asio::awaitable<event_page> client::events(event_query query) {
    return public_op(impl_, impl_->events(std::move(query)));
}

asio::awaitable<group_metrics> client::metrics(std::string id, metric_options options) {
    return public_op(impl_, impl_->metrics(std::move(id), options));
}

asio::awaitable<std::vector<group_metrics>> client::metrics_of(std::vector<std::string> ids) {
    return public_op(impl_, impl_->metrics_of(std::move(ids)));
}

asio::awaitable<group_price> client::price(price_options options) {
    return public_op(impl_, impl_->price(std::move(options)));
}

asio::awaitable<std::vector<region_info>> client::regions() {
    return public_op(impl_, impl_->regions());
}

asio::awaitable<std::vector<available_zone>> client::available_resources(resource_query query) {
    return public_op(impl_, impl_->available_resources(std::move(query)));
}

asio::awaitable<account_usage> client::usage() {
    return public_op(impl_, impl_->usage());
}

}  // namespace ecisbx::eci
