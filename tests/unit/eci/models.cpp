#include "eci/models.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

#include <map>

namespace {

using namespace ecisbx;
namespace json = boost::json;

std::string protocol_error(const char* text) {
    try {
        auto page = eci::parse_page(json::parse(text).as_object());
        return {};
    } catch (const error& e) {
        CHECK(e.code() == errc::protocol);
        return e.what();
    }
}

TEST_CASE("models: a whole group") {
    auto page = eci::parse_page(json::parse(R"({
        "RequestId": "R-1", "TotalCount": 41, "NextToken": "t", "Unknown": [1],
        "ContainerGroups": [{
            "ContainerGroupId": "eci-1", "ContainerGroupName": "n", "RegionId": "r", "ZoneId": "z",
            "Status": "Running", "RestartPolicy": "Never", "Cpu": 0.25, "Memory": 2,
            "CreationTime": "2026-01-02T03:04:05Z", "IntranetIp": "10.0.0.1", "InternetIp": "1.2.3.4",
            "Tags": [{"Key": "k", "Value": "v"}], "Future": {"x": null},
            "Events": [{"Type": "Warning", "Reason": "BackOff", "Message": "m", "Count": 3,
                        "FirstTimestamp": "a", "LastTimestamp": "b"}],
            "Containers": [{
                "Name": "sandbox", "Image": "nginx", "Cpu": 1.0, "Memory": 0.5, "Ready": true,
                "RestartCount": 2, "CurrentState": {"State": "Running", "StartTime": "s"},
                "PreviousState": {"State": "Terminated", "ExitCode": 137, "Signal": 9,
                                  "Reason": "OOMKilled", "Message": "m", "FinishTime": "f"}}]}]})")
                                    .as_object());
    CHECK(page.request_id == "R-1");
    CHECK(page.total_count == 41);
    CHECK(page.next_token == "t");
    REQUIRE(page.groups.size() == 1);
    const auto& g = page.groups[0];
    CHECK(g.id == "eci-1");
    CHECK(g.name == "n");
    CHECK(g.region == "r");
    CHECK(g.zone == "z");
    CHECK(g.status == "Running");
    CHECK(g.restart_policy == "Never");
    CHECK(g.cpu == 0.25);
    CHECK(g.memory == 2);
    CHECK(g.creation_time == "2026-01-02T03:04:05Z");
    CHECK(g.intranet_ip == "10.0.0.1");
    CHECK(g.internet_ip == "1.2.3.4");
    CHECK(g.tags == std::map<std::string, std::string>{{"k", "v"}});
    REQUIRE(g.events.size() == 1);
    CHECK(g.events[0].reason == "BackOff");
    CHECK(g.events[0].count == 3);
    REQUIRE(g.containers.size() == 1);
    CHECK(g.containers[0].ready);
    CHECK(g.containers[0].restart_count == 2);
    CHECK(g.containers[0].current.state == "Running");
    CHECK_FALSE(g.containers[0].current.exit_code);
    CHECK(g.containers[0].previous.exit_code == 137);
    CHECK(g.containers[0].previous.signal == 9);
    CHECK(g.raw->as_object().contains("Future"));
}

TEST_CASE("models: what a group has beside the first things") {
    auto page = eci::parse_page(json::parse(R"({"ContainerGroups": [{
        "InstanceType": "ecs.x", "EphemeralStorage": 40, "SucceededTime": "s", "FailedTime": "f",
        "ExpiredTime": "e", "Ipv6Address": "::1", "VpcId": "vpc", "VSwitchId": "vsw",
        "SecurityGroupId": "sg", "ResourceGroupId": "rg", "RamRoleName": "role",
        "SpotStrategy": "SpotAsPriceGo", "SpotPriceLimit": 0.5, "DnsPolicy": "Default",
        "Volumes": [{"Name": "c", "Type": "ConfigFileVolume", "EmptyDirVolumeMedium": "Memory",
                     "EmptyDirVolumeSizeLimit": "1Gi", "NFSVolumeServer": "n", "NFSVolumePath": "/",
                     "DiskVolumeDiskId": "d", "FlexVolumeDriver": "x", "FlexVolumeOptions": "{}",
                     "ConfigFileVolumeConfigFileToPaths": [{"Path": "a", "Content": "eA=="}]}],
        "InitContainers": [{"Name": "first", "Command": ["a", "b"]}],
        "Containers": [{"Commands": ["c"], "Args": ["d"], "WorkingDir": "/w", "Gpu": 1,
            "ImagePullPolicy": "Always", "Ports": [{"Port": 80, "Protocol": "TCP"}],
            "EnvironmentVars": [{"Key": "K", "Value": "V"},
                {"Key": "IP", "ValueFrom": {"FieldRef": {"FieldPath": "status.podIP"}}}],
            "VolumeMounts": [{"Name": "c", "MountPath": "/c", "SubPath": "s", "ReadOnly": true}],
            "LivenessProbe": {"HttpGet": {"Port": 80}, "TcpSocket": {}, "Execs": []},
            "ReadinessProbe": {"HttpGet": {}, "Execs": []}}]}]})")
                                    .as_object());
    REQUIRE(page.groups.size() == 1);
    const auto& g = page.groups[0];
    CHECK(g.instance_type == "ecs.x");
    CHECK(g.ephemeral_storage == 40);
    CHECK(g.succeeded_time == "s");
    CHECK(g.failed_time == "f");
    CHECK(g.expired_time == "e");
    CHECK(g.ipv6_address == "::1");
    CHECK(g.vpc == "vpc");
    CHECK(g.vswitch == "vsw");
    CHECK(g.security_group == "sg");
    CHECK(g.resource_group == "rg");
    CHECK(g.ram_role == "role");
    CHECK(g.spot_strategy == "SpotAsPriceGo");
    CHECK(g.spot_price_limit == 0.5);
    CHECK(g.dns_policy == "Default");
    REQUIRE(g.volumes.size() == 1);
    const auto& v = g.volumes[0];
    CHECK(v.name == "c");
    CHECK(v.type == "ConfigFileVolume");
    CHECK(v.medium == "Memory");
    CHECK(v.size_limit == "1Gi");
    CHECK(v.server == "n");
    CHECK(v.path == "/");
    CHECK(v.disk_id == "d");
    CHECK(v.driver == "x");
    CHECK(v.options == "{}");
    CHECK(v.config_paths == std::vector<std::string>{"a"});
    CHECK(g.init_containers.at(0).command == std::vector<std::string>{"a", "b"});
    const auto& c = g.containers.at(0);
    CHECK(c.command == std::vector<std::string>{"c"});
    CHECK(c.args == std::vector<std::string>{"d"});
    CHECK(c.working_dir == "/w");
    CHECK(c.gpu == 1);
    CHECK(c.image_pull_policy == "Always");
    CHECK(c.ports.at(0).port == 80);
    CHECK(c.ports.at(0).protocol == "TCP");
    CHECK(c.env.at(0).value == "V");
    CHECK(c.env.at(1).field_path == "status.podIP");
    CHECK(c.mounts.at(0).volume == "c");
    CHECK(c.mounts.at(0).path == "/c");
    CHECK(c.mounts.at(0).sub_path == "s");
    CHECK(c.mounts.at(0).read_only);
    CHECK(c.has_liveness_probe);
    CHECK_FALSE(c.has_readiness_probe);
}

TEST_CASE("models: missing fields and nulls have no value") {
    auto page = eci::parse_page(json::parse("{}").as_object());
    CHECK(page.groups.empty());
    page = eci::parse_page(
        json::parse(R"({"ContainerGroups": [{"Cpu": null, "Tags": null}]})").as_object());
    CHECK(page.groups.at(0).cpu == 0);
    REQUIRE(page.groups[0].raw);
}

TEST_CASE("models: a wrong type is a protocol error that names the field") {
    struct sample {
        const char* text;
        const char* path;
    };
    for (auto [text, path] : {
             sample{R"({"ContainerGroups": {}})", "ContainerGroups "},
             sample{R"({"ContainerGroups": [3]})", "ContainerGroups[0]"},
             sample{R"({"ContainerGroups": [{}, {"Status": 3}]})", "ContainerGroups[1].Status"},
             sample{R"({"ContainerGroups": [{"Cpu": "1"}]})", "ContainerGroups[0].Cpu"},
             sample{R"({"ContainerGroups": [{"Tags": [{"Key": []}]}]})",
                    "ContainerGroups[0].Tags[0].Key"},
             sample{R"({"ContainerGroups": [{"Containers": [{"Ready": "true"}]}]})",
                    "ContainerGroups[0].Containers[0].Ready"},
             sample{R"({"ContainerGroups": [{"Containers": [{"RestartCount": 1.5}]}]})",
                    "ContainerGroups[0].Containers[0].RestartCount"},
             sample{R"({"ContainerGroups": [{"Containers": [{"RestartCount": 4294967296}]}]})",
                    "ContainerGroups[0].Containers[0].RestartCount"},
             sample{R"({"ContainerGroups": [{"Containers": [{"CurrentState": "x"}]}]})",
                    "ContainerGroups[0].Containers[0].CurrentState"},
             sample{R"({"ContainerGroups": [{"Containers": [{"Args": ["a", 1]}]}]})",
                    "ContainerGroups[0].Containers[0].Args[1]"},
             sample{R"({"TotalCount": "3"})", "TotalCount"},
             sample{R"({"TotalCount": 18446744073709551615})", "TotalCount"},
             sample{R"({"NextToken": 3})", "NextToken"},
         }) {
        CAPTURE(text);
        CHECK(protocol_error(text).find(path) != std::string::npos);
    }
}

TEST_CASE("list parameters") {
    auto parameters = [](eci::list_options options) {
        auto list = eci::list_parameters(options);
        return std::map<std::string, std::string>(list.begin(), list.end());
    };
    using map = std::map<std::string, std::string>;
    CHECK(parameters(eci::list_options()) == map{{"Limit", "20"}});
    CHECK(parameters(eci::list_options().limit(5000))["Limit"] == "20");
    CHECK(parameters(eci::list_options()
                         .limit(3)
                         .status("Running")
                         .name("n")
                         .tag("k", "v")
                         .next_token("t")
                         .id("a")
                         .id("b")
                         .with_events()) == map{{"Limit", "3"},
                                                {"Status", "Running"},
                                                {"ContainerGroupName", "n"},
                                                {"Tag.1.Key", "k"},
                                                {"Tag.1.Value", "v"},
                                                {"NextToken", "t"},
                                                {"ContainerGroupIds", R"(["a","b"])"},
                                                {"WithEvent", "true"}});
    auto many = eci::list_options();
    for (int i = 0; i < 21; ++i) many.id("x");
    CHECK_THROWS_AS(parameters(many), const error&);
    CHECK_THROWS_AS(parameters(eci::list_options().limit(0)), const error&);
}

}  // namespace
