#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/resources.hpp"

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;

constexpr std::size_t most = 20;
constexpr std::size_t max_match_images = 100;

struct cache_filter {
    std::string id, name, snapshot, image;
    std::vector<std::string> wanted;  ///< MatchImage
    bool all_of_them = false;         ///< ImageFullMatch
    resource_filter common;

    std::size_t hits(const store::image_cache& c) const {
        return static_cast<std::size_t>(
            std::count_if(wanted.begin(), wanted.end(), [&](const std::string& image_name) {
                return std::find(c.images.begin(), c.images.end(), image_name) != c.images.end();
            }));
    }
    bool matches(const store::image_cache& c) const {
        auto agrees = [](const std::string& wish, const std::string& value) {
            return wish.empty() || wish == value;
        };
        if (!agrees(id, c.id) || !agrees(name, c.name) || !agrees(snapshot, c.snapshot_id))
            return false;
        if (!image.empty() && std::find(c.images.begin(), c.images.end(), image) == c.images.end())
            return false;
        if (!wanted.empty() && hits(c) < (all_of_them ? wanted.size() : 1)) return false;
        return common.matches(c);
    }
};

cache_filter read_cache_filter(const proto::flat_view& in) {
    cache_filter filter;
    filter.id = in.text_or("ImageCacheId", "");
    filter.name = in.text_or("ImageCacheName", "");
    filter.snapshot = in.text_or("SnapshotId", "");
    filter.image = in.text_or("Image", "");
    filter.wanted = in.texts("MatchImage", max_match_images);
    filter.all_of_them = in.boolean("ImageFullMatch").value_or(false);
    filter.common = read_resource_filter(in);
    return filter;
}

json::object render(const store::image_cache& c, const service& s) {
    auto at = store::progress_of(c, s.clock());
    bool there = at.settled || c.updating;
    json::array images;
    for (const auto& image : c.images) images.emplace_back(image);
    json::object out;
    render_resource(c, out);
    out["ImageCacheId"] = c.id;
    out["ImageCacheName"] = c.name;
    out["Status"] = at.status;
    out["Progress"] = std::to_string(at.percent) + "%";
    out["Images"] = std::move(images);
    out["ImageCacheSize"] = c.size;
    out["SnapshotId"] = there ? c.snapshot_id : "";
    out["FlashSnapshotId"] = "";
    out["ContainerGroupId"] = c.group_id;
    out["RegionId"] = s.settings.region;
    out["ExpireDateTime"] = time_text(c.expires);
    out["LastMatchedTime"] = time_text(c.matched);
    out["EliminationStrategy"] = c.lru ? "LRU" : "";
    return out;
}

}  // namespace

json::object describe_image_caches(service& s, const call& c) {
    require_region(c);
    s.resources.expire(s.clock());
    auto filter = read_cache_filter(c.parameters);
    auto wish = read_page(s, c, "Limit", most, most);
    if (auto best = c.parameters.integer("ImageMatchCountRequest", 1, 1000))
        wish.limit = std::min(wish.limit, static_cast<std::size_t>(*best));
    auto page = s.resources.image_caches.select(
        [&](const store::image_cache& cache) { return filter.matches(cache); }, wish.limit,
        wish.before);
    return render_page(s, page, "ImageCaches",
                       [&](const store::image_cache& cache) { return render(cache, s); });
}

}  // namespace ecisbx::server::api::eci
