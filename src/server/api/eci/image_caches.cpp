// CreateImageCache, UpdateImageCache, DeleteImageCache. No image is pulled: a cache is a name that
// becomes Ready by the clock.
#include "core/random.hpp"
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/resources.hpp"

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

constexpr std::size_t max_images = 20;
constexpr std::size_t max_text = 1024;
constexpr std::int64_t max_copies = 1000;

std::string bounded_text(const proto::flat_view& in, std::string_view name, std::size_t most) {
    auto text = in.text_or(name, "");
    if (length_of(text) > most)
        refuse_parameter(in, name, "it must be at most " + std::to_string(most) + " characters");
    return text;
}

void read_images(const proto::flat_view& in, store::image_cache& cache) {
    auto images = in.texts("Image", max_images);
    for (const auto& image : images)
        if (image.empty() || length_of(image) > max_text)
            refuse_parameter(in, "Image", "an image must be 1 to 1024 characters");
    if (!images.empty()) cache.images = std::move(images);
}

// Taken and not used: nothing is pulled from anywhere.
void check_sources(const proto::flat_view& in) {
    for (const auto& credential : in.elements("ImageRegistryCredential", 100)) {
        auto server = credential.required("Server");
        if (server.find("://") != std::string::npos)
            refuse_parameter(credential, "Server", "it must not begin with a scheme");
        (void)credential.required("UserName");
        (void)credential.required("Password");
    }
    (void)in.elements("AcrRegistryInfo", 100);
    (void)in.boolean("AutoMatchImageCache");
    (void)in.integer("StandardCopyCount", 1, max_copies);
    (void)in.integer("FlashCopyCount", 1, max_copies);
    check_vswitches(in);
}

void read_cache(const proto::flat_view& in, store::image_cache& cache, time_point now) {
    auto name = bounded_text(in, "ImageCacheName", 128);
    if (!name.empty()) cache.name = std::move(name);
    read_images(in, cache);
    if (auto size = read_size(in, "ImageCacheSize")) cache.size = *size;
    if (in.has("EliminationStrategy"))
        cache.lru = one_of(in, "EliminationStrategy", {"LRU"}, "") == "LRU";
    if (auto flash = in.boolean("Flash")) cache.flash = *flash;
    read_retention(in, cache, now);
    read_placement(in, cache);
    check_sources(in);
    (void)bounded_text(in, "Annotations", max_text);
}

// When the quota is reached, the service drops the caches that allow it, least used first.
void make_room(store::table<store::image_cache>& caches) {
    if (caches.size() < caches.capacity()) return;
    const store::image_cache* worst = nullptr;
    auto used = [](const store::image_cache& c) { return c.matched.value_or(c.created); };
    auto page = caches.select([](const store::image_cache& c) { return c.lru; }, caches.size(), 0);
    for (const auto* c : page.items)
        if (!worst || used(*c) <= used(*worst)) worst = c;
    if (worst) caches.erase(std::string(worst->id));
}

store::image_cache& required_cache(service& s, const call& c) {
    s.resources.expire(s.clock());
    auto* cache = s.resources.image_caches.find(c.parameters.required("ImageCacheId"));
    if (!cache)
        refuse(404, "InvalidImageCacheId.NotFound", "The specified image cache does not exist.");
    return *cache;
}

// The ids of the cache and of its helper group, with a space between them.
std::string create(service& s, const call& c) {
    const auto& in = c.parameters;
    store::image_cache cache;
    begin_resource(cache, s, "imc-");
    (void)in.required("ImageCacheName");
    read_cache(in, cache, cache.created);
    if (cache.images.empty()) throw proto::api_refusal(proto::missing_parameter("Image.1"));
    (void)one_of(in, "OsType", {"Linux", "Windows"}, "Linux");
    cache.began = cache.created;
    cache.snapshot_id = "s-" + core::random_alnum(20);
    cache.group_id = "eci-" + core::random_alnum(20);
    add_warning(cache, s, "The local server pulls no image: there is nothing in this cache.");
    auto& caches = s.resources.image_caches;
    s.resources.expire(s.clock());
    make_room(caches);
    auto both = cache.id + " " + cache.group_id;
    if (!caches.insert(std::move(cache)))
        refuse(403, "QuotaExceeded",
               "The local server keeps no more than " + std::to_string(caches.capacity()) +
                   " image caches.");
    return both;
}

}  // namespace

boost::json::object create_image_cache(service& s, const call& c) {
    require_region(c);
    auto both = once(s, c, [&] { return create(s, c); });
    auto space = both.find(' ');
    boost::json::object out;
    out["ImageCacheId"] = both.substr(0, space);
    out["ContainerGroupId"] = both.substr(space + 1);
    return out;
}

boost::json::object update_image_cache(service& s, const call& c) {
    require_region(c);
    (void)once(s, c, [&] {
        auto& cache = required_cache(s, c);
        begin_cache_update(
            s, cache, "ImageCache.IncorrectStatus", "image cache", "Ready",
            [&](auto& changed, time_point now) { read_cache(c.parameters, changed, now); });
        return cache.id;
    });
    return {};
}

boost::json::object delete_image_cache(service& s, const call& c) {
    require_region(c);
    (void)once(s, c, [&] {
        std::string id = required_cache(s, c).id;
        s.resources.image_caches.erase(id);
        return id;
    });
    return {};
}

}  // namespace ecisbx::server::api::eci
