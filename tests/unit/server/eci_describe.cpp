#include "server/api/eci/selection.hpp"
#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

#include <set>

using eci_test::answer;
using eci_test::fixture;
using eci_test::parameter_list;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> ids(const answer& a, const char* list = "ContainerGroups") {
    std::vector<std::string> out;
    for (const auto& g : a.body.at(list).as_array())
        out.emplace_back(g.at("ContainerGroupId").as_string());
    return out;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("describe: filters") {
    fixture f;
    auto a = f.create({{"ContainerGroupName", "aa"}, {"ZoneId", "z1"}, {"Tag.1.Key", "k"}});
    auto b = f.create({{"ContainerGroupName", "bb"},
                       {"VSwitchId", "vsw-1,vsw-2"},
                       {"SecurityGroupId", "sg-1"},
                       {"ResourceGroupId", "rg-1"},
                       {"Tag.1.Key", "k"},
                       {"Tag.1.Value", "v"},
                       {"Tag.2.Key", "l"},
                       {"Tag.2.Value", "w"}});
    f.poll();
    auto c = f.create({{"ContainerGroupName", "cc"}});
    struct filter {
        parameter_list parameters;
        texts found;
    };
    const filter filters[] = {
        {{}, {c, b, a}},
        {{{"ContainerGroupIds", "[\"" + a + "\",\"" + c + "\",\"eci-none\"]"}}, {c, a}},
        {{{"ContainerGroupIds", "['" + a + "', '" + b + "']"}}, {b, a}},
        {{{"ContainerGroupIds", b}}, {b}},
        {{{"ContainerGroupIds.1", a}}, {a}},
        {{{"ContainerGroupIds", "[\"eci-none\"]"}}, {}},
        {{{"ContainerGroupName", "bb"}}, {b}},
        {{{"ContainerGroupName", "b"}}, {}},
        {{{"Status", "Running"}}, {b, a}},
        {{{"Status", "Failed"}}, {}},
        {{{"ZoneId", "z1"}}, {a}},
        {{{"VSwitchId", "vsw-1"}}, {b}},
        {{{"SecurityGroupId", "sg-1"}}, {b}},
        {{{"ResourceGroupId", "rg-1"}}, {b}},
        {{{"Tag.1.Key", "k"}}, {b, a}},
        {{{"Tag.1.Key", "k"}, {"Tag.1.Value", "v"}}, {b}},
        {{{"Tag.1.Key", "k"}, {"Tag.2.Key", "l"}, {"Tag.2.Value", "w"}}, {b}},
        {{{"Tag.1.Key", "l"}, {"Tag.1.Value", "v"}}, {}},
        {{{"WithEvent", "True"}, {"ContainerGroupIds", a}, {"ContainerGroupName", "bb"}}, {}},
    };
    f.service->groups->force_status(*f.service->groups->find(c),
                                    ecisbx::server::store::group_status::pending);
    for (const auto& one : filters) {
        auto found = f.call("DescribeContainerGroups", one.parameters);
        INFO((one.parameters.empty() ? "" : one.parameters[0].first));
        REQUIRE(found.code() == "ok");
        CHECK(ids(found) == one.found);
        CHECK(found.body.at("TotalCount") == one.found.size());
        CHECK(found.text("NextToken") == "");
    }
}

TEST_CASE("describe: bad filters") {
    fixture f;
    std::string ids21 = "[";
    for (int i = 0; i < 21; ++i) ids21 += (i ? ",\"" : "\"") + std::to_string(i) + "\"";
    CHECK(f.call("DescribeContainerGroups", {{"ContainerGroupIds", ids21 + "]"}}).code() ==
          "InvalidParameter.ValueExceeded");
    CHECK(f.call("DescribeContainerGroups", {{"ContainerGroupIds", "[1"}}).code() ==
          "InvalidParameter");
    CHECK(f.call("DescribeContainerGroups", {{"Status", "Fine"}}).code() == "InvalidParameter");
    CHECK(f.call("DescribeContainerGroups", {{"Limit", "-1"}}).code() == "InvalidParameter");
    CHECK(f.call("DescribeContainerGroups", {{"NextToken", "1"}}).code() == "InvalidParameter");
    CHECK(f.call("DescribeContainerGroups", {{"NextToken", "00000000-0000-0000-0000-000000000001"}})
              .code() == "InvalidParameter");
    CHECK(f.send(f.request("DescribeContainerGroups", {})).code() == "MissingRegionId");
}

TEST_CASE("describe: pages while groups come and go") {
    fixture f;
    std::vector<std::string> made;
    for (int i = 0; i < 45; ++i) made.push_back(f.create());
    auto first = f.call("DescribeContainerGroups", {{"Limit", "1000"}});
    CHECK(ids(first).size() == 20);
    CHECK(first.body.at("TotalCount") == 45);
    auto token = first.text("NextToken");
    CHECK(token.size() == 36);
    // Gone: one already seen, the one that the token points at, and one that is to come.
    for (const auto& id : {made[40], made[25], made[10]}) f.service->groups->erase(id);
    f.create();
    std::set<std::string> seen;
    for (const auto& id : ids(first)) seen.insert(id);
    while (!token.empty()) {
        auto page = f.call("DescribeContainerGroups", {{"NextToken", token}, {"Limit", "7"}});
        REQUIRE(page.code() == "ok");
        CHECK(ids(page).size() <= 7);
        for (const auto& id : ids(page)) CHECK(seen.insert(id).second);
        token = page.text("NextToken");
    }
    CHECK(seen.size() == 44);
    CHECK(seen.count(made[10]) == 0);
}

TEST_CASE("describe: page tokens can not be made up") {
    using namespace ecisbx::server::api::eci;
    for (std::uint64_t n : {1ull, 255ull, 0x0102030405060708ull}) {
        auto token = seal_page("key", n);
        CHECK(open_page("key", token) == n);
        CHECK_FALSE(open_page("other", token));
        auto bent = token;
        bent[35] = bent[35] == '0' ? '1' : '0';
        CHECK_FALSE(open_page("key", bent));
    }
    CHECK(seal_page("key", 0).empty());
    CHECK_FALSE(open_page("key", ""));
    CHECK_FALSE(open_page("key", std::string(36, '-')));
}

TEST_CASE("describe: events and times of an end") {
    fixture f;
    auto id = f.create({{"RestartPolicy", "Never"},
                        {"Container.1.Command.1", "exit"},
                        {"Container.1.Command.2", "3"}});
    f.until([&] { return f.status(id) == "Failed"; });
    f.now += 5s;
    auto g = f.describe(id);
    CHECK(g.at("FailedTime") == "2026-01-02T00:00:00Z");
    auto state = g.at("Containers").at(0).at("CurrentState").as_object();
    CHECK(state.at("State") == "Terminated");
    CHECK(state.at("ExitCode") == 3);
    CHECK(state.at("Reason") == "Error");
    CHECK(g.at("Containers").at(0).at("Ready") == false);
    REQUIRE(g.at("Events").as_array().size() > 2);
    auto e = g.at("Events").at(0).as_object();
    CHECK(e.at("Reason") == "Scheduled");
    CHECK(e.at("Type") == "Normal");
    CHECK(e.at("Count") == 1);
    CHECK(e.at("FirstTimestamp") == "2026-01-02T00:00:00Z");
}

TEST_CASE("describe status: shapes") {
    fixture f;
    auto running = f.running();
    auto failed = f.create({{"RestartPolicy", "Never"},
                            {"Container.1.Command.1", "exit"},
                            {"Container.1.Command.2", "3"}});
    f.until([&] { return f.status(failed) == "Failed"; });
    auto a = f.call("DescribeContainerGroupStatus", {});
    CHECK(ids(a, "Data") == texts{failed, running});
    CHECK(a.body.at("TotalCount") == 2);
    auto bad = a.body.at("Data").at(0).as_object();
    CHECK(bad.at("Status") == "Failed");
    CHECK(bad.at("PodStatus").at("Phase") == "Failed");
    auto ended = bad.at("PodStatus").at("ContainerStatuses").at(0).as_object();
    CHECK(ended.at("State").at("Terminated").at("ExitCode") == 3);
    auto good = a.body.at("Data").at(1).as_object();
    CHECK(good.at("Namespace") == "default");
    CHECK(good.at("uuid").as_string().size() == 36);
    CHECK(good.at("Annotations") == "{}");
    auto c = good.at("PodStatus").at("ContainerStatuses").at(0).as_object();
    CHECK(c.at("State").at("Running").at("StartedAtstartedAt") == "2026-01-02T00:00:00Z");
    CHECK(c.at("Ready") == true);
    CHECK(good.at("PodStatus").at("Conditions").at(3).at("type") == "Ready");
    CHECK(good.at("PodStatus").at("Conditions").at(3).at("status") == "True");
}

TEST_CASE("describe status: what changed lately, and longer pages") {
    fixture f;
    auto old = f.running();
    f.now += 60s;
    auto fresh = f.create();
    CHECK(ids(f.call("DescribeContainerGroupStatus", {{"SinceSecond", "10"}}), "Data") ==
          texts{fresh});
    CHECK(ids(f.call("DescribeContainerGroupStatus", {{"SinceSecond", "60"}}), "Data").size() == 2);
    for (int i = 0; i < 200; ++i) f.create();
    auto a = f.call("DescribeContainerGroupStatus", {{"Limit", "500"}});
    CHECK(ids(a, "Data").size() == 200);
    auto rest = f.call("DescribeContainerGroupStatus", {{"NextToken", a.text("NextToken")}});
    CHECK(ids(rest, "Data") == texts{fresh, old});
}

TEST_CASE("regions") {
    fixture f;
    auto a = f.send(f.request("DescribeRegions", {}));
    REQUIRE(a.code() == "ok");
    CHECK(a.body.at("Regions").at(0).at("RegionId") == "cn-shanghai");
    CHECK(a.body.at("Regions").at(0).at("Zones").is_array());
}
