// The listings of the store against a plain walk over all groups, while groups come, change and go.
#include "server/store/memory.hpp"
#include "server/store/table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace ecisbx::server;
using namespace ecisbx::server::store;
using namespace std::chrono_literals;

namespace {

struct model {
    time_point now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2);
    memory groups{[this] { return now; }};
    std::vector<group_ptr> live;
    std::mt19937 random{7};
    int made = 0;

    int pick(int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); }
    std::string word(const char* prefix, int count) { return prefix + std::to_string(pick(count)); }

    void insert() {
        group_spec spec;
        spec.name = word("n", 3);
        spec.zone = word("z", 2);
        spec.vswitch = word("w", 2);
        spec.security_group = word("s", 2);
        spec.resource_group = word("r", 2);
        spec.tags = some_tags();
        live.push_back(groups.insert("eci-" + std::to_string(++made), spec));
    }
    std::vector<std::pair<std::string, std::string>> some_tags() {
        std::vector<std::pair<std::string, std::string>> tags;
        for (int i = pick(3); i > 0; --i) tags.emplace_back("k" + std::to_string(i), word("v", 2));
        return tags;
    }
    void change_something() {
        if (live.empty() || pick(4) == 0) return insert();
        auto at = static_cast<std::size_t>(pick(static_cast<int>(live.size())));
        auto g = live[at];
        switch (pick(7)) {
            case 0: groups.set_status(*g, group_status::running); break;
            case 1: groups.force_status(*g, static_cast<group_status>(pick(10))); break;
            case 2: groups.begin_restart(*g); break;
            case 3:
                groups.change_spec(*g, [&](group_spec& spec) {
                    spec.tags = some_tags();
                    spec.resource_group = word("r", 2);
                });
                break;
            case 4: groups.add_event(*g, false, "Reason", "message"); break;
            case 5: now += std::chrono::seconds(pick(3)); break;
            default:
                groups.erase(g->id);
                live.erase(live.begin() + static_cast<std::ptrdiff_t>(at));
                groups.set_status(*g, group_status::failed);  // harmless for a group that is gone
                groups.change_spec(*g, [](group_spec& spec) { spec.tags.clear(); });
        }
    }
    store::group_filter some_filter() {
        store::group_filter filter;
        if (pick(6) == 0) filter.name = word("n", 4);
        if (pick(6) == 0) filter.zone = word("z", 3);
        if (pick(6) == 0) filter.vswitch = word("w", 2);
        if (pick(6) == 0) filter.security_group = word("s", 2);
        if (pick(6) == 0) filter.resource_group = word("r", 2);
        if (pick(4) == 0) filter.status = static_cast<group_status>(pick(10));
        if (pick(6) == 0) filter.tagged = true;
        if (pick(4) == 0) filter.tags.emplace_back(word("k", 4), pick(2) ? word("v", 3) : "");
        if (pick(3) == 0) filter.changed_since = now - std::chrono::seconds(pick(20));
        if (pick(6) == 0) {
            filter.ids.emplace();
            for (int i = 0; i < 5; ++i) filter.ids->push_back("eci-" + std::to_string(pick(50)));
        }
        return filter;
    }
    std::vector<std::string> expected(const store::group_filter& filter) const {
        std::vector<std::string> ids;
        for (auto at = live.rbegin(); at != live.rend(); ++at)
            if (filter.matches(**at)) ids.push_back((*at)->id);
        return ids;
    }
};

std::vector<std::string> all_pages(const memory& groups, const store::group_filter& filter,
                                   std::size_t limit, std::size_t total) {
    std::vector<std::string> ids;
    std::uint64_t before = 0;
    do {
        auto page = groups.select(filter, limit, before);
        CHECK(page.total == total);
        CHECK(page.groups.size() <= limit);
        if (page.next != 0) CHECK(page.groups.size() == limit);
        for (const auto& g : page.groups) ids.push_back(g->id);
        before = page.next;
    } while (before != 0 && ids.size() <= total);
    return ids;
}

}  // namespace

TEST_CASE("store: every listing equals a walk over all groups") {
    model m;
    for (int round = 0; round < 300; ++round) {
        for (int i = 0; i < 10; ++i) m.change_something();
        for (int i = 0; i < 10; ++i) {
            auto filter = m.some_filter();
            auto expected = m.expected(filter);
            auto limit = static_cast<std::size_t>(1 + m.pick(7));
            REQUIRE(all_pages(m.groups, filter, limit, expected.size()) == expected);
        }
    }
    CHECK(m.live.size() > 20);
}

TEST_CASE("store: a spec that may not become what it should stays as it was") {
    model m;
    for (int i = 0; i < 5; ++i) m.insert();
    auto g = m.live[2];
    auto tags = g->spec.tags;
    auto changed = g->changed;
    m.now += 5s;
    CHECK_THROWS_AS(m.groups.change_spec(*g,
                                         [](group_spec& spec) {
                                             spec.tags = {{"new", "tag"}};
                                             throw std::string("no");
                                         }),
                    std::string);
    CHECK(g->spec.tags == tags);
    CHECK(g->changed == changed);
    m.groups.change_spec(*g, [](group_spec& spec) { spec.tags = {{"new", "tag"}}; });
    store::group_filter filter;
    filter.tags = {{"new", ""}};
    CHECK(m.groups.select(filter, 10, 0).total == 1);
    CHECK(g->changed == m.now);
}

// What a watcher of 5,000 groups asks for: who changed lately. Counted, not timed: among a hundred
// thousand old groups, a few hundred calls must not walk over all of them each.
TEST_CASE("store: what changed lately is found without a walk") {
    model m;
    for (int i = 0; i < 20'000; ++i) m.insert();
    m.now += 60s;
    for (int i = 0; i < 100; ++i)
        m.groups.set_status(*m.live[static_cast<std::size_t>(i * 7)], group_status::running);
    store::group_filter filter;
    filter.changed_since = m.now - 10s;
    auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; ++i) REQUIRE(m.groups.select(filter, 200, 0).total == 100);
    // About 20 ms; a walk each would take about 20 s.
    CHECK(std::chrono::steady_clock::now() - began < 4s);
}

TEST_CASE("table: ids, order, room") {
    struct item {
        std::string id;
        std::uint64_t sequence = 0;
    };
    table<item> t(3);
    CHECK(t.capacity() == 3);
    for (const char* id : {"a", "b", "c"}) REQUIRE(t.insert({id, 0}));
    CHECK_FALSE(t.insert({"d", 0}));
    auto any = [](const item&) { return true; };
    auto page = t.select(any, 2, 0);
    CHECK(page.total == 3);
    REQUIRE(page.items.size() == 2);
    CHECK(page.items[0]->id == "c");
    CHECK(t.erase("b"));  // the one the next page begins behind
    CHECK_FALSE(t.erase("b"));
    CHECK_FALSE(t.find("b"));
    auto rest = t.select(any, 2, page.next);
    REQUIRE(rest.items.size() == 1);
    CHECK(rest.items[0]->id == "a");
    CHECK(rest.next == 0);
    t.insert_over({"e", 0});
    t.insert_over({"f", 0});
    CHECK_FALSE(t.find("a"));
    CHECK(t.size() == 3);
    CHECK(t.find_if(any)->id == "f");
    CHECK_FALSE(t.find_if([](const item& i) { return i.id == "a"; }));
    t.erase_if([](const item& i) { return i.id != "e"; });
    CHECK(t.size() == 1);
    CHECK(t.find("e"));
    CHECK(t.select(any, 5, 0).next == 0);
}
