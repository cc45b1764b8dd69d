// The changes of a group: the only code that writes to one.
#include "core/random.hpp"
#include "server/store/memory.hpp"

#include <algorithm>

namespace ecisbx::server::store {

group& memory::edit(const group& g) {
    auto& writable = const_cast<group&>(g);  // made as non-const by `insert`, and only there
    auto at = now();
    if (at != g.changed) index_.change_time(g, at);
    writable.changed = at;
    return writable;
}

void memory::unindex(const group& g) {
    if (!g.ended) return;
    ended_.erase({*g.ended, g.sequence});
    schedule_failed_.erase({*g.ended, g.sequence});
}

void memory::enter(group& g, group_status status) {
    unindex(g);
    index_.change_status(g, status);
    g.status = status;
    g.ended.reset();
    if (!is_terminal(status)) return;
    g.ended = now();
    if (by_sequence_.count(g.sequence) == 0) return;
    auto& index = status == group_status::schedule_failed ? schedule_failed_ : ended_;
    index.insert({*g.ended, g.sequence});
}

void memory::change_spec(const group& g, const std::function<void(group_spec&)>& change) {
    auto spec = g.spec;
    change(spec);  // may throw
    auto& writable = edit(g);
    bool stored = by_sequence_.count(g.sequence) != 0;
    if (stored) index_.remove(g);
    writable.spec = std::move(spec);
    if (stored) index_.add(g);
}

void memory::set_status(const group& g, group_status status) {
    if (g.held || g.status == status || is_terminal(g.status) ||
        g.status == group_status::terminating)
        return;
    enter(edit(g), status);
}

void memory::force_status(const group& g, group_status status) {
    auto& writable = edit(g);
    writable.held = true;
    enter(writable, status);
}

void memory::begin_restart(const group& g) {
    auto& writable = edit(g);
    writable.held = false;
    enter(writable, group_status::restarting);
}

void memory::begin_update(const group& g) {
    auto& writable = edit(g);
    writable.held = false;
    enter(writable, group_status::updating);
}

void memory::renew(const group& g, group_spec spec) {
    change_spec(g, [&](group_spec& now) {
        spec.tags = now.tags;
        now = std::move(spec);
    });
    auto& writable = edit(g);
    writable.containers.assign(g.spec.containers.size(), container());
    writable.init_containers.assign(g.spec.init_containers.size(), container());
}

void memory::begin_delete(const group& g) {
    auto& writable = edit(g);
    writable.held = false;
    enter(writable, group_status::terminating);
}

container& memory::slot(group& g, role r, std::size_t index) {
    return (r == role::init ? g.init_containers : g.containers).at(index);
}

void memory::set_container(const group& g, role r, std::size_t index, container_state state) {
    slot(edit(g), r, index).current = std::move(state);
}

void memory::replace_container(const group& g, role r, std::size_t index, container_state state) {
    auto& c = slot(edit(g), r, index);
    c.previous = std::move(c.current);
    c.current = std::move(state);
}

void memory::count_restart(const group& g, role r, std::size_t index) {
    ++slot(edit(g), r, index).restarts;
}

void memory::add_event(const group& g, bool warning, const std::string& reason,
                       const std::string& message) {
    auto& writable = edit(g);
    auto& events = writable.events;
    auto same = std::find_if(events.begin(), events.end(), [&](const event& e) {
        return e.reason == reason && e.message == message;
    });
    if (same != events.end()) {
        ++same->count;
        same->last = now();
        return;
    }
    if (events.size() >= bounds_.events_per_group) events.erase(events.begin());
    event e;
    e.name = g.spec.name + "." + core::random_hex(8);
    e.reason = reason;
    e.message = message;
    e.warning = warning;
    e.first = e.last = now();
    events.push_back(std::move(e));
}

}  // namespace ecisbx::server::store
