// The calls that check and change what exists: dry runs, updates, image caches.
#include "eci/check_id.hpp"
#include "eci/client_impl.hpp"
#include "eci/create.hpp"
#include "eci/image_caches.hpp"
#include "sandbox/public_op.hpp"

#include <ecisbx/error.hpp>

#include "core/random.hpp"

#include <utility>

namespace ecisbx::eci {
namespace {

namespace asio = boost::asio;
using core::deadline;

void check_cache_id(const std::string& id) {
    if (!is_id(id))
        throw error(errc::invalid_argument,
                    "the id of the image cache must be text that is not empty");
}

/// What the service answers when it would have done it.
bool is_passed(const error& e) {
    return e.info().service_code == "DryRunOperation";
}

}  // namespace

asio::awaitable<void> client::impl::dry_run(create_options options) {
    options.dry_run();
    auto parameters = create_parameters(options);
    try {
        co_await caller_.call("CreateContainerGroup", std::move(parameters), repeating::harmless,
                              deadline::never());
    } catch (const error& e) {
        if (is_passed(e)) co_return;
        throw;
    }
    throw error(errc::protocol, "the service answered a dry run as if it had created a group");
}

asio::awaitable<void> client::impl::update(std::string id, update_options options) {
    check_id(id);
    auto parameters = update_parameters(id, options);
    names_.forget(id);  // its first container may be another then
    co_await caller_.call("UpdateContainerGroup", std::move(parameters), repeating::harmless,
                          deadline::never());
}

asio::awaitable<new_image_cache> client::impl::create_image_cache(image_cache_options options) {
    auto parameters = new_cache_parameters(options);
    auto answer = co_await caller_.call("CreateImageCache", std::move(parameters),
                                        repeating::harmless, deadline::never());
    co_return answer.parsed(parse_new_cache);
}

asio::awaitable<image_cache_page> client::impl::image_caches(image_cache_query query) {
    auto parameters = cache_query_parameters(query);
    auto answer = co_await caller_.call("DescribeImageCaches", std::move(parameters),
                                        repeating::harmless, deadline::never());
    co_return answer.parsed(parse_cache_page);
}

asio::awaitable<void> client::impl::update_image_cache(std::string id,
                                                       image_cache_options options) {
    check_cache_id(id);
    auto parameters = cache_update_parameters(id, options);
    co_await caller_.call("UpdateImageCache", std::move(parameters), repeating::harmless,
                          deadline::never());
}

asio::awaitable<void> client::impl::remove_image_cache(std::string id) {
    check_cache_id(id);
    proto::parameter_list parameters = {{"ImageCacheId", id}, {"ClientToken", core::uuid()}};
    try {
        co_await caller_.call("DeleteImageCache", std::move(parameters), repeating::harmless,
                              deadline::never());
    } catch (const error& e) {
        if (e.code() != errc::not_found) throw;
    }
}

asio::awaitable<void> client::dry_run(create_options options) {
    return detail::public_op(impl_, impl_->dry_run(std::move(options)));
}

asio::awaitable<void> client::update(std::string id, update_options options) {
    return detail::public_op(impl_, impl_->update(std::move(id), std::move(options)));
}

asio::awaitable<new_image_cache> client::create_image_cache(image_cache_options options) {
    return detail::public_op(impl_, impl_->create_image_cache(std::move(options)));
}

asio::awaitable<image_cache_page> client::image_caches(image_cache_query query) {
    return detail::public_op(impl_, impl_->image_caches(std::move(query)));
}

asio::awaitable<void> client::update_image_cache(std::string id, image_cache_options options) {
    return detail::public_op(impl_, impl_->update_image_cache(std::move(id), std::move(options)));
}

asio::awaitable<void> client::remove_image_cache(std::string id) {
    return detail::public_op(impl_, impl_->remove_image_cache(std::move(id)));
}

}  // namespace ecisbx::eci
