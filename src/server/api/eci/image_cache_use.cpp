#include "server/api/eci/image_cache_use.hpp"

#include "server/api/eci/common.hpp"

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

bool has_all_images(const store::image_cache& cache, const store::group_spec& spec) {
    auto has = [&](const store::container_spec& c) {
        return std::find(cache.images.begin(), cache.images.end(), c.image) != cache.images.end();
    };
    return std::all_of(spec.containers.begin(), spec.containers.end(), has) &&
           std::all_of(spec.init_containers.begin(), spec.init_containers.end(), has);
}

}  // namespace

void use_image_cache(service& s, const proto::flat_view& in, const store::group_spec& spec) {
    auto id = in.text_or("ImageSnapshotId", "");
    bool match = in.boolean("AutoMatchImageCache").value_or(false);
    if (id.empty() && !match) return;
    auto now = s.clock();
    s.resources.expire(now);
    auto& caches = s.resources.image_caches;
    auto ready = [now](const store::image_cache& c) {
        return store::progress_of(c, now).status == "Ready";
    };
    store::image_cache* used = nullptr;
    if (!id.empty()) {
        used = caches.find(id);
        if (!used)
            refuse(404, "ImageSnapshot.NotFound", "The specified image cache does not exist.");
        if (!ready(*used))
            refuse(400, "ImageSnapshot.IncorrectStatus", "The image cache is not Ready yet.");
    } else {
        used = caches.find_if(
            [&](const store::image_cache& c) { return ready(c) && has_all_images(c, spec); });
    }
    if (used) used->matched = now;
}

}  // namespace ecisbx::server::api::eci
