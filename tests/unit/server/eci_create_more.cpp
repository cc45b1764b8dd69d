// What CreateContainerGroup takes beside the first things: rules, echoes, and what a box is given.
#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

using eci_test::fixture;
using eci_test::parameter_list;
namespace json = boost::json;
namespace rt = ecisbx::server::runtime;

namespace {

parameter_list volume(parameter_list more) {
    more.emplace_back("Volume.1.Name", "v");
    return more;
}

parameter_list handler(parameter_list members) {
    for (auto& [name, value] : members) name = "Container.1.LifecyclePreStopHandler" + name;
    return members;
}

}  // namespace

TEST_CASE("create: rules of what has no effect here") {
    fixture f;
    struct rule {
        parameter_list broken;
        const char* code;
        const char* in_message;
    };
    const std::string big(44 * 1024, 'A');  // of Base64: 33 KiB
    const rule rules[] = {
        {volume({{"Volume.1.Type", "NFSVolume"}}), "MissingVolume.1.NFSVolume.Server", ""},
        {volume({{"Volume.1.Type", "NFSVolume"}, {"Volume.1.NFSVolume.Server", "s"}}),
         "MissingVolume.1.NFSVolume.Path", ""},
        {volume({{"Volume.1.Type", "FlexVolume"}}), "MissingVolume.1.FlexVolume.Driver", ""},
        {volume({{"Volume.1.Type", "DiskVolume"}}), "MissingVolume.1.DiskVolume.DiskId", ""},
        {volume({{"Volume.1.Type", "HostPathVolume"}}), "MissingVolume.1.HostPathVolume.Path", ""},
        {volume({{"Volume.1.Type", "EmptyDirVolume"}, {"Volume.1.EmptyDirVolume.Medium", "Tape"}}),
         "InvalidParameter", "EmptyDirVolume.Medium"},
        {volume(
             {{"Volume.1.Type", "EmptyDirVolume"}, {"Volume.1.EmptyDirVolume.SizeLimit", "1Tb"}}),
         "InvalidParameter", "SizeLimit"},
        {volume({{"Volume.1.Type", "ConfigFileVolume"},
                 {"Volume.1.ConfigFileVolume.ConfigFileToPath.1.Path", "../x"}}),
         "InvalidParameter", "ConfigFileToPath.1.Path"},
        {volume({{"Volume.1.Type", "ConfigFileVolume"},
                 {"Volume.1.ConfigFileVolume.ConfigFileToPath.1.Path", "x"},
                 {"Volume.1.ConfigFileVolume.ConfigFileToPath.1.Content", "?"}}),
         "InvalidParameter", "Base64"},
        {volume({{"Volume.1.Type", "ConfigFileVolume"},
                 {"Volume.1.ConfigFileVolume.ConfigFileToPath.1.Path", "x"},
                 {"Volume.1.ConfigFileVolume.ConfigFileToPath.1.Content", big}}),
         "InvalidParameter.ValueExceeded", "Content"},
        {volume({{"Volume.1.Type", "ConfigFileVolume"},
                 {"Volume.1.ConfigFileVolume.DefaultMode", "0888"}}),
         "InvalidParameter", "DefaultMode"},
        {volume({{"Volume.1.Type", "EmptyDirVolume"},
                 {"Container.1.VolumeMount.1.Name", "v"},
                 {"Container.1.VolumeMount.1.MountPath", "/v"},
                 {"Container.1.VolumeMount.1.SubPath", "/x"}}),
         "InvalidParameter", "SubPath"},
        {volume({{"Volume.1.Type", "EmptyDirVolume"},
                 {"Container.1.VolumeMount.1.Name", "v"},
                 {"Container.1.VolumeMount.1.MountPath", "/v"},
                 {"Container.1.VolumeMount.2.Name", "v"},
                 {"Container.1.VolumeMount.2.MountPath", "/v"}}),
         "InvalidParameter", "VolumeMount.2.MountPath"},
        {handler({{"HttpGetPort", "0"}}), "InvalidParameter", "HttpGetPort"},
        {handler({{"HttpGetPort", "1"}, {"Exec.1", "x"}}), "InvalidParameter", "only one of"},
        {handler({{"HttpGetPort", "1"}, {"HttpGetScheme", "ftp"}}), "InvalidParameter", "Scheme"},
        {handler({{"HttpGetHttpHeader.1.Value", "x"}}),
         "MissingContainer.1.LifecyclePreStopHandlerHttpGetHttpHeader.1.Name", ""},
        {{{"Container.1.LivenessProbe.TcpSocket.Port", "1"},
          {"Container.1.LivenessProbe.SuccessThreshold", "2"}},
         "InvalidParameter",
         "SuccessThreshold"},
        {{{"Container.1.ReadinessProbe.HttpGet.Port", "65536"}}, "InvalidParameter", "Port"},
        {{{"Container.1.SecurityContextPrivileged", "maybe"}}, "InvalidParameter", "Privileged"},
        {{{"Container.1.TerminationMessagePolicy", "x"}}, "InvalidParameter", "TerminationMessage"},
        {{{"AutoCreateEip", "true"}, {"EipInstanceId", "e"}}, "InvalidParameter", "EipInstanceId"},
        {{{"EipBandwidth", "0"}}, "InvalidParameter", "EipBandwidth"},
        {{{"EipISP", "x"}}, "InvalidParameter", "EipISP"},
        {{{"ScheduleStrategy", "x"}}, "InvalidParameter", "ScheduleStrategy"},
        {{{"Ipv6AddressCount", "2"}}, "InvalidParameter", "Ipv6AddressCount"},
        {{{"FixedIp", "x"}}, "InvalidParameter", "FixedIp"},
        {{{"ImageRegistryCredential.1.Server", "https://x"}}, "InvalidParameter", "Server"},
        {{{"ImageRegistryCredential.1.UserName", "x"}},
         "MissingImageRegistryCredential.1.Server",
         ""},
        {{{"ImageAccelerateMode", "x"}}, "InvalidParameter", "ImageAccelerateMode"},
        {{{"DnsPolicy", "ClusterFirst"}}, "InvalidParameter", "DnsPolicy"},
        {{{"CpuArchitecture", "RISCV"}}, "InvalidParameter", "CpuArchitecture"},
        {{{"OsType", "Plan9"}}, "InvalidParameter", "OsType"},
        {{{"ComputeCategory.1", "cheap"}}, "InvalidParameter", "ComputeCategory"},
        {{{"HostAliase.1.Hostname.1", "x"}}, "MissingHostAliase.1.Ip", ""},
        {{{"SecurityContext.Sysctl.1.Value", "x"}}, "MissingSecurityContext.Sysctl.1.Name", ""},
        {{{"MaxPendingMinute", "0"}}, "InvalidParameter", "MaxPendingMinute"},
        {{{"SpotDuration", "-1"}}, "InvalidParameter", "SpotDuration"},
        {{{"ShareProcessNamespace", "x"}}, "InvalidParameter", "ShareProcessNamespace"},
    };
    for (const auto& r : rules) {
        auto a = f.call("CreateContainerGroup", fixture::creation(r.broken));
        INFO(r.broken.back().first << " -> " << r.code);
        CHECK(a.code() == r.code);
        CHECK_MESSAGE(a.text("Message").find(r.in_message) != std::string::npos, a.text("Message"));
    }
    CHECK(f.service->groups->size() == 0);
}

TEST_CASE("create: hidden variables are given to the box, and shown to nobody") {
    fixture f;
    auto id = f.running({{"Container.1.EnvironmentVar.1.Key", "SECRET"},
                         {"Container.1.EnvironmentVar.1.Value", "hunter2"},
                         {"Container.1.EnvironmentVarHide", "true"}});
    CHECK(f.world->last()->spec.env == rt::environment{{"SECRET", "hunter2"}});
    CHECK(json::serialize(f.describe(id)).find("hunter2") == std::string::npos);
}

TEST_CASE("create: a password of a registry is not kept") {
    fixture f;
    auto id = f.create({{"ImageRegistryCredential.1.Server", "r"},
                        {"ImageRegistryCredential.1.UserName", "u"},
                        {"ImageRegistryCredential.1.Password", "hunter2"}});
    const auto& spec = f.service->groups->find(id)->spec;
    CHECK(spec.request.find("hunter2") == std::string::npos);
    CHECK(json::serialize(spec.extra).find("hunter2") == std::string::npos);
    CHECK(spec.request.find("ContainerGroupName=box") != std::string::npos);
}

TEST_CASE("create: what the box of a container with volumes is made of") {
    fixture f;
    auto id = f.running({{"Volume.1.Name", "cfg"},
                         {"Volume.1.Type", "ConfigFileVolume"},
                         {"Volume.1.ConfigFileVolume.DefaultMode", "0600"},
                         {"Volume.1.ConfigFileVolume.ConfigFileToPath.1.Path", "a/one"},
                         {"Volume.1.ConfigFileVolume.ConfigFileToPath.1.Content", "MQ=="},
                         {"Volume.1.ConfigFileVolume.ConfigFileToPath.2.Path", "two"},
                         {"Volume.1.ConfigFileVolume.ConfigFileToPath.2.Content", "Mg=="},
                         {"Volume.1.ConfigFileVolume.ConfigFileToPath.2.Mode", "0755"},
                         {"Volume.2.Name", "work"},
                         {"Volume.2.Type", "EmptyDirVolume"},
                         {"Volume.2.EmptyDirVolume.SizeLimit", "2Mi"},
                         {"Volume.3.Name", "nas"},
                         {"Volume.3.Type", "NFSVolume"},
                         {"Volume.3.NFSVolume.Server", "s"},
                         {"Volume.3.NFSVolume.Path", "/"},
                         {"Container.1.VolumeMount.1.Name", "cfg"},
                         {"Container.1.VolumeMount.1.MountPath", "/cfg"},
                         {"Container.1.VolumeMount.2.Name", "work"},
                         {"Container.1.VolumeMount.2.MountPath", "/work"},
                         {"Container.1.VolumeMount.2.ReadOnly", "true"},
                         {"Container.1.VolumeMount.3.Name", "nas"},
                         {"Container.1.VolumeMount.3.MountPath", "/nas"},
                         {"Container.1.VolumeMount.4.Name", "work"},
                         {"Container.1.VolumeMount.4.MountPath", "/part"},
                         {"Container.1.VolumeMount.4.SubPath", "x"},
                         {"Container.1.VolumeMount.5.Name", "cfg"},
                         {"Container.1.VolumeMount.5.MountPath", "/etc/two"},
                         {"Container.1.VolumeMount.5.SubPath", "two"},
                         {"Container.1.VolumeMount.6.Name", "cfg"},
                         {"Container.1.VolumeMount.6.MountPath", "/a"},
                         {"Container.1.VolumeMount.6.SubPath", "a"}});
    const auto& spec = f.world->last()->spec;
    CHECK(spec.group == id);
    REQUIRE(spec.mounts.size() == 4);
    const auto& cfg = spec.mounts[0];
    CHECK(cfg.path == "/cfg");
    CHECK(cfg.read_only);
    CHECK(cfg.volume.empty());
    REQUIRE(cfg.files.size() == 2);
    CHECK(cfg.files[0].path == "a/one");
    CHECK(cfg.files[0].content == "1");
    CHECK(cfg.files[0].mode == 0600);
    CHECK(cfg.files[1].mode == 0755);
    const auto& work = spec.mounts[1];
    CHECK(work.path == "/work");
    CHECK(work.read_only);
    CHECK(work.size == 2 * 1024 * 1024);
    CHECK(work.volume == "1");
    const auto& file = spec.mounts[2];
    CHECK(file.path == "/etc/two");
    CHECK(file.single_file);
    REQUIRE(file.files.size() == 1);
    CHECK(file.files[0].path.empty());
    CHECK(file.files[0].content == "2");
    const auto& part = spec.mounts[3];
    CHECK_FALSE(part.single_file);
    REQUIRE(part.files.size() == 1);
    CHECK(part.files[0].path == "one");
    // The fake runtime has no volumes at all, and the group says so.
    CHECK(f.has_event(id, "NotSupportedHere"));
}

TEST_CASE("create: a group is told what of it has no effect") {
    struct sample {
        parameter_list asked;
        const char* said;
    };
    const sample samples[] = {
        {{{"Container.1.LifecyclePreStopHandlerExec.1", "x"}}, "lifecycle handlers"},
        {{{"Container.1.SecurityContext.RunAsUser", "7"}}, "security contexts"},
        {{{"DnsConfig.NameServer.1", "x"}}, "name resolution"},
        {{{"HostAliase.1.Ip", "1.1.1.1"}}, "name resolution"},
        {{{"SecurityContext.Sysctl.1.Name", "x"}}, "kernel parameters"},
        {{{"AutoCreateEip", "true"}}, "public addresses"},
    };
    fixture f;
    for (const auto& one : samples) {
        CAPTURE(one.said);
        auto id = f.create(one.asked);
        std::string message;
        for (const auto& e : f.service->groups->find(id)->events)
            if (e.reason == "NotSupportedHere") message = e.message;
        CHECK(message.find(one.said) != std::string::npos);
    }
}

TEST_CASE("volumes: dropped when a group is restarted, updated, ended or gone") {
    fixture f;
    f.world->volumes = rt::volume_support::shared;
    const parameter_list with = {{"Volume.1.Name", "v"},
                                 {"Volume.1.Type", "EmptyDirVolume"},
                                 {"Container.1.Command.1", "wait"},
                                 {"Container.1.VolumeMount.1.Name", "v"},
                                 {"Container.1.VolumeMount.1.MountPath", "/v"},
                                 {"RestartPolicy", "Never"}};
    auto id = f.running(with);
    CHECK_FALSE(f.has_event(id, "NotSupportedHere"));
    auto settle = [&] { f.until([&] { return f.status(id) == "Running"; }); };
    CHECK(f.call("RestartContainerGroup", {{"ContainerGroupId", id}}).code() == "ok");
    settle();
    CHECK(f.world->dropped == std::vector<std::string>{id});
    CHECK(f.call("UpdateContainerGroup", {{"ContainerGroupId", id}, {"Cpu", "4"}, {"Memory", "8"}})
              .code() == "ok");
    settle();
    CHECK(f.world->dropped.size() == 2);
    f.world->last_process()->end(0);
    f.until([&] { return f.status(id) == "Succeeded"; });
    CHECK(f.world->dropped.size() == 3);
    auto other = f.running(with);
    CHECK(f.call("DeleteContainerGroup", {{"ContainerGroupId", other}}).code() == "ok");
    f.until([&] { return f.status(other) == "gone"; });
    CHECK(f.world->dropped.back() == other);
    f.call("DeleteContainerGroup", {{"ContainerGroupId", f.running()}});
    CHECK(f.world->dropped.back() == other);  // one without volumes has none to drop
}

TEST_CASE("volumes: what a runtime can not do is told, and only that") {
    auto said = [](rt::volume_support support, parameter_list more) {
        fixture f;
        f.world->volumes = support;
        parameter_list asked = {{"Volume.1.Name", "v"},
                                {"Volume.1.Type", "EmptyDirVolume"},
                                {"Container.1.VolumeMount.1.Name", "v"},
                                {"Container.1.VolumeMount.1.MountPath", "/v"}};
        asked.insert(asked.end(), more.begin(), more.end());
        auto id = f.create(asked);
        for (const auto& e : f.service->groups->find(id)->events)
            if (e.reason == "NotSupportedHere") return e.message;
        return std::string();
    };
    const parameter_list second = {{"Container.2.Name", "b"},
                                   {"Container.2.Image", "i"},
                                   {"Container.2.VolumeMount.1.Name", "v"},
                                   {"Container.2.VolumeMount.1.MountPath", "/v"}};
    const parameter_list part = {{"Container.1.VolumeMount.1.SubPath", "x"}};
    using rt::volume_support;
    CHECK(said(volume_support::none, {}).find("no volumes.") != std::string::npos);
    CHECK(said(volume_support::own, {}).empty());
    CHECK(said(volume_support::own, second).find("containers share") != std::string::npos);
    CHECK(said(volume_support::shared, second).empty());
    CHECK(said(volume_support::shared, part).find("volumes but empty folders") !=
          std::string::npos);
}
