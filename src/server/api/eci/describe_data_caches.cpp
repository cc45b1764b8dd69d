#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/data_cache_names.hpp"
#include "server/api/eci/resources.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;

constexpr std::size_t most = 20;
constexpr std::size_t max_ids = 20;

json::object render(const store::data_cache& c, const service& s) {
    auto at = store::progress_of(c, s.clock());
    json::object source;
    source["Type"] = c.source_type;
    source["Options"] = json::serialize(c.source_options);  // a text, as the service has it
    json::object out;
    render_resource(c, out);
    out["DataCacheId"] = c.id;
    out["Name"] = c.name;
    out["Bucket"] = c.bucket;
    out["Path"] = c.path;
    out["Size"] = c.size;
    out["Status"] = at.status;
    out["Progress"] = std::to_string(at.percent) + "%";
    out["DataSource"] = std::move(source);
    out["RegionId"] = c.region;
    out["ContainerGroupId"] = c.group_id;
    out["SnapshotId"] = at.settled || c.updating ? c.snapshot_id : "";
    out["FlashSnapshotId"] = "";
    out["ExpireDateTime"] = time_text(c.expires);
    out["LastMatchedTime"] = time_text(c.matched);
    return out;
}

}  // namespace

json::object describe_data_caches(service& s, const call& c) {
    require_region(c);
    const auto& in = c.parameters;
    s.resources.expire(s.clock());
    auto ids = in.lenient_texts("DataCacheId", max_ids).value_or(std::vector<std::string>());
    auto path = data_path(in);
    // The bucket's default holds where a path is looked for, not for a list of all.
    std::string bucket = path || in.has("Bucket") ? data_bucket(in) : "";
    auto common = read_resource_filter(in);
    auto wish = read_page(s, c, "Limit", most, most);
    auto matches = [&](const store::data_cache& cache) {
        return (ids.empty() || std::find(ids.begin(), ids.end(), cache.id) != ids.end()) &&
               (!path || *path == cache.path) && (bucket.empty() || bucket == cache.bucket) &&
               common.matches(cache);
    };
    auto page = s.resources.data_caches.select(matches, wish.limit, wish.before);
    return render_page(s, page, "DataCaches",
                       [&](const store::data_cache& cache) { return render(cache, s); });
}

}  // namespace ecisbx::server::api::eci
