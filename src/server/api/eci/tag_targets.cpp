#include "server/api/eci/tag_targets.hpp"

#include "server/api/eci/common.hpp"
#include "server/api/eci/resources.hpp"

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

class group_targets final : public tag_targets {
public:
    explicit group_targets(store::memory& groups) : groups_(groups) {}

    std::optional<tagged> find(const std::string& id) override {
        auto g = groups_.find(id);
        if (!g) return std::nullopt;
        return tagged{g->id, g->sequence, g->spec.tags};
    }
    void set(const std::string& id, tag_list tags) override {
        groups_.change_spec(*groups_.find(id),
                            [&](store::group_spec& spec) { spec.tags = std::move(tags); });
    }
    std::vector<tagged> list(const std::vector<std::string>& ids, const tag_list& wanted,
                             std::size_t limit, std::uint64_t before) override {
        store::group_filter filter;
        if (!ids.empty()) filter.ids = ids;
        filter.tags = wanted;
        filter.tagged = true;
        std::vector<tagged> out;
        for (const auto& g : groups_.select(filter, limit, before).groups)
            out.push_back({g->id, g->sequence, g->spec.tags});
        return out;
    }

private:
    store::memory& groups_;
};

template <class T>
class table_targets final : public tag_targets {
public:
    explicit table_targets(store::table<T>& items) : items_(items) {}

    std::optional<tagged> find(const std::string& id) override {
        auto* item = items_.find(id);
        if (!item) return std::nullopt;
        return tagged{item->id, item->sequence, item->tags};
    }
    void set(const std::string& id, tag_list tags) override {
        items_.find(id)->tags = std::move(tags);
    }
    std::vector<tagged> list(const std::vector<std::string>& ids, const tag_list& wanted,
                             std::size_t limit, std::uint64_t before) override {
        resource_filter filter;
        filter.tags = wanted;
        auto matches = [&](const T& item) {
            return !item.tags.empty() &&
                   (ids.empty() || std::find(ids.begin(), ids.end(), item.id) != ids.end()) &&
                   filter.matches(item);
        };
        std::vector<tagged> out;
        for (const auto* item : items_.select(matches, limit, before).items)
            out.push_back({item->id, item->sequence, item->tags});
        return out;
    }

private:
    store::table<T>& items_;
};

template <class T>
std::unique_ptr<tag_targets> targets_of(store::table<T>& items) {
    return std::make_unique<table_targets<T>>(items);
}

}  // namespace

std::unique_ptr<tag_targets> read_tag_targets(service& s, const call& c) {
    const auto& in = c.parameters;
    (void)in.required("ResourceType");
    auto type = one_of(in, "ResourceType",
                       {"ContainerGroup", "ImageCache", "DataCache", "VirtualNode"}, "");
    s.resources.expire(s.clock());
    if (type == "ImageCache") return targets_of(s.resources.image_caches);
    if (type == "DataCache") return targets_of(s.resources.data_caches);
    if (type == "VirtualNode") return targets_of(s.resources.virtual_nodes);
    return std::make_unique<group_targets>(*s.groups);
}

}  // namespace ecisbx::server::api::eci
