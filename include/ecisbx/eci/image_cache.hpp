/// @file
/// Image caches: images on a snapshot, so that groups start without pulling them.
#ifndef ECISBX_ECI_IMAGE_CACHE_HPP
#define ECISBX_ECI_IMAGE_CACHE_HPP

#include <ecisbx/eci/model.hpp>
#include <ecisbx/eci/option_node.hpp>
#include <ecisbx/eci/registry.hpp>
#include <ecisbx/export.hpp>
#include <ecisbx/secret.hpp>

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// What to make, or to change, of an image cache. Checked before the call as `create_options` is,
/// with errors that begin `image_cache_options:`.
class ECISBX_API image_cache_options {
public:
    image_cache_options() = default;

    /// 2 to 128 of `[a-z0-9-]`, no hyphen at an end. Required to create.
    image_cache_options& name(std::string v) & { return put("ImageCacheName", std::move(v)); }
    image_cache_options&& name(std::string v) && { return std::move(name(std::move(v))); }
    /// One more image, with its tag; at least one.
    image_cache_options& image(std::string v) & {
        return node_.append("Image", std::move(v)), *this;
    }
    image_cache_options&& image(std::string v) && { return std::move(image(std::move(v))); }
    /// GiB. Default 20; at least 20.
    image_cache_options& size(int gib) & { return put("ImageCacheSize", std::int64_t{gib}); }
    image_cache_options&& size(int gib) && { return std::move(size(gib)); }
    /// Days until the service removes it; at least 1. Default: never.
    image_cache_options& retention_days(int v) & { return put("RetentionDays", std::int64_t{v}); }
    image_cache_options&& retention_days(int v) && { return std::move(retention_days(v)); }
    /// At most 10, a comma list.
    image_cache_options& vswitch(std::string id) & { return put("VSwitchId", std::move(id)); }
    image_cache_options&& vswitch(std::string id) && { return std::move(vswitch(std::move(id))); }
    /// One security group, of the helper group that pulls.
    image_cache_options& security_group(std::string id) & {
        return put("SecurityGroupId", std::move(id));
    }
    image_cache_options&& security_group(std::string id) && {
        return std::move(security_group(std::move(id)));
    }
    /// To create: public images need a way to the Internet.
    image_cache_options& eip(std::string id) & { return put("EipInstanceId", std::move(id)); }
    image_cache_options&& eip(std::string id) && { return std::move(eip(std::move(id))); }
    /// As `create_options::registry_credential`.
    image_cache_options& registry_credential(std::string server, std::string user,
                                             secret password) &;
    image_cache_options&& registry_credential(std::string server, std::string user,
                                              secret password) && {
        return std::move(
            registry_credential(std::move(server), std::move(user), std::move(password)));
    }
    /// One more Enterprise Edition registry to pull from.
    image_cache_options& add_acr_registry(const acr_registry& v) & {
        return node_.add("AcrRegistryInfo", v.node()), *this;
    }
    image_cache_options&& add_acr_registry(const acr_registry& v) && {
        return std::move(add_acr_registry(v));
    }
    /// Build on a cache that holds some of the images.
    image_cache_options& match_image_cache(bool on = true) & {
        return put("AutoMatchImageCache", on);
    }
    image_cache_options&& match_image_cache(bool on = true) && {
        return std::move(match_image_cache(on));
    }
    /// Also make a copy that starts at once; costs more.
    image_cache_options& flash(bool on = true) & { return put("Flash", on); }
    image_cache_options&& flash(bool on = true) && { return std::move(flash(on)); }
    /// Copies of each kind; at least 1.
    image_cache_options& standard_copies(int v) & {
        return put("StandardCopyCount", std::int64_t{v});
    }
    image_cache_options&& standard_copies(int v) && { return std::move(standard_copies(v)); }
    /// Copies that start at once; at least 1.
    image_cache_options& flash_copies(int v) & { return put("FlashCopyCount", std::int64_t{v}); }
    image_cache_options&& flash_copies(int v) && { return std::move(flash_copies(v)); }
    /// What is removed when there are too many: `LRU`. Default: nothing.
    image_cache_options& elimination(std::string v) & {
        return put("EliminationStrategy", std::move(v));
    }
    image_cache_options&& elimination(std::string v) && {
        return std::move(elimination(std::move(v)));
    }
    /// JSON text.
    image_cache_options& annotations(std::string v) & { return put("Annotations", std::move(v)); }
    image_cache_options&& annotations(std::string v) && {
        return std::move(annotations(std::move(v)));
    }
    /// Id of the resource group that it belongs to.
    image_cache_options& resource_group(std::string id) & {
        return put("ResourceGroupId", std::move(id));
    }
    image_cache_options&& resource_group(std::string id) && {
        return std::move(resource_group(std::move(id)));
    }
    /// As of groups.
    image_cache_options& tag(std::string k, std::string v) &;
    image_cache_options&& tag(std::string k, std::string v) && {
        return std::move(tag(std::move(k), std::move(v)));
    }
    /// As `create_options::client_token`.
    image_cache_options& client_token(std::string v) & { return put("ClientToken", std::move(v)); }
    image_cache_options&& client_token(std::string v) && {
        return std::move(client_token(std::move(v)));
    }

    const option_node& node() const noexcept { return node_; }

private:
    image_cache_options& put(const char* parameter, option_value v) {
        return node_.put(parameter, std::move(v)), *this;
    }
    option_node node_;
};

/// Filters of `client::image_caches`; each one set narrows the answer.
class ECISBX_API image_cache_query {
public:
    image_cache_query() = default;

    /// This cache, `imc-...`.
    image_cache_query& id(std::string v) & {
        return node_.put("ImageCacheId", std::move(v)), *this;
    }
    image_cache_query&& id(std::string v) && { return std::move(id(std::move(v))); }
    /// Caches of this name.
    image_cache_query& name(std::string v) & {
        return node_.put("ImageCacheName", std::move(v)), *this;
    }
    image_cache_query&& name(std::string v) && { return std::move(name(std::move(v))); }
    /// The cache on this snapshot.
    image_cache_query& snapshot(std::string v) & {
        return node_.put("SnapshotId", std::move(v)), *this;
    }
    image_cache_query&& snapshot(std::string v) && { return std::move(snapshot(std::move(v))); }
    /// Caches that hold this image.
    image_cache_query& image(std::string v) & { return node_.put("Image", std::move(v)), *this; }
    image_cache_query&& image(std::string v) && { return std::move(image(std::move(v))); }
    /// One more image to find the best cache for; at most 100.
    image_cache_query& match_image(std::string v) & {
        return node_.append("MatchImage", std::move(v)), *this;
    }
    image_cache_query&& match_image(std::string v) && {
        return std::move(match_image(std::move(v)));
    }
    /// Only caches with all of them.
    image_cache_query& full_match(bool on = true) & {
        return node_.put("ImageFullMatch", on), *this;
    }
    image_cache_query&& full_match(bool on = true) && { return std::move(full_match(on)); }
    /// At most this many of the best; at least 1.
    image_cache_query& match_count(int v) & {
        return node_.put("ImageMatchCountRequest", std::int64_t{v}), *this;
    }
    image_cache_query&& match_count(int v) && { return std::move(match_count(v)); }
    /// Caches with this tag.
    image_cache_query& tag(std::string k, std::string v) &;
    image_cache_query&& tag(std::string k, std::string v) && {
        return std::move(tag(std::move(k), std::move(v)));
    }
    /// Caches per page; at least 1.
    image_cache_query& limit(int v) & { return node_.put("Limit", std::int64_t{v}), *this; }
    image_cache_query&& limit(int v) && { return std::move(limit(v)); }
    /// Continue where the page that gave this token ended.
    image_cache_query& next_token(std::string v) & {
        return node_.put("NextToken", std::move(v)), *this;
    }
    image_cache_query&& next_token(std::string v) && { return std::move(next_token(std::move(v))); }

    const option_node& node() const noexcept { return node_; }

private:
    option_node node_;
};

/// What `client::create_image_cache` made.
class new_image_cache {
public:
    new_image_cache() = default;
    std::string id;        ///< `imc-...`
    std::string group_id;  ///< of a helper group that pulls the images; must not be removed
    std::string request_id;
};

/// One image cache as DescribeImageCaches reports it. Times are RFC 3339 UTC text.
class image_cache {
public:
    image_cache() = default;
    std::string id;
    std::string name;
    /// Preparing, Creating, Ready, Failed, Updating, UpdateFailed. Failed ones live one day.
    std::string status;
    std::string progress;  ///< `100%`
    std::vector<std::string> images;
    int size_gib = 0;
    std::string snapshot_id;
    std::string flash_snapshot_id;
    std::string group_id;
    std::string region;
    std::string resource_group;
    std::string creation_time;
    std::string expire_time;
    std::string last_matched_time;
    std::string elimination;
    std::map<std::string, std::string> tags;
    std::vector<event> events;
    /// The whole object as it came, for what is not typed here. Never null.
    std::shared_ptr<const boost::json::value> raw;
};

/// One page of image caches.
class image_cache_page {
public:
    image_cache_page() = default;
    std::vector<image_cache> caches;
    std::string next_token;  ///< empty on the last page
    std::int64_t total_count = 0;
    std::string request_id;
};

}  // namespace ecisbx::eci

#endif
