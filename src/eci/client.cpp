#include <ecisbx/eci/client.hpp>

#include "eci/client_impl.hpp"
#include "sandbox/public_op.hpp"

#include <boost/json/value.hpp>

#include <utility>

namespace ecisbx::eci {
namespace {

namespace asio = boost::asio;
using detail::public_op;

asio::awaitable<sandbox> create_one(std::shared_ptr<client::impl> impl, create_options options) {
    auto id = co_await impl->create(std::move(options));
    co_return sandbox(std::move(impl), std::move(id));
}

asio::awaitable<sandbox> get_one(std::shared_ptr<client::impl> impl, std::string id) {
    auto group = co_await impl->describe(id, core::deadline::never());
    co_return sandbox(std::move(impl), std::move(group.id));
}

}  // namespace

client::client(asio::any_io_executor executor, config settings)
    : impl_(std::make_shared<impl>(std::move(executor), settings)) {}

asio::awaitable<sandbox> client::create(create_options options) {
    return public_op(impl_, create_one(impl_, std::move(options)));
}

asio::awaitable<sandbox> client::get(std::string id) {
    return public_op(impl_, get_one(impl_, std::move(id)));
}

sandbox client::attach(std::string id) const {
    return sandbox(impl_, std::move(id));
}

asio::awaitable<container_group> client::describe(std::string id) {
    return public_op(impl_, impl_->describe(std::move(id), core::deadline::never()));
}

asio::awaitable<group_page> client::list(list_options options) {
    return public_op(impl_, impl_->list(std::move(options)));
}

asio::awaitable<std::vector<container_group>> client::list_all(list_options options) {
    return public_op(impl_, impl_->list_all(std::move(options)));
}

asio::awaitable<void> client::remove(std::string id, remove_options options) {
    return public_op(impl_, impl_->remove(std::move(id), options));
}

asio::awaitable<void> client::restart(std::string id) {
    return public_op(impl_, impl_->restart(std::move(id)));
}

asio::awaitable<container_group> client::wait_status(std::string id,
                                                     std::vector<std::string> wanted,
                                                     wait_options options) {
    auto until = core::deadline::after(options.timeout());
    return public_op(impl_, impl_->wait_status(std::move(id), std::move(wanted), until));
}

asio::awaitable<exec_urls> client::exec_urls(std::string id, command argv, std::string container) {
    return public_op(impl_, impl_->exec_urls(std::move(id), std::move(argv), std::move(container)));
}

asio::awaitable<boost::json::value> client::call(std::string action,
                                                 std::map<std::string, std::string> parameters) {
    return public_op(impl_, impl_->call(std::move(action), std::move(parameters)));
}

}  // namespace ecisbx::eci
