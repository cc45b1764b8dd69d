#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using eci_test::fixture;
using eci_test::parameter_list;

namespace {

std::string many(std::size_t n, char c = 'a') {
    return std::string(n, c);
}

parameter_list numbered(const std::string& prefix, int count, const std::string& suffix,
                        const std::string& value = "x") {
    parameter_list all;
    for (int i = 1; i <= count; ++i)
        all.emplace_back(prefix + std::to_string(i) + suffix, value + std::to_string(i));
    return all;
}

}  // namespace

TEST_CASE("create: the id and what is shown") {
    fixture f;
    auto id = f.create({{"Cpu", "1.0"},
                        {"Memory", "3"},
                        {"RestartPolicy", "Never"},
                        {"Tag.1.Key", "owner"},
                        {"Tag.1.Value", "me"},
                        {"Container.1.EnvironmentVar.1.Key", "A"},
                        {"Container.1.EnvironmentVar.1.Value", "b"},
                        {"Container.1.Port.1.Port", "80"},
                        {"Container.1.Command.1", "wait"},
                        {"Container.1.Arg.1", "x"},
                        {"Container.1.VolumeMount.1.Name", "v"},
                        {"Container.1.VolumeMount.1.MountPath", "/v"},
                        {"Volume.1.Name", "v"},
                        {"Volume.1.Type", "EmptyDirVolume"},
                        {"Container.1.LivenessProbe.Exec.Command.1", "true"},
                        {"HostAliase.1.Ip", "1.2.3.4"},
                        {"HostAliase.1.Hostname.1", "h"},
                        {"DnsConfig.NameServer.1", "8.8.8.8"},
                        {"SecurityContext.Sysctl.1.Name", "n"},
                        {"SecurityContext.Sysctl.1.Value", "v"},
                        {"InitContainer.1.Name", "first"},
                        {"InitContainer.1.Image", "i"},
                        {"AutoCreateEip", "True"},
                        {"OwnerId", "1"},
                        {"NoSuchParameter", "is ignored"}});
    REQUIRE(id.size() == 24);
    CHECK(f.has_event(id, "NotSupportedHere"));
    CHECK(id.starts_with("eci-"));
    auto g = f.describe(id);
    CHECK(g.at("ContainerGroupName") == "box");
    CHECK(g.at("Cpu") == 1);
    CHECK(g.at("Memory") == 4);
    CHECK(g.at("RestartPolicy") == "Never");
    CHECK(g.at("CreationTime") == "2026-01-02T00:00:00Z");
    CHECK(g.at("Tags").at(0).at("Key") == "owner");
    CHECK(g.at("HostAliases").at(0).at("Hostnames").at(0) == "h");
    CHECK(g.at("DnsConfig").at("NameServers").at(0) == "8.8.8.8");
    CHECK(g.at("EciSecurityContext").at("Sysctls").at(0).at("Name") == "n");
    CHECK(g.at("Volumes").at(0).at("Type") == "EmptyDirVolume");
    auto c = g.at("Containers").at(0).as_object();
    CHECK(c.at("Commands").at(0) == "wait");
    CHECK(c.at("Args").at(0) == "x");
    CHECK(c.at("Ports").at(0).at("Port") == 80);
    CHECK(c.at("Ports").at(0).at("Protocol") == "TCP");
    CHECK(c.at("EnvironmentVars").at(0).at("Value") == "b");
    CHECK(c.at("VolumeMounts").at(0).at("MountPath") == "/v");
    CHECK(c.at("LivenessProbe").at("Execs").at(0) == "true");
    CHECK(c.at("LivenessProbe").at("PeriodSeconds") == 10);
    CHECK(g.at("InitContainers").at(0).at("Command").is_array());
    for (auto name : {"Events", "Tags", "HostAliases", "Containers", "InitContainers", "Volumes"})
        CHECK(g.at(name).is_array());
}

TEST_CASE("create: defaults") {
    fixture f;
    auto id = f.create();
    auto g = f.describe(id);
    CHECK_FALSE(f.has_event(id, "NotSupportedHere"));
    CHECK(g.at("Cpu") == 2);
    CHECK(g.at("Memory") == 4);
    CHECK(g.at("RestartPolicy") == "Always");
    CHECK(g.at("ZoneId") == "cn-shanghai-b");
    auto sized = f.describe(f.create({{"Container.1.Cpu", "0.6"}, {"Container.1.Memory", "1"}}));
    CHECK(sized.at("Cpu") == 1);
    CHECK(sized.at("Memory") == 2);
}

TEST_CASE("create: every rule that is broken is named") {
    fixture f;
    struct rule {
        parameter_list broken;
        const char* code;
        const char* in_message;
    };
    auto too_many_tags = numbered("Tag.", 21, ".Key");
    auto too_many_containers = numbered("Container.", 21, ".Name", "c");
    for (auto& [name, image] : numbered("Container.", 21, ".Image"))
        too_many_containers.emplace_back(name, image);
    const rule rules[] = {
        {{{"ContainerGroupName", ""}}, "MissingContainerGroupName", "ContainerGroupName"},
        {{{"ContainerGroupName", "a"}}, "InvalidParameter", "ContainerGroupName"},
        {{{"ContainerGroupName", many(129)}}, "InvalidParameter", "ContainerGroupName"},
        {{{"ContainerGroupName", "-ab"}}, "InvalidParameter", "ContainerGroupName"},
        {{{"ContainerGroupName", "ab-"}}, "InvalidParameter", "ContainerGroupName"},
        {{{"ContainerGroupName", "aB"}}, "InvalidParameter", "ContainerGroupName"},
        {{{"ContainerGroupName", "a_b"}}, "InvalidParameter", "ContainerGroupName"},
        {{{"Container.1.Name", ""}}, "MissingContainer.1.Name", "Container.1.Name"},
        {{{"Container.1.Name", "A"}}, "InvalidParameter", "Container.1.Name"},
        {{{"Container.1.Name", "a b"}}, "InvalidParameter", "Container.1.Name"},
        {{{"Container.1.Name", many(64)}}, "InvalidParameter", "Container.1.Name"},
        {{{"Container.1.Image", ""}}, "MissingContainer.1.Image", "Container.1.Image"},
        {too_many_containers, "InvalidParameter.ValueExceeded", ""},
        {{{"Container.2.Name", "sandbox"}, {"Container.2.Image", "i"}},
         "InvalidParameter.DuplicatedName",
         "sandbox"},
        {{{"InitContainer.1.Name", "sandbox"}, {"InitContainer.1.Image", "i"}},
         "InvalidParameter.DuplicatedName",
         "sandbox"},
        {{{"Cpu", "65"}}, "InvalidParameter.CPU.Memory", ""},
        {{{"Memory", "1000"}}, "InvalidParameter.CPU.Memory", ""},
        {{{"Cpu", "1"}, {"Container.1.Cpu", "2"}}, "InvalidParameter.CPU.Memory", "sandbox"},
        {{{"Memory", "1"}, {"Container.1.Memory", "64"}}, "InvalidParameter.CPU.Memory", "sandbox"},
        {{{"Cpu", "-1"}}, "InvalidParameter", "Cpu"},
        {{{"Cpu", "nan"}}, "InvalidParameter", "Cpu"},
        {{{"Container.1.Memory", "much"}}, "InvalidParameter", "Container.1.Memory"},
        {{{"RestartPolicy", "Sometimes"}}, "InvalidParameter", "RestartPolicy"},
        {{{"RestartPolicy", "always"}}, "InvalidParameter", "RestartPolicy"},
        {too_many_tags, "NumberExceed.Tags", "20"},
        {{{"Tag.1.Key", ""}}, "MissingTag.1.Key", "Tag.1.Key"},
        {{{"Tag.1.Key", many(65)}}, "InvalidParameter", "Tag.1.Key"},
        {{{"Tag.1.Key", "aliyun-x"}}, "InvalidParameter", "Tag.1.Key"},
        {{{"Tag.1.Key", "acs:x"}}, "InvalidParameter", "Tag.1.Key"},
        {{{"Tag.1.Key", "http://x"}}, "InvalidParameter", "Tag.1.Key"},
        {{{"Tag.1.Key", "k"}, {"Tag.1.Value", many(129)}}, "InvalidParameter", "Tag.1.Value"},
        {{{"Tag.1.Key", "k"}, {"Tag.1.Value", "https://x"}}, "InvalidParameter", "Tag.1.Value"},
        {{{"Tag.1.Key", "k"}, {"Tag.2.Key", "k"}}, "InvalidParameter", "Tag.2.Key"},
        {{{"Container.1.EnvironmentVar.1.Key", ""}},
         "MissingContainer.1.EnvironmentVar.1.Key",
         "EnvironmentVar.1.Key"},
        {{{"Container.1.EnvironmentVar.1.Key", "1A"}}, "InvalidParameter", "EnvironmentVar.1.Key"},
        {{{"Container.1.EnvironmentVar.1.Key", "A-B"}}, "InvalidParameter", "EnvironmentVar.1.Key"},
        {{{"Container.1.EnvironmentVar.1.Key", many(129)}},
         "InvalidParameter",
         "EnvironmentVar.1.Key"},
        {{{"Container.1.EnvironmentVar.1.Key", "A"},
          {"Container.1.EnvironmentVar.1.Value", many(257)}},
         "InvalidParameter",
         "EnvironmentVar.1.Value"},
        {{{"Container.1.EnvironmentVar.1.Key", "A"},
          {"Container.1.EnvironmentVar.1.FieldRef.FieldPath", "spec.x"}},
         "InvalidParameter",
         "FieldRef.FieldPath"},
        {{{"Container.1.Port.1.Port", "0"}}, "InvalidParameter", "Port.1.Port"},
        {{{"Container.1.Port.1.Port", "65536"}}, "InvalidParameter", "Port.1.Port"},
        {{{"Container.1.Port.1.Protocol", "TCP"}}, "MissingContainer.1.Port.1.Port", ""},
        {{{"Container.1.Port.1.Port", "80"}, {"Container.1.Port.1.Protocol", "SCTP"}},
         "InvalidParameter",
         "Protocol"},
        {{{"Container.1.ImagePullPolicy", "Maybe"}}, "InvalidParameter", "ImagePullPolicy"},
        {numbered("Container.1.Command.", 21, ""), "InvalidParameter.ValueExceeded", ""},
        {numbered("Container.1.Arg.", 11, ""), "InvalidParameter.ValueExceeded", ""},
        {{{"Container.1.Stdin", "perhaps"}}, "InvalidParameter", "Stdin"},
        {{{"Container.1.LivenessProbe.HttpGet.Port", "1"},
          {"Container.1.LivenessProbe.TcpSocket.Port", "1"}},
         "InvalidParameter",
         "LivenessProbe"},
        {{{"Container.1.VolumeMount.1.Name", "v"}, {"Container.1.VolumeMount.1.MountPath", "/v"}},
         "InvalidParameter",
         "VolumeMount.1.Name"},
        {{{"Volume.1.Name", "v"}, {"Volume.2.Name", "v"}},
         "InvalidParameter.DuplicatedVolumeName",
         "v"},
        {{{"Volume.1.Name", "v"}, {"Volume.1.Type", "Tape"}}, "InvalidParameter", "Volume.1.Type"},
        {{{"SpotStrategy", "Cheap"}}, "InvalidParameter", "SpotStrategy"},
        {{{"SpotStrategy", "SpotWithPriceLimit"}}, "MissingSpotPriceLimit", ""},
        {{{"ActiveDeadlineSeconds", "0"}}, "InvalidParameter", "ActiveDeadlineSeconds"},
        {{{"TerminationGracePeriodSeconds", "-1"}},
         "InvalidParameter",
         "TerminationGracePeriodSeconds"},
        {{{"AutoCreateEip", "yes please"}}, "InvalidParameter", "AutoCreateEip"},
        {{{"VSwitchId", "1,2,3,4,5,6,7,8,9,10,11"}}, "InvalidParameter", "VSwitchId"},
        {{{"ClientToken", many(65)}}, "InvalidParameter", "ClientToken"},
        {{{"ClientToken", "naïve"}}, "InvalidParameter", "ClientToken"},
        {{{"Container.1.Image", std::string("a\0b", 3)}}, "InvalidParameter", "NUL"},
        {{{"Container.1.Image", "\xff"}}, "InvalidParameter", "UTF-8"},
    };
    for (const auto& r : rules) {
        auto a = f.call("CreateContainerGroup", fixture::creation(r.broken));
        INFO(r.broken.front().first << " = " << r.broken.front().second);
        CHECK(a.code() == r.code);
        CHECK(a.status == 400);
        CHECK_MESSAGE(a.text("Message").find(r.in_message) != std::string::npos, a.text("Message"));
        CHECK(a.text("RequestId").size() == 36);
        CHECK(a.headers.get("x-acs-request-id") == a.text("RequestId"));
    }
    CHECK(f.service->groups->size() == 0);
    auto no_container = f.call("CreateContainerGroup", {{"ContainerGroupName", "box"}});
    CHECK(no_container.code() == "MissingContainer.1.Name");
    auto no_region = f.send(f.request("CreateContainerGroup", fixture::creation()));
    CHECK(no_region.code() == "MissingRegionId");
}

TEST_CASE("create: limits count characters, not bytes, and the limit itself is fine") {
    fixture f;
    std::string wide;
    for (int i = 0; i < 128; ++i) wide += "界";
    parameter_list good = {{"ContainerGroupName", many(128)},
                           {"Tag.1.Key", many(64)},
                           {"Tag.1.Value", wide},
                           {"Container.1.EnvironmentVar.1.Key", many(128)},
                           {"Container.1.EnvironmentVar.1.Value", wide + wide},
                           {"Container.1.Port.1.Port", "65535"},
                           {"Container.1.Port.1.Protocol", "UDP"},
                           {"ClientToken", many(64)}};
    CHECK(f.call("CreateContainerGroup", fixture::creation(good)).code() == "ok");
}

TEST_CASE("create: a dry run creates nothing, and says what is wrong first") {
    fixture f;
    auto dry = f.call("CreateContainerGroup", fixture::creation({{"DryRun", "True"}}));
    CHECK(dry.code() == "DryRunOperation");
    CHECK(dry.status == 400);
    CHECK(f.service->groups->size() == 0);
    auto bad =
        f.call("CreateContainerGroup", fixture::creation({{"DryRun", "true"}, {"Cpu", "99"}}));
    CHECK(bad.code() == "InvalidParameter.CPU.Memory");
}

TEST_CASE("create: the same client token gives the same group") {
    fixture f;
    auto first = f.create({{"ClientToken", "t"}});
    CHECK(f.create({{"ClientToken", "t"}}) == first);
    CHECK(f.service->groups->size() == 1);
    auto other =
        f.call("CreateContainerGroup", fixture::creation({{"ClientToken", "t"}, {"Cpu", "1"}}));
    CHECK(other.code() == "IdempotentParameterMismatch");
    CHECK(other.status == 400);
    f.now += std::chrono::hours(23);
    CHECK(f.create({{"ClientToken", "t"}}) == first);
    f.now += std::chrono::hours(2);
    CHECK(f.create({{"ClientToken", "t"}}) != first);
}

TEST_CASE("create: a refused call does not use its client token up") {
    fixture f;
    CHECK(f.call("CreateContainerGroup", fixture::creation({{"ClientToken", "t"}, {"Cpu", "99"}}))
              .code() == "InvalidParameter.CPU.Memory");
    CHECK(f.call("CreateContainerGroup", fixture::creation({{"ClientToken", "t"}})).code() == "ok");
}

TEST_CASE("create: what a box is made of") {
    fixture f;
    auto id = f.running({{"Cpu", "2"},
                         {"Memory", "4"},
                         {"Container.1.Cpu", "0.5"},
                         {"Container.1.Memory", "1"},
                         {"Container.1.WorkingDir", "/work"},
                         {"Container.1.EnvironmentVar.1.Key", "ID"},
                         {"Container.1.EnvironmentVar.1.Value", "<__ECI_ID__> __ECI_NAME__"},
                         {"Container.1.EnvironmentVar.2.Key", "WHERE"},
                         {"Container.1.EnvironmentVar.2.Value", "__REGION_ID__/__ZONE_ID__"},
                         {"Container.1.EnvironmentVar.3.Key", "ME"},
                         {"Container.1.EnvironmentVar.3.Value", "__CONTAINER_NAME__"},
                         {"Container.1.EnvironmentVar.4.Key", "IP"},
                         {"Container.1.EnvironmentVar.4.FieldRef.FieldPath", "status.podIP"},
                         {"Container.2.Name", "second"},
                         {"Container.2.Image", "i"}});
    REQUIRE(f.world->boxes.size() == 2);
    const auto& box = f.world->boxes[0]->spec;
    CHECK(box.id.starts_with(id));
    CHECK(box.cpus == 0.5);
    CHECK(box.memory == 1024u * 1024 * 1024);
    CHECK(box.dir == "/work");
    CHECK(box.hostname == "box");
    const ecisbx::server::runtime::environment env = {{"ID", "<" + id + "> box"},
                                                      {"WHERE", "cn-shanghai/cn-shanghai-b"},
                                                      {"ME", "sandbox"},
                                                      {"IP", "127.0.0.1"}};
    CHECK(box.env == env);
    const auto& second = f.world->boxes[1]->spec;
    CHECK(second.id != box.id);
    CHECK(second.cpus == 2);
    CHECK(second.memory == 4ull * 1024 * 1024 * 1024);
}
