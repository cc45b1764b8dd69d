// CreateDataCache, UpdateDataCache, DeleteDataCache, CopyDataCache. No data is loaded: a cache is a
// name that becomes Available by the clock.
#include "core/random.hpp"
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/data_cache_names.hpp"
#include "server/api/eci/resources.hpp"

namespace ecisbx::server::api::eci {
namespace {

constexpr std::size_t max_options = 100;
constexpr std::size_t max_name = 128;

void read_source(const proto::flat_view& in, store::data_cache& cache) {
    auto source = in.member("DataSource");
    if (source.empty()) return;
    (void)source.required("Type");
    cache.source_type = one_of(source, "Type", {"URL", "NAS", "OSS", "SNAPSHOT"}, "");
    cache.source_options.clear();
    for (const auto& [key, value] : source.free_map("Options", max_options))
        cache.source_options[key] = value;
}

void read_cache(const proto::flat_view& in, store::data_cache& cache, time_point now) {
    auto name = in.text_or("Name", "");
    if (length_of(name) > max_name)
        refuse_parameter(in, "Name", "it must be at most 128 characters");
    if (!name.empty()) cache.name = std::move(name);
    if (auto size = read_size(in, "Size")) cache.size = *size;
    read_source(in, cache);
    read_retention(in, cache, now);
    read_placement(in, cache);
    check_vswitches(in);
    check_address(in);
}

[[noreturn]] void refuse_unknown() {
    refuse(404, "InvalidDataCacheId.NotFound", "The specified data cache does not exist.");
}

store::data_cache& required_cache(service& s, const call& c) {
    s.resources.expire(s.clock());
    auto* cache = s.resources.data_caches.find(c.parameters.required("DataCacheId"));
    if (!cache) refuse_unknown();
    return *cache;
}

store::data_cache* find_by_path(service& s, const std::string& region, const std::string& bucket,
                                const std::string& path) {
    return s.resources.data_caches.find_if([&](const store::data_cache& c) {
        return c.region == region && c.bucket == bucket && c.path == path;
    });
}

// Gives it an id and a place of its own, and keeps it.
std::string keep(service& s, store::data_cache cache) {
    s.resources.expire(s.clock());
    if (auto* other = find_by_path(s, cache.region, cache.bucket, cache.path))
        refuse(400, "InvalidParameter.DuplicatedName",
               "The data cache " + other->id + " has the same bucket and path.");
    cache.began = cache.created;
    cache.updating = false;
    cache.snapshot_id = "s-" + core::random_alnum(20);
    cache.group_id = "eci-" + core::random_alnum(20);
    add_warning(cache, s, "The local server loads no data: there is nothing in this cache.");
    auto id = cache.id;
    auto& caches = s.resources.data_caches;
    if (!caches.insert(std::move(cache)))
        refuse(403, "QuotaExceeded",
               "The local server keeps no more than " + std::to_string(caches.capacity()) +
                   " data caches.");
    return id;
}

std::string create(service& s, const call& c) {
    store::data_cache cache;
    begin_resource(cache, s, "edc-");
    cache.region = s.settings.region;
    cache.bucket = data_bucket(c.parameters);
    cache.path = data_path(c.parameters).value_or("/");
    read_cache(c.parameters, cache, cache.created);
    return keep(s, std::move(cache));
}

std::string copy(service& s, const call& c) {
    const auto& in = c.parameters;
    auto region = in.required("DestinationRegionId");
    const auto& from = required_cache(s, c);
    auto at = store::progress_of(from, s.clock());
    if (!at.settled)
        refuse(400, "IncorrectStatus",
               "The status of the data cache is " + std::string(at.status) +
                   ", it must be Available.");
    auto cache = from;
    begin_resource(cache, s, "edc-");
    cache.expires.reset();
    cache.events.clear();
    cache.matched.reset();
    cache.region = std::move(region);
    if (in.has("Bucket")) cache.bucket = data_bucket(in);
    if (auto path = data_path(in)) cache.path = std::move(*path);
    read_cache(in, cache, cache.created);
    return keep(s, std::move(cache));
}

}  // namespace

boost::json::object create_data_cache(service& s, const call& c) {
    require_region(c);
    boost::json::object out;
    out["DataCacheId"] = once(s, c, [&] { return create(s, c); });
    return out;
}

boost::json::object update_data_cache(service& s, const call& c) {
    require_region(c);
    (void)once(s, c, [&] {
        auto& cache = required_cache(s, c);
        begin_cache_update(
            s, cache, "IncorrectStatus", "data cache", "Available",
            [&](auto& changed, time_point now) { read_cache(c.parameters, changed, now); });
        return cache.id;
    });
    return {};
}

boost::json::object delete_data_cache(service& s, const call& c) {
    require_region(c);
    (void)once(s, c, [&] {
        std::string id = c.parameters.text_or("DataCacheId", "");
        if (id.empty()) {
            auto path = data_path(c.parameters);
            if (!path) throw proto::api_refusal(proto::missing_parameter("DataCacheId"));
            s.resources.expire(s.clock());
            auto* named = find_by_path(s, s.settings.region, data_bucket(c.parameters), *path);
            if (!named) refuse_unknown();
            id = named->id;
        } else {
            id = required_cache(s, c).id;
        }
        s.resources.data_caches.erase(id);
        return id;
    });
    return {};
}

boost::json::object copy_data_cache(service& s, const call& c) {
    require_region(c);
    boost::json::object out;
    out["DataCacheId"] = once(s, c, [&] { return copy(s, c); });
    return out;
}

}  // namespace ecisbx::server::api::eci
