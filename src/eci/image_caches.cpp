#include "eci/image_caches.hpp"

#include <ecisbx/error.hpp>

#include "core/random.hpp"
#include "eci/create_checks.hpp"
#include "eci/models.hpp"
#include "eci/option_writer.hpp"

#include <boost/json/value.hpp>

#include <string_view>
#include <utility>

namespace ecisbx::eci {
namespace {

namespace json = boost::json;
constexpr std::string_view options_name = "image_cache_options";

proto::parameter_list with_token(const image_cache_options& options) {
    auto parameters = checked_parameters(options_name, options.node());
    check_tags(options_name, options.node());
    if (options.node().text("ClientToken").empty())
        parameters.emplace_back("ClientToken", core::uuid());
    return parameters;
}

image_cache parse_cache(const json::value& value, const std::string& path) {
    fields from(value, path);
    image_cache one;
    one.id = from.text("ImageCacheId");
    one.name = from.text("ImageCacheName");
    one.status = from.text("Status");
    one.progress = from.text("Progress");
    one.images = from.texts("Images");
    one.size_gib = from.small_integer("ImageCacheSize").value_or(0);
    one.snapshot_id = from.text("SnapshotId");
    one.flash_snapshot_id = from.text("FlashSnapshotId");
    one.group_id = from.text("ContainerGroupId");
    one.region = from.text("RegionId");
    one.resource_group = from.text("ResourceGroupId");
    one.creation_time = from.text("CreationTime");
    one.expire_time = from.text("ExpireDateTime");
    one.last_matched_time = from.text("LastMatchedTime");
    one.elimination = from.text("EliminationStrategy");
    one.tags = parse_tags(from);
    one.events = parse_events(from);
    one.raw = std::make_shared<const json::value>(value);
    return one;
}

}  // namespace

proto::parameter_list new_cache_parameters(const image_cache_options& options) {
    if (options.node().text("ImageCacheName").empty())
        refuse_option(options_name, "name", "2 to 128 of [a-z0-9-], no hyphen at an end");
    if (options.node().find_texts("Image") == nullptr)
        refuse_option(options_name, "image", "at least one");
    return with_token(options);
}

proto::parameter_list cache_update_parameters(const std::string& id,
                                              const image_cache_options& options) {
    auto parameters = with_token(options);
    parameters.emplace_back("ImageCacheId", id);
    return parameters;
}

proto::parameter_list cache_query_parameters(const image_cache_query& query) {
    return checked_parameters("image_cache_query", query.node());
}

new_image_cache parse_new_cache(const json::object& answer) {
    fields from(answer);
    new_image_cache made;
    made.id = from.text("ImageCacheId");
    made.group_id = from.text("ContainerGroupId");
    made.request_id = from.text("RequestId");
    if (made.id.empty()) throw error(errc::protocol, "the answer has no ImageCacheId");
    return made;
}

image_cache_page parse_cache_page(const json::object& answer) {
    fields from(answer);
    image_cache_page page;
    page.next_token = from.text("NextToken");
    page.total_count = from.integer("TotalCount");
    page.request_id = from.text("RequestId");
    if (const auto* list = from.list("ImageCaches"))
        for (std::size_t i = 0; i < list->size(); ++i)
            page.caches.push_back(
                parse_cache((*list)[i], "ImageCaches[" + std::to_string(i) + "]"));
    return page;
}

}  // namespace ecisbx::eci
