#include "server/store/memory.hpp"

#include "core/random.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>

namespace ecisbx::server::store {
namespace {

template <class T>
bool agrees(const std::optional<T>& wanted, const T& value) {
    return !wanted || *wanted == value;
}

}  // namespace

bool group_filter::matches(const group& g) const {
    if (ids && std::find(ids->begin(), ids->end(), g.id) == ids->end()) return false;
    if (!agrees(name, g.spec.name) || !agrees(status, g.status) || !agrees(zone, g.spec.zone) ||
        !agrees(vswitch, g.spec.vswitch) || !agrees(security_group, g.spec.security_group) ||
        !agrees(resource_group, g.spec.resource_group))
        return false;
    if (tagged && g.spec.tags.empty()) return false;
    if (changed_since && g.changed < *changed_since) return false;
    return std::all_of(tags.begin(), tags.end(), [&](const auto& wanted) {
        return std::any_of(g.spec.tags.begin(), g.spec.tags.end(), [&](const auto& has) {
            return has.first == wanted.first &&
                   (wanted.second.empty() || has.second == wanted.second);
        });
    });
}

memory::memory(clock_function clock, limits bounds) : clock_(std::move(clock)), bounds_(bounds) {}

group_ptr memory::insert(std::string id, group_spec spec) {
    if (by_sequence_.size() >= bounds_.groups) return nullptr;
    auto g = std::make_shared<group>();
    g->id = std::move(id);
    g->uuid = core::uuid();
    g->sequence = ++last_sequence_;
    g->containers.resize(spec.containers.size());
    g->init_containers.resize(spec.init_containers.size());
    g->spec = std::move(spec);
    g->created = g->changed = now();
    by_sequence_[g->sequence] = g;
    by_id_[g->id] = g;
    index_.add(*g);
    return g;
}

group_ptr memory::find(const std::string& id) const {
    auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

bool memory::erase(const std::string& id) {
    auto found = by_id_.find(id);
    if (found == by_id_.end()) return false;
    auto g = found->second;  // id may be a reference into it
    unindex(*g);
    index_.remove(*g);
    by_sequence_.erase(g->sequence);
    by_id_.erase(found);
    return true;
}

// A walk through a hundred thousand groups must not pass all of them for each page: an index
// narrows the search, and where it leaves nothing to check it knows the total too.
group_page memory::select(const group_filter& filter, std::size_t limit,
                          std::uint64_t before) const {
    if (filter.ids) return select_ids(filter, limit, before);
    if (filter.changed_since) return select_changed(filter, limit, before);
    auto choice = index_.choose(filter);
    return select_among(*choice.smallest, choice.exact ? nullptr : &filter, limit, before);
}

group_page memory::select_ids(const group_filter& filter, std::size_t limit,
                              std::uint64_t before) const {
    group_index::sequences wanted;
    for (const auto& id : *filter.ids)
        if (auto g = find(id)) wanted.insert(g->sequence);
    return select_among(wanted, &filter, limit, before);
}

// What changed lately is mostly little; when it is more than what another property leaves, that
// one is looked through.
group_page memory::select_changed(const group_filter& filter, std::size_t limit,
                                  std::uint64_t before) const {
    auto choice = index_.choose(filter);
    auto changed = index_.changed_since(*filter.changed_since, choice.smallest->size());
    if (!changed) return select_among(*choice.smallest, &filter, limit, before);
    group_page page;
    std::vector<std::uint64_t> rest;
    for (auto sequence : *changed) {
        if (!filter.matches(*by_sequence_.at(sequence))) continue;
        ++page.total;
        if (before == 0 || sequence < before) rest.push_back(sequence);
    }
    bool more = rest.size() > limit;
    auto end = rest.begin() + static_cast<std::ptrdiff_t>(std::min(limit, rest.size()));
    std::partial_sort(rest.begin(), end, rest.end(), std::greater<>());
    for (auto at = rest.begin(); at != end; ++at) page.groups.push_back(by_sequence_.at(*at));
    if (more && !page.groups.empty()) page.next = page.groups.back()->sequence;
    return page;
}

// `filter` null: all of them match.
group_page memory::select_among(const group_index::sequences& among, const group_filter* filter,
                                std::size_t limit, std::uint64_t before) const {
    group_page page;
    auto end = before == 0 ? among.end() : among.lower_bound(before);
    bool more = false;
    while (end != among.begin() && !more) {
        const auto& g = by_sequence_.at(*--end);
        if (filter && !filter->matches(*g)) continue;
        more = page.groups.size() == limit;
        if (!more) page.groups.push_back(g);
    }
    if (more && !page.groups.empty()) page.next = page.groups.back()->sequence;
    auto counts = [&](std::uint64_t sequence) {
        return filter->matches(*by_sequence_.at(sequence));
    };
    page.total = filter
                     ? static_cast<std::size_t>(std::count_if(among.begin(), among.end(), counts))
                     : among.size();
    return page;
}

std::vector<std::string> memory::expire() {
    std::vector<std::string> gone;
    auto drop = [&](const std::set<std::pair<time_point, std::uint64_t>>& from) {
        std::string id = by_sequence_.at(from.begin()->second)->id;
        erase(id);
        gone.push_back(std::move(id));
    };
    while (ended_.size() > bounds_.terminal_kept_longer &&
           ended_.begin()->first + bounds_.terminal_kept <= now())
        drop(ended_);
    while (!schedule_failed_.empty() &&
           schedule_failed_.begin()->first + bounds_.schedule_failed_kept <= now())
        drop(schedule_failed_);
    return gone;
}

}  // namespace ecisbx::server::store
