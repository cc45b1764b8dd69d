#include "server/store/memory.hpp"

#include "core/random.hpp"

#include <algorithm>

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
    by_sequence_.erase(g->sequence);
    by_id_.erase(found);
    return true;
}

group_page memory::select(const group_filter& filter, std::size_t limit,
                          std::uint64_t before) const {
    if (filter == group_filter()) return select_all(limit, before);
    group_page page;
    bool more = false;
    auto take = [&](const group_ptr& g) {
        if (!filter.matches(*g)) return;
        ++page.total;
        if (before != 0 && g->sequence >= before) return;
        if (page.groups.size() < limit)
            page.groups.push_back(g);
        else
            more = true;
    };
    if (filter.ids) {  // at most a handful: no walk through all groups
        std::map<std::uint64_t, group_ptr, std::greater<>> wanted;
        for (const auto& id : *filter.ids)
            if (auto g = find(id)) wanted[g->sequence] = g;
        for (const auto& [sequence, g] : wanted) take(g);
    } else {
        for (auto at = by_sequence_.rbegin(); at != by_sequence_.rend(); ++at) take(at->second);
    }
    if (more) page.next = page.groups.back()->sequence;
    return page;
}

// A walk through a hundred thousand groups must not pass all of them for each page.
group_page memory::select_all(std::size_t limit, std::uint64_t before) const {
    group_page page;
    page.total = by_sequence_.size();
    auto end = before == 0 ? by_sequence_.end() : by_sequence_.lower_bound(before);
    while (end != by_sequence_.begin() && page.groups.size() < limit)
        page.groups.push_back((--end)->second);
    if (end != by_sequence_.begin() && !page.groups.empty())
        page.next = page.groups.back()->sequence;
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
