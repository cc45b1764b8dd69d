#include "server/api/eci/dispatch.hpp"
#include "server/api/eci/quota.hpp"
#include "unit/server/eci_fixture.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using eci_test::fixture;
using namespace ecisbx::server;
using namespace ecisbx::server::api::eci;
using namespace std::chrono_literals;

namespace {

const time_point zero = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2);

// Sends ten calls and tells how many were not refused.
int admitted(quota_windows& windows, time_point at, std::string_view action = "A") {
    int count = 0;
    for (int i = 0; i < 10; ++i) count += !windows.take(action, at);
    return count;
}

}  // namespace

TEST_CASE("quota: windows") {
    quota_windows windows({{"A", 3, 1000ms}, {"B", 20, 1000ms}});
    CHECK(admitted(windows, zero) == 3);
    CHECK(admitted(windows, zero, "B") == 10);
    CHECK(admitted(windows, zero, "other") == 10);
    auto refused = windows.take("A", zero + 250ms);
    REQUIRE(refused);
    CHECK(refused->limit == 3);
    CHECK(refused->left == 750ms);
    CHECK(windows.take("A", zero + 999ms)->left == 1ms);
    CHECK(windows.take("A", zero + 1000ms - 1us)->left == 1ms);
    CHECK(admitted(windows, zero + 1000ms) == 3);  // a new one, from its first call on
    CHECK(admitted(windows, zero + 1999ms) == 0);
    CHECK(admitted(windows, zero + 2000ms) == 3);
    CHECK(admitted(windows, zero) == 3);  // the clock went back
    CHECK(admitted(windows, zero + 500ms) == 0);
    quota_windows twice({{"A", 3, 1s}, {"A", 5, 1s}});
    CHECK(admitted(twice, zero) == 5);
}

TEST_CASE("quota: what can not be meant") {
    auto refused = [](const call_quota& q) {
        try {
            check_quotas({q});
        } catch (const ecisbx::error& e) {
            return e.code() == ecisbx::errc::invalid_argument;
        }
        return false;
    };
    CHECK(refused({"NoSuchAction", 1, 1s}));
    CHECK(refused({"ExecContainerCommand", 0, 1s}));
    CHECK(refused({"ExecContainerCommand", 1, 0s}));
    CHECK(refused({"ExecContainerCommand", 1, -1s}));
    CHECK(refused({"ExecContainerCommand", 1, 25h}));
    CHECK_FALSE(refused({"ExecContainerCommand", 1, 1ms}));
}

TEST_CASE("quota: options keep one quota per action, and know the published ones") {
    auto with = options().quota("CreateContainerGroup", 1).quota("CreateContainerGroup", 2, 5s);
    REQUIRE(with.quotas().size() == 1);
    CHECK(with.quotas()[0].calls() == 2);
    CHECK(with.quotas()[0].period() == 5s);
    auto vendor = options().quota("ExecContainerCommand", 1).use_vendor_quotas();
    CHECK(vendor.quotas().size() == 11);
    for (const auto& q : vendor.quotas())
        if (q.action() == "ExecContainerCommand") CHECK(q.calls() == 500);
    CHECK_NOTHROW(check_quotas(vendor.quotas()));
}

TEST_CASE("quota: throttled as the service does") {
    fixture f;
    f.service->quotas = quota_windows({{"DescribeRegions", 2, 60s}});
    f.now += 500ms;
    CHECK(f.call("DescribeRegions", {}).code() == "ok");
    f.now += 10s;
    CHECK(f.call("DescribeRegions", {}).code() == "ok");
    auto a = f.call("DescribeRegions", {});
    CHECK(a.status == 400);
    CHECK(a.code() == "Throttling.User");
    CHECK(a.headers.get("x-acs-retry-after") == "50000");
    CHECK(a.headers.get("x-ratelimit-user-api") == "Limit:2,Remain:0,TimeLeft:50000");
    CHECK(a.headers.get("x-acs-request-id") == a.text("RequestId"));
    for (const char* field : {"RequestId", "HostId", "Code", "Message", "Recommend"})
        CHECK(!a.text(field).empty());
    CHECK(f.call("DescribeContainerGroups", {}).code() == "ok");
    // A request that is not the account's own counts for nothing.
    auto bad = f.request("DescribeRegions", {});
    bad.target += "?x=y";
    CHECK(f.send(bad).code() == "SignatureDoesNotMatch");
    f.now += 50s;
    CHECK(f.call("DescribeRegions", {}).code() == "ok");
    CHECK(f.call("DescribeRegions", {}).headers.get("x-acs-retry-after").empty());
}

TEST_CASE("quota: a throttled call does nothing") {
    fixture f;
    f.service->quotas = quota_windows({{"CreateContainerGroup", 1, 60s}});
    f.create();
    auto token = fixture::creation({{"ClientToken", "t"}});
    CHECK(f.call("CreateContainerGroup", token).code() == "Throttling.User");
    CHECK(f.service->groups->size() == 1);
    f.now += 60s;
    CHECK(f.call("CreateContainerGroup", token).code() == "ok");
    CHECK(f.service->groups->size() == 2);
}

TEST_CASE("calls are counted by action, whatever they were answered") {
    fixture f;
    f.create();
    f.call("DescribeContainerGroups", {{"Limit", "-1"}});
    f.call("DescribeContainerGroups", {});
    f.call("NoSuchAction", {});
    CHECK(f.service->calls ==
          call_counts{{"CreateContainerGroup", 1}, {"DescribeContainerGroups", 2}});
}
