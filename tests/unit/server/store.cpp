#include "server/store/idempotency.hpp"
#include "server/store/memory.hpp"
#include "server/store/tickets.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace ecisbx::server;
using namespace ecisbx::server::store;
using namespace std::chrono_literals;

namespace {

struct shelf {
    time_point now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2);
    limits bounds;
    memory groups;
    int made = 0;

    explicit shelf(limits l = {}) : bounds(l), groups([this] { return now; }, l) {}
    group_ptr add(const std::string& name = "g", std::vector<std::string> containers = {"c"}) {
        group_spec spec;
        spec.name = name;
        for (auto& c : containers) {
            container_spec one;
            one.name = c;
            spec.containers.push_back(one);
        }
        return groups.insert("eci-" + std::to_string(++made), spec);
    }
    std::vector<std::string> ids(const group_page& page) {
        std::vector<std::string> out;
        for (auto& g : page.groups) out.push_back(g->id);
        return out;
    }
};

using list = std::vector<std::string>;

}  // namespace

TEST_CASE("store: names of statuses go both ways") {
    for (auto name : {"Scheduling", "ScheduleFailed", "Pending", "Running", "Succeeded", "Failed",
                      "Restarting", "Updating", "Terminating", "Expired"}) {
        auto status = parse_group_status(name);
        REQUIRE(status);
        CHECK(to_string(*status) == name);
    }
    CHECK_FALSE(parse_group_status("running"));
    CHECK_FALSE(parse_group_status(""));
}

TEST_CASE("store: the newest come first, pages hold while groups come and go") {
    shelf s;
    for (int i = 0; i < 6; ++i) s.add();
    auto page = s.groups.select({}, 2, 0);
    CHECK(s.ids(page) == list{"eci-6", "eci-5"});
    CHECK(page.total == 6);
    REQUIRE(page.next != 0);
    s.add();                  // newer than the first page: not seen by this walk
    s.groups.erase("eci-5");  // where the walk stands
    s.groups.erase("eci-4");  // not visited yet
    page = s.groups.select({}, 2, page.next);
    CHECK(s.ids(page) == list{"eci-3", "eci-2"});
    page = s.groups.select({}, 2, page.next);
    CHECK(s.ids(page) == list{"eci-1"});
    CHECK(page.next == 0);
}

TEST_CASE("store: a filter that matches all gives the same pages as none") {
    shelf s;
    for (int i = 0; i < 7; ++i) s.add("same");
    store::group_filter f;
    f.name = "same";
    std::uint64_t a = 0, b = 0;
    do {
        auto plain = s.groups.select({}, 3, a), filtered = s.groups.select(f, 3, b);
        CHECK(s.ids(plain) == s.ids(filtered));
        CHECK(plain.total == filtered.total);
        CHECK(plain.next == filtered.next);
        a = plain.next;
        b = filtered.next;
        if (a != 0) s.groups.erase("eci-" + std::to_string(a));
    } while (a != 0);
}

TEST_CASE("store: a page that ends exactly at the last group has no next one") {
    shelf s;
    for (int i = 0; i < 4; ++i) s.add();
    auto page = s.groups.select({}, 2, 0);
    page = s.groups.select({}, 2, page.next);
    CHECK(page.groups.size() == 2);
    CHECK(page.next == 0);
}

TEST_CASE("store: ids are looked up, unknown and repeated ones are no matter") {
    shelf s;
    for (int i = 0; i < 3; ++i) s.add();
    store::group_filter f;
    f.ids = list{"eci-1", "eci-3", "eci-3", "eci-9"};
    auto page = s.groups.select(f, 20, 0);
    CHECK(s.ids(page) == list{"eci-3", "eci-1"});
    CHECK(page.total == 2);
}

TEST_CASE("store: filters") {
    shelf s;
    auto a = s.add("a"), b = s.add("b");
    s.groups.set_status(*b, group_status::running);
    store::group_filter f;
    f.name = "a";
    CHECK(s.ids(s.groups.select(f, 20, 0)) == list{"eci-1"});
    f = {};
    f.status = group_status::running;
    CHECK(s.ids(s.groups.select(f, 20, 0)) == list{"eci-2"});
    f = {};
    s.now += 10s;
    s.groups.add_event(*a, false, "Poke", "");
    f.changed_since = s.now - 5s;
    CHECK(s.ids(s.groups.select(f, 20, 0)) == list{"eci-1"});
}

TEST_CASE("store: it is bounded") {
    limits few;
    few.groups = 2;
    shelf s(few);
    CHECK(s.add());
    CHECK(s.add());
    CHECK_FALSE(s.add());
    s.groups.erase("eci-1");
    CHECK(s.add());
}

TEST_CASE("store: a terminal status stays, unless it is forced away") {
    shelf s;
    auto g = s.add();
    s.groups.set_status(*g, group_status::failed);
    CHECK(g->ended == s.now);
    s.groups.set_status(*g, group_status::running);
    CHECK(g->status == group_status::failed);
    s.groups.force_status(*g, group_status::pending);
    CHECK(g->status == group_status::pending);
    CHECK_FALSE(g->ended);
    s.groups.set_status(*g, group_status::running);
    CHECK(g->status == group_status::pending);
    s.groups.begin_restart(*g);
    s.groups.set_status(*g, group_status::running);
    CHECK(g->status == group_status::running);
    s.groups.begin_delete(*g);
    s.groups.set_status(*g, group_status::running);
    CHECK(g->status == group_status::terminating);
}

TEST_CASE("store: terminal groups stay an hour, then only the newest of them") {
    limits few;
    few.terminal_kept_longer = 2;
    shelf s(few);
    auto live = s.add();
    for (int i = 0; i < 4; ++i) {
        auto g = s.add();
        s.groups.set_status(*g, group_status::succeeded);
        s.now += 1s;
    }
    auto unscheduled = s.add();
    s.groups.set_status(*unscheduled, group_status::schedule_failed);
    s.now += 59min;
    CHECK(s.groups.expire().empty());
    s.now += 2min;
    CHECK(s.groups.expire() == list{"eci-2", "eci-3"});
    CHECK(s.groups.size() == 4);
    s.now += 24h;
    CHECK(s.groups.expire() == list{"eci-6"});
    CHECK(s.groups.find("eci-1"));
    CHECK(s.groups.find("eci-5"));
}

TEST_CASE("store: a group that left a terminal status or was erased does not expire") {
    limits few;
    few.terminal_kept_longer = 0;
    shelf s(few);
    auto a = s.add(), b = s.add();
    s.groups.set_status(*a, group_status::failed);
    s.groups.set_status(*b, group_status::failed);
    s.groups.force_status(*a, group_status::running);
    s.groups.erase(b->id);
    s.groups.force_status(*b, group_status::failed);  // somebody still holds it
    s.now += 2h;
    CHECK(s.groups.expire().empty());
    CHECK(s.groups.size() == 1);
}

TEST_CASE("store: equal events are counted, and only the newest are kept") {
    shelf s;
    auto g = s.add();
    s.groups.add_event(*g, true, "BackOff", "again");
    s.now += 5s;
    s.groups.add_event(*g, true, "BackOff", "again");
    REQUIRE(g->events.size() == 1);
    CHECK(g->events[0].count == 2);
    CHECK(g->events[0].last - g->events[0].first == 5s);
    for (int i = 0; i < 80; ++i) s.groups.add_event(*g, false, "N", std::to_string(i));
    CHECK(g->events.size() == 50);
    CHECK(g->events.back().message == "79");
}

TEST_CASE("store: container states") {
    shelf s;
    auto g = s.add("g", {"a", "b"});
    container_state running;
    running.state = container_state::kind::running;
    s.groups.set_container(*g, memory::role::container, 1, running);
    CHECK(g->containers[0].current.state == container_state::kind::waiting);
    CHECK(g->containers[1].current.state == container_state::kind::running);
    s.groups.replace_container(*g, memory::role::container, 1, container_state());
    REQUIRE(g->containers[1].previous);
    CHECK(g->containers[1].previous->state == container_state::kind::running);
    s.groups.count_restart(*g, memory::role::container, 1);
    CHECK(g->containers[1].restarts == 1);
}

TEST_CASE("store: tokens are long, different, and good once") {
    time_point now{};
    tickets t([&] { return now; }, 30s, 100);
    std::set<std::string> seen;
    for (int i = 0; i < 50; ++i) {
        ticket what;
        what.group_id = std::to_string(i);
        auto token = t.issue(what);
        REQUIRE(token);
        CHECK(token->size() == 32);
        seen.insert(*token);
    }
    CHECK(seen.size() == 50);
    auto first = t.redeem(*seen.begin());
    REQUIRE(first);
    CHECK_FALSE(t.redeem(*seen.begin()));
    CHECK_FALSE(t.redeem(""));
    CHECK(t.redeem(*seen.rbegin()));
}

TEST_CASE("store: tokens end after 30 s and give their room back") {
    time_point now{};
    tickets t([&] { return now; }, 30s, 2);
    auto a = t.issue({}), b = t.issue({});
    REQUIRE(b);
    CHECK_FALSE(t.issue({}));
    now += 29s;
    CHECK(t.redeem(*a));
    CHECK(t.issue({}));  // in the place of the used one
    CHECK_FALSE(t.issue({}));
    now += 1s;
    CHECK_FALSE(t.redeem(*b));
    CHECK(t.size() == 1);
    CHECK(t.issue({}));
    CHECK(t.size() == 2);
}

TEST_CASE("store: client tokens") {
    using kind = idempotency::answer::kind;
    time_point now{};
    idempotency t([&] { return now; }, 24h, 2);
    CHECK(t.look_up("Create", "x", "f").what == kind::fresh);
    t.remember("Create", "x", "f", "eci-1");
    CHECK(t.look_up("Create", "x", "f").result == "eci-1");
    CHECK(t.look_up("Create", "x", "g").what == kind::mismatch);
    CHECK(t.look_up("Delete", "x", "f").what == kind::fresh);
    now += 24h - 1s;
    CHECK(t.look_up("Create", "x", "f").what == kind::repeated);
    now += 1s;
    CHECK(t.look_up("Create", "x", "f").what == kind::fresh);
    for (auto token : {"a", "b", "c"}) t.remember("Create", token, "f", token);
    CHECK(t.size() == 2);
    CHECK(t.look_up("Create", "a", "f").what == kind::fresh);
    CHECK(t.look_up("Create", "c", "f").what == kind::repeated);
}
