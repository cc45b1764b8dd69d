#include "eci/client_impl.hpp"

#include <ecisbx/error.hpp>

#include "core/random.hpp"
#include "eci/check_id.hpp"
#include "eci/create.hpp"
#include "eci/endpoint.hpp"
#include "eci/fields.hpp"
#include "eci/models.hpp"
#include "net/tls.hpp"
#include "proto/exec_script.hpp"
#include "proto/flatten.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace ecisbx::eci {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using detail::exec_channel;
using detail::exec_request;

std::shared_ptr<const net::dialer> make_dialer(const asio::any_io_executor& executor,
                                               const config& settings) {
    auto how = std::make_shared<net::dialer>();
    how->tls = net::tls_client_context::make(settings.ca_file());
    if (!settings.proxy().empty())
        how->proxy = net::proxy_settings::parse(settings.proxy(), settings.no_proxy());
    how->allow_plain = settings.plain_http_allowed();
    how->observed = core::observation(settings.observers());
    how->limiter = std::make_shared<net::dial_limiter>(executor, settings.max_dials());
    return how;
}

net::origin checked_endpoint(const config& settings) {
    check_settings(settings);
    return endpoint_of(settings);
}

error failure_of(errc condition, std::string doing, std::string message) {
    error_info info(condition, std::move(message));
    info.doing = std::move(doing);
    return error(std::move(info));
}

void check_action(const std::string& action) {
    if (!is_action(action))
        throw error(errc::invalid_argument, "an action's name is of [A-Za-z0-9]");
}

proto::parameter_list with_token(const std::string& id) {
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    out.add("ContainerGroupId", id).add("ClientToken", core::uuid());
    return parameters;
}

std::string read_id(const json::object& body) {
    auto id = fields(body).text("ContainerGroupId");
    if (id.empty()) throw error(errc::protocol, "the answer has no ContainerGroupId");
    return id;
}

repeating harm_of(const std::string& action, const std::map<std::string, std::string>& parameters) {
    bool reads = action.starts_with("Describe") || action.starts_with("List");
    return reads || parameters.contains("ClientToken") ? repeating::harmless : repeating::harmful;
}

}  // namespace

client::impl::impl(asio::any_io_executor executor, const config& settings)
    : impl(std::move(executor), settings, checked_endpoint(settings)) {}

client::impl::impl(asio::any_io_executor executor, const config& settings, net::origin endpoint)
    : executor_(std::move(executor)),
      dialer_(make_dialer(executor_, settings)),
      caller_(executor_, settings, dialer_, std::move(endpoint)),
      opener_(executor_, caller_, settings, dialer_),
      watcher_(executor_, caller_) {}

asio::awaitable<std::string> client::impl::create(create_options options) {
    auto parameters = create_parameters(options);
    auto answer = co_await caller_.call("CreateContainerGroup", std::move(parameters),
                                        repeating::harmless, core::deadline::never());
    auto id = answer.parsed(read_id);
    names_.learn(id, options.container_name());
    history_.created(id);
    co_return id;
}

asio::awaitable<client::impl::finding> client::impl::find(std::string id, core::deadline until) {
    check_id(id);
    auto parameters = list_parameters(list_options().id(id).with_events());
    auto answer = co_await caller_.call("DescribeContainerGroups", std::move(parameters),
                                        repeating::harmless, until);
    auto page = answer.parsed(parse_page);
    finding found;
    found.request_id = answer.request_id;
    for (auto& group : page.groups) {
        if (group.id != id) continue;
        if (!group.containers.empty()) names_.learn(id, group.containers.front().name);
        found.group = std::move(group);
        break;
    }
    co_return found;
}

asio::awaitable<container_group> client::impl::describe(std::string id, core::deadline until) {
    auto found = co_await find(id, until);
    if (!found.group) {
        names_.forget(id);
        error_info why(errc::not_found,
                       "there is no sandbox " + id + " (or no permission to see it)");
        why.doing = "DescribeContainerGroups";
        why.request_id = found.request_id;
        throw error(std::move(why));
    }
    co_return std::move(*found.group);
}

asio::awaitable<group_page> client::impl::list(list_options options) {
    auto parameters = list_parameters(options);
    auto answer = co_await caller_.call("DescribeContainerGroups", std::move(parameters),
                                        repeating::harmless, core::deadline::never());
    co_return answer.parsed(parse_page);
}

asio::awaitable<std::vector<container_group>> client::impl::list_all(list_options options) {
    std::vector<container_group> all;
    std::unordered_set<std::string> ids, tokens;
    while (true) {
        auto page = co_await list(options);
        for (auto& group : page.groups)
            if (ids.insert(group.id).second) all.push_back(std::move(group));
        if (page.next_token.empty()) co_return all;
        if (!tokens.insert(page.next_token).second)
            throw failure_of(errc::protocol, "DescribeContainerGroups",
                             "the service gave the same NextToken twice");
        options.next_token(page.next_token);
    }
}

asio::awaitable<std::string> client::impl::container_of(std::string id, core::deadline until) {
    auto name = names_.container_of(id);
    if (!name.empty()) co_return name;
    auto group = co_await describe(id, until);
    if (group.containers.empty() || group.containers.front().name.empty())
        throw failure_of(errc::conflict, "exec", "sandbox " + id + " has no container yet");
    co_return group.containers.front().name;
}

asio::awaitable<std::unique_ptr<exec_channel>> client::impl::open_exec(std::string id,
                                                                       exec_request request,
                                                                       core::deadline until) {
    check_id(id);
    if (request.container.empty()) {
        auto name = co_await container_of(id, until);
        request.container = std::move(name);
    }
    co_return co_await opener_.open(std::move(id), std::move(request), until);
}

asio::awaitable<exec_urls> client::impl::exec_urls(std::string id, command argv,
                                                   std::string container) {
    check_id(id);
    exec_request request;
    request.argv = argv.argv();
    request.container = std::move(container);
    request.open_stdin = true;
    if (request.argv.empty() || !proto::fits(request.argv, limits()))
        throw failure_of(errc::invalid_argument, "ExecContainerCommand",
                         "the command must be 1 to 20 elements of UTF-8 and at most 2048 bytes as "
                         "JSON");
    auto until = core::deadline::never();
    if (request.container.empty()) {
        auto name = co_await container_of(id, until);
        request.container = std::move(name);
    }
    auto urls = co_await opener_.ask(std::move(id), std::move(request), until);
    co_return urls;
}

asio::awaitable<void> client::impl::remove(std::string id, remove_options options) {
    check_id(id);
    auto parameters = with_token(id);
    if (options.forced()) parameters.emplace_back("Force", "true");
    names_.forget(id);
    history_.forget(id);
    try {
        co_await caller_.call("DeleteContainerGroup", std::move(parameters), repeating::harmless,
                              core::deadline::never());
    } catch (const error& e) {
        if (e.code() != errc::not_found) throw;
    }
}

asio::awaitable<void> client::impl::restart(std::string id) {
    check_id(id);
    auto parameters = with_token(id);
    auto date = core::utc_now();
    co_await caller_.call("RestartContainerGroup", std::move(parameters), repeating::harmless,
                          core::deadline::never());
    history_.restarted(id, date);
}

asio::awaitable<json::value> client::impl::call(std::string action,
                                                std::map<std::string, std::string> parameters) {
    check_action(action);
    proto::parameter_list list(parameters.begin(), parameters.end());
    auto harm = harm_of(action, parameters);
    auto answer =
        co_await caller_.call(std::move(action), std::move(list), harm, core::deadline::never());
    co_return json::value(std::move(answer.body));
}

}  // namespace ecisbx::eci
