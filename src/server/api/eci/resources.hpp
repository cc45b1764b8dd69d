// What the actions on caches and virtual nodes share.
#ifndef ECISBX_SERVER_API_ECI_RESOURCES_HPP
#define ECISBX_SERVER_API_ECI_RESOURCES_HPP

#include "server/api/eci/common.hpp"
#include "server/api/eci/render.hpp"
#include "server/api/eci/selection.hpp"
#include "server/api/eci/service.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::server::api::eci {

/// Name, resource group, tags and the like of a new resource with this prefix of its id.
void begin_resource(store::resource& r, service& s, const std::string& id_prefix);
/// An event that says what the local server does not do.
void add_warning(store::resource& r, service& s, const std::string& message);

/// ResourceGroupId and Tag.N, where the request has them.
void read_placement(const proto::flat_view& in, store::resource& r);
/// RetentionDays, counted from `from`.
void read_retention(const proto::flat_view& in, store::resource& r, time_point from);
/// GiB within what disks can have; nothing when absent.
std::optional<int> read_size(const proto::flat_view& in, std::string_view name);
/// VSwitchId as a comma list of at most 10.
void check_vswitches(const proto::flat_view& in);
/// EipCreateParam, whose address nobody needs here.
void check_address(const proto::flat_view& in);

/// The filters ResourceGroupId and Tag.N (an empty value: any).
struct resource_filter {
    std::string resource_group;
    std::vector<std::pair<std::string, std::string>> tags;
    bool matches(const store::resource& r) const;
};
resource_filter read_resource_filter(const proto::flat_view& in);

/// What all of them show in the same fields.
void render_resource(const store::resource& r, boost::json::object& out);

/// TotalCount, NextToken and the list.
template <class T, class Render>
boost::json::object render_page(const service& s, const store::table_page<T>& page,
                                std::string_view list_name, const Render& render) {
    boost::json::array list;
    for (const auto* item : page.items) list.push_back(render(*item));
    boost::json::object out;
    out["TotalCount"] = page.total;
    out["NextToken"] = seal_page(s.page_key, page.next);
    out[list_name] = std::move(list);
    return out;
}

/// Begins an update of an image or data cache: `read(changed, now)` reads the request. Refused with
/// `code` while the cache is not settled; a refusal half-way leaves it as it was.
template <class Cache, class Read>
void begin_cache_update(const service& s, Cache& cache, const std::string& code,
                        const std::string& what, const std::string& settled, const Read& read) {
    auto now = s.clock();
    auto at = store::progress_of(cache, now);
    if (!at.settled)
        refuse(400, code,
               "The status of the " + what + " is " + std::string(at.status) + ", it must be " +
                   settled + " or UpdateFailed.");
    auto changed = cache;
    read(changed, now);
    changed.began = now;
    changed.updating = true;
    cache = std::move(changed);
}

}  // namespace ecisbx::server::api::eci

#endif
