// Every action of the published SDKs, called by name: an answer with its documented members, or a
// documented refusal.
#include "common/world.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

using parameters = std::map<std::string, std::string>;

constexpr const char* actions[] = {"CommitContainer",
                                   "CopyDataCache",
                                   "CreateContainerGroup",
                                   "CreateDataCache",
                                   "CreateImageCache",
                                   "CreateInstanceOpsTask",
                                   "CreateVirtualNode",
                                   "DeleteContainerGroup",
                                   "DeleteDataCache",
                                   "DeleteImageCache",
                                   "DeleteVirtualNode",
                                   "DescribeAvailableResource",
                                   "DescribeCommitContainerTask",
                                   "DescribeContainerGroupEvents",
                                   "DescribeContainerGroupMetric",
                                   "DescribeContainerGroupPrice",
                                   "DescribeContainerGroups",
                                   "DescribeContainerGroupStatus",
                                   "DescribeContainerLog",
                                   "DescribeDataCaches",
                                   "DescribeImageCaches",
                                   "DescribeInstanceOpsRecords",
                                   "DescribeMultiContainerGroupMetric",
                                   "DescribeRegions",
                                   "DescribeVirtualNodes",
                                   "ExecContainerCommand",
                                   "ListTagResources",
                                   "ListUsage",
                                   "ResizeContainerGroupVolume",
                                   "RestartContainerGroup",
                                   "TagResources",
                                   "UntagResources",
                                   "UpdateContainerGroup",
                                   "UpdateDataCache",
                                   "UpdateImageCache",
                                   "UpdateVirtualNode"};
static_assert(std::size(actions) == 36);

std::string text(const json::value& from, const char* name) {
    const auto* value = from.as_object().if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : "";
}

// The answer, which must have these members of these kinds.
asio::awaitable<json::value> answer(eci::client client, std::string action, parameters with,
                                    std::map<std::string, json::kind> members = {}) {
    auto outcome = co_await as_result(client.call(action, with));
    INFO(action);
    REQUIRE_MESSAGE(outcome.has_value(), (outcome ? "" : outcome.error().message));
    auto got = std::move(*outcome);
    CHECK(text(got, "RequestId").size() == 36);
    for (const auto& [name, kind] : members) {
        INFO(name);
        REQUIRE(got.as_object().contains(name));
        CHECK(got.at(name).kind() == kind);
    }
    co_return got;
}

// Polls a listing until its only item has this status.
asio::awaitable<void> reach(eci::client client, std::string action, parameters with,
                            std::string list, std::string status) {
    for (int i = 0; i < 200; ++i) {
        auto got = co_await client.call(action, with);
        const auto& items = got.at(list).as_array();
        REQUIRE(items.size() == 1);
        if (items.at(0).at("Status") == json::value(status)) co_return;
        asio::steady_timer pause(co_await asio::this_coro::executor, 50ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
    FAIL_CHECK("never " << status);
}

asio::awaitable<std::string> running_group(eci::client client) {
    parameters with = {{"ContainerGroupName", "all-actions"},
                       {"Container.1.Name", "main"},
                       {"Container.1.Image", "x"},
                       {"Volume.1.Name", "disk"},
                       {"Volume.1.Type", "FlexVolume"},
                       {"Volume.1.FlexVolume.Driver", "alicloud/disk"},
                       {"Volume.1.FlexVolume.Options", R"({"volumeSize":"50"})"}};
    auto made = co_await answer(client, "CreateContainerGroup", with);
    auto id = text(made, "ContainerGroupId");
    co_await client.attach(id).wait_ready();
    co_return id;
}

constexpr auto list = json::kind::array;
constexpr auto string = json::kind::string;
constexpr auto object = json::kind::object;
using members = std::map<std::string, json::kind>;

asio::awaitable<void> about_groups(world& w) {
    auto& c = w.client;
    auto id = co_await running_group(c);
    parameters of = {{"ContainerGroupId", id}, {"ContainerName", "main"}};
    members page = {{"ContainerGroups", list}, {"NextToken", string}};
    co_await answer(c, "DescribeContainerGroups", parameters(), page);
    page = {{"Data", list}};
    co_await answer(c, "DescribeContainerGroupStatus", parameters(), page);
    co_await answer(c, "DescribeContainerGroupEvents", parameters(), page);
    members log = {{"Content", string}, {"ContainerName", string}};
    co_await answer(c, "DescribeContainerLog", of, log);
    members metric = {{"Records", list}};
    co_await answer(c, "DescribeContainerGroupMetric", of, metric);
    parameters several = {{"ContainerGroupIds", "[\"" + id + "\"]"}, {"MetricType", "summary"}};
    members metrics = {{"MonitorDatas", list}};
    co_await answer(c, "DescribeMultiContainerGroupMetric", several, metrics);
    parameters size = {{"Cpu", "2"}, {"Memory", "4"}};
    members price = {{"PriceInfo", object}};
    co_await answer(c, "DescribeContainerGroupPrice", size, price);
    members regions = {{"Regions", list}};
    co_await answer(c, "DescribeRegions", parameters(), regions);
    parameters wanted = {{"DestinationResource.Category", "InstanceTypeFamily"}};
    members zones = {{"AvailableZones", object}};
    co_await answer(c, "DescribeAvailableResource", wanted, zones);
    members usage = {{"Attributes", object}};
    co_await answer(c, "ListUsage", parameters(), usage);
    auto run = of;
    run["Command"] = R"(["true"])";
    members urls = {{"WebSocketUri", string}, {"HttpUrl", string}};
    co_await answer(c, "ExecContainerCommand", run, urls);
    auto grow = of;
    grow["VolumeName"] = "disk";
    grow["NewSize"] = "60";
    co_await answer(c, "ResizeContainerGroupVolume", grow);
    auto update = of;
    update["Tag.1.Key"] = "k";
    co_await answer(c, "UpdateContainerGroup", update);
    co_await c.attach(id).wait_ready();
    co_await answer(c, "RestartContainerGroup", of);
    co_await answer(c, "DeleteContainerGroup", of);
}

asio::awaitable<void> about_tasks(world& w) {
    auto& c = w.client;
    auto id = co_await running_group(c);
    parameters commit = {{"ContainerGroupId", id},
                         {"ContainerName", "main"},
                         {"Image.Repository", "r/box"},
                         {"Image.Tag", "v1"}};
    members task = {{"TaskId", string}};
    auto made = co_await answer(c, "CommitContainer", commit, task);
    parameters which = {{"TaskId.1", text(made, "TaskId")}};
    members tasks = {{"CommitTasks", list}, {"MaxResults", string}};
    co_await answer(c, "DescribeCommitContainerTask", which, tasks);
    parameters ops = {{"ContainerGroupId", id}, {"OpsType", "coredump"}, {"OpsValue", "enable"}};
    members result = {{"Result", string}};
    co_await answer(c, "CreateInstanceOpsTask", ops, result);
    members records = {{"Records", list}};
    co_await answer(c, "DescribeInstanceOpsRecords", ops, records);
    parameters tag = {{"ResourceType", "ContainerGroup"},
                      {"ResourceId.1", id},
                      {"Tag.1.Key", "k"},
                      {"Tag.1.Value", "v"}};
    co_await answer(c, "TagResources", tag);
    members tags = {{"TagResources", list}, {"NextToken", string}};
    auto listed = co_await answer(c, "ListTagResources", tag, tags);
    CHECK(listed.at("TagResources").as_array().size() == 1);
    parameters untag = {{"ResourceType", "ContainerGroup"}, {"ResourceId.1", id}, {"All", "true"}};
    co_await answer(c, "UntagResources", untag);
}

asio::awaitable<void> about_caches(world& w) {
    auto& c = w.client;
    parameters image = {{"ImageCacheName", "c"}, {"Image.1", "nginx:1"}};
    members ids = {{"ImageCacheId", string}, {"ContainerGroupId", string}};
    auto made = co_await answer(c, "CreateImageCache", image, ids);
    parameters cache = {{"ImageCacheId", text(made, "ImageCacheId")}};
    members caches = {{"ImageCaches", list}, {"NextToken", string}};
    co_await answer(c, "DescribeImageCaches", cache, caches);
    co_await reach(c, "DescribeImageCaches", cache, "ImageCaches", "Ready");
    co_await answer(c, "UpdateImageCache", cache);
    co_await answer(c, "DeleteImageCache", cache);

    parameters data = {{"Path", "/data"}, {"DataSource.Type", "URL"}};
    members data_id = {{"DataCacheId", string}};
    made = co_await answer(c, "CreateDataCache", data, data_id);
    parameters of = {{"DataCacheId", text(made, "DataCacheId")},
                     {"DataCacheId.1", text(made, "DataCacheId")}};
    parameters which = {{"DataCacheId.1", text(made, "DataCacheId")}};
    of.erase("DataCacheId.1");
    members data_caches = {{"DataCaches", list}, {"NextToken", string}};
    co_await answer(c, "DescribeDataCaches", which, data_caches);
    co_await reach(c, "DescribeDataCaches", which, "DataCaches", "Available");
    auto copy = of;
    copy["DestinationRegionId"] = "cn-beijing";
    co_await answer(c, "CopyDataCache", copy, data_id);
    co_await answer(c, "UpdateDataCache", of);
    co_await answer(c, "DeleteDataCache", of);

    parameters node = {{"SecurityGroupId", "sg-1"}, {"VSwitchId", "vsw-1"}};
    members node_id = {{"VirtualNodeId", string}};
    made = co_await answer(c, "CreateVirtualNode", node, node_id);
    parameters one = {{"VirtualNodeId", text(made, "VirtualNodeId")}};
    members nodes = {{"VirtualNodes", list}, {"NextToken", string}};
    co_await answer(c, "DescribeVirtualNodes", parameters(), nodes);
    co_await answer(c, "UpdateVirtualNode", one);
    co_await answer(c, "DeleteVirtualNode", one);
}

asio::awaitable<void> every_action(world& w) {
    co_await about_groups(w);
    co_await about_tasks(w);
    co_await about_caches(w);
    auto calls = w.local.calls();
    for (const char* action : actions) {
        INFO(action);
        CHECK(calls[action] > 0);
    }
}

// Without what it requires each says what is missing, by a code of the service; none is unknown.
asio::awaitable<void> without_parameters(world& w) {
    for (const char* action : actions) {
        INFO(action);
        auto got = co_await as_result(w.client.call(action, parameters()));
        if (got.has_value()) {
            CHECK(text(*got, "RequestId").size() == 36);
            continue;
        }
        CHECK(got.error().http_status == 400);
        CHECK(got.error().service_code.starts_with("Missing"));
        CHECK(!got.error().request_id.empty());
    }
    auto unknown = co_await as_result(w.client.call("ExportContainerGroupTemplate", parameters()));
    REQUIRE(!unknown);
    CHECK(unknown.error().service_code == "InvalidAction.NotFound");
    CHECK(w.local.calls().size() == 36);
}

asio::awaitable<void> throttled(world& w) {
    parameters none;
    for (int i = 0; i < 3; ++i) co_await w.client.call("DescribeRegions", none);
    auto calls = w.local.calls();
    CHECK(calls["DescribeRegions"] > 3);  // the third was refused, and sent again
    w.local.reset_calls();
    CHECK(w.local.calls().empty());
}

asio::awaitable<void> counts_channels(world& w) {
    auto box = co_await ready_box(w.client);
    w.local.reset_calls();
    for (int i = 0; i < 3; ++i) co_await box.exec(command("true"));
    auto calls = w.local.calls();
    CHECK(calls["ExecContainerCommand"] == 3);
    CHECK(calls["(exec channel)"] == 3);
}

}  // namespace

TEST_CASE("all 36 actions give a typed answer") {
    in_world(synthetic_server(), every_action);
}
TEST_CASE("all 36 actions say what they miss") {
    in_world(synthetic_server(), without_parameters);
}
TEST_CASE("a quota holds a client back and loses nothing") {
    in_world(synthetic_server().quota("DescribeRegions", 2, 500ms), throttled);
}
TEST_CASE("calls and exec channels are counted") {
    in_world(synthetic_server(), counts_channels);
}
TEST_CASE("a server with all published quotas starts") {
    auto nothing = +[](world&) -> asio::awaitable<void> { co_return; };
    in_world(synthetic_server().use_vendor_quotas(), nothing);
}
