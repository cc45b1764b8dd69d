#include "option_fixture.hpp"

#include <doctest/doctest.h>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using eci::container_options;
using eci::create_options;
using eci::volume;
using namespace std::chrono_literals;

TEST_CASE("create: the defaults") {
    auto p = parameters_of(base());
    CHECK(p["ContainerGroupName"].starts_with("sandbox-"));
    CHECK(p["ContainerGroupName"].size() == 18);
    CHECK(p["Container.1.Name"] == "sandbox");
    CHECK(p["Container.1.Image"] == "nginx");
    CHECK(p["Cpu"] == "1");
    CHECK(p["Memory"] == "2");
    CHECK(p["Container.1.Cpu"] == "1");
    CHECK(p["ClientToken"].size() == 36);
    CHECK(parameters_of(base())["ClientToken"] != p["ClientToken"]);
    CHECK(parameters_of(base())["ContainerGroupName"] != p["ContainerGroupName"]);
    CHECK(p.size() == 8);
}

TEST_CASE("create: the contract, also on a named object and with getters") {
    auto options = create_options("python:3.12").name("hello").cpu(1).memory(2);
    options.cpu(2).container_name("main").client_token("t");
    CHECK(options.image() == "python:3.12");
    CHECK(options.name() == "hello");
    CHECK(options.cpu() == 2);
    CHECK(options.memory() == 2);
    CHECK(options.container_name() == "main");
    CHECK(options.client_token() == "t");
    CHECK(create_options("x").name().empty());
    CHECK(parameters_of(options)["Container.1.Cpu"] == "2");
}

TEST_CASE("create: the setters of a simple group") {
    auto p = parameters_of(base()
                               .name("my-box")
                               .container_name("main")
                               .cpu(0.25)
                               .memory(0.5)
                               .command(command("sleep", "1"))
                               .arg("a")
                               .arg("b")
                               .env("K", "v w")
                               .env("L", "")
                               .port(80)
                               .port(53, "UDP")
                               .tag("owner", "me")
                               .working_dir("/w")
                               .restart_policy("Never")
                               .vswitch("vsw-1")
                               .security_group("sg-1")
                               .zone("z-1")
                               .client_token("token"));
    parameter_map expected{{"ContainerGroupName", "my-box"},
                           {"Container.1.Name", "main"},
                           {"Container.1.Image", "nginx"},
                           {"Cpu", "0.25"},
                           {"Memory", "0.5"},
                           {"Container.1.Cpu", "0.25"},
                           {"Container.1.Memory", "0.5"},
                           {"Container.1.Command.1", "sleep"},
                           {"Container.1.Command.2", "1"},
                           {"Container.1.Arg.1", "a"},
                           {"Container.1.Arg.2", "b"},
                           {"Container.1.EnvironmentVar.1.Key", "K"},
                           {"Container.1.EnvironmentVar.1.Value", "v w"},
                           {"Container.1.EnvironmentVar.2.Key", "L"},
                           {"Container.1.EnvironmentVar.2.Value", ""},
                           {"Container.1.Port.1.Port", "80"},
                           {"Container.1.Port.1.Protocol", "TCP"},
                           {"Container.1.Port.2.Port", "53"},
                           {"Container.1.Port.2.Protocol", "UDP"},
                           {"Container.1.WorkingDir", "/w"},
                           {"RestartPolicy", "Never"},
                           {"Tag.1.Key", "owner"},
                           {"Tag.1.Value", "me"},
                           {"VSwitchId", "vsw-1"},
                           {"SecurityGroupId", "sg-1"},
                           {"ZoneId", "z-1"},
                           {"ClientToken", "token"}};
    CHECK(p == expected);
}

TEST_CASE("create: an empty text means that there is none") {
    auto p = parameters_of(base().name("").zone("").working_dir("").restart_policy("").vswitch(""));
    CHECK(p.size() == 8);
    CHECK(p["ContainerGroupName"].starts_with("sandbox-"));
}

TEST_CASE("create: set wins, an instance type takes the place of the size") {
    auto p = parameters_of(base().set("Cpu", "8").set("Cpu", "16"));
    CHECK(p["Cpu"] == "16");
    for (auto typed : {parameters_of(base().instance_type("ecs.c6.large")),
                       parameters_of(base().set("InstanceType", "ecs.c6.large"))}) {
        CHECK(typed["InstanceType"] == "ecs.c6.large");
        CHECK_FALSE(typed.contains("Cpu"));
        CHECK_FALSE(typed.contains("Container.1.Memory"));
    }
    CHECK(refused(base().set("", "x")) == "create_options: set: expected the name of a parameter");
    CHECK(refused(base().set("A", "\xff")).find("set A") != std::string::npos);
}

TEST_CASE("create: the same token makes the same call, with or without a name") {
    auto p = parameters_of(base().client_token("t"));
    CHECK(p["ContainerGroupName"].starts_with("sandbox-"));
    CHECK(parameters_of(base().client_token("t")) == p);
    CHECK(parameters_of(base().client_token("u"))["ContainerGroupName"] != p["ContainerGroupName"]);
}

TEST_CASE("create: several containers") {
    auto p = parameters_of(base()
                               .add_container(container_options("redis").name("db").cpu(0.5))
                               .add_init_container(container_options("busybox").name("prepare"))
                               .container_size(0.5, 1));
    CHECK(p["Container.1.Name"] == "sandbox");
    CHECK(p["Container.1.Cpu"] == "0.5");
    CHECK(p["Container.1.Memory"] == "1");
    CHECK(p["Container.2.Name"] == "db");
    CHECK(p["Container.2.Image"] == "redis");
    CHECK(p["Container.2.Cpu"] == "0.5");
    CHECK(p["InitContainer.1.Name"] == "prepare");
    // The group's size is no container's own when there are several.
    auto unsized = parameters_of(base().add_container(container_options("redis").name("db")));
    CHECK_FALSE(unsized.contains("Container.1.Cpu"));
}

TEST_CASE("create: what containers have beside the simple things") {
    auto p = parameters_of(
        base()
            .env_from("IP", "status.podIP")
            .hide_env()
            .image_pull_policy("Always")
            .add_volume(volume::empty_dir("v"))
            .mount("v", "/v", eci::mount_options().read_only().sub_path("a/b").propagation("None"))
            .gpu(1)
            .open_stdin(true, true)
            .tty()
            .liveness(eci::probe::http(80, "/health", "HTTPS").period(5s).failures(2))
            .readiness(
                eci::probe::exec(command("test", "-e", "/ok")).initial_delay(1s).successes(2))
            .post_start(eci::lifecycle_handler::http(81, "/up").host("h").header("K", "v"))
            .pre_stop(eci::lifecycle_handler::exec(command("sync")))
            .security(eci::security_context()
                          .add_capability("NET_ADMIN")
                          .run_as_user(1000)
                          .read_only_root()
                          .privileged()
                          .run_as_group(7)
                          .run_as_non_root())
            .termination_message_path("/t")
            .termination_message_policy("File"));
    const parameter_map expected{
        {"EnvironmentVar.1.Key", "IP"},
        {"EnvironmentVar.1.FieldRef.FieldPath", "status.podIP"},
        {"EnvironmentVarHide", "true"},
        {"ImagePullPolicy", "Always"},
        {"VolumeMount.1.Name", "v"},
        {"VolumeMount.1.MountPath", "/v"},
        {"VolumeMount.1.ReadOnly", "true"},
        {"VolumeMount.1.SubPath", "a/b"},
        {"VolumeMount.1.MountPropagation", "None"},
        {"Gpu", "1"},
        {"Stdin", "true"},
        {"StdinOnce", "true"},
        {"Tty", "true"},
        {"LivenessProbe.HttpGet.Port", "80"},
        {"LivenessProbe.HttpGet.Path", "/health"},
        {"LivenessProbe.HttpGet.Scheme", "HTTPS"},
        {"LivenessProbe.PeriodSeconds", "5"},
        {"LivenessProbe.FailureThreshold", "2"},
        {"ReadinessProbe.Exec.Command.1", "test"},
        {"ReadinessProbe.Exec.Command.3", "/ok"},
        {"ReadinessProbe.InitialDelaySeconds", "1"},
        {"ReadinessProbe.SuccessThreshold", "2"},
        {"LifecyclePostStartHandlerHttpGetPort", "81"},
        {"LifecyclePostStartHandlerHttpGetPath", "/up"},
        {"LifecyclePostStartHandlerHttpGetScheme", "HTTP"},
        {"LifecyclePostStartHandlerHttpGetHost", "h"},
        {"LifecyclePostStartHandlerHttpGetHttpHeader.1.Name", "K"},
        {"LifecyclePostStartHandlerHttpGetHttpHeader.1.Value", "v"},
        {"LifecyclePreStopHandlerExec.1", "sync"},
        {"SecurityContext.Capability.Add.1", "NET_ADMIN"},
        {"SecurityContext.RunAsUser", "1000"},
        {"SecurityContext.ReadOnlyRootFilesystem", "true"},
        {"SecurityContextPrivileged", "true"},
        {"SecurityContextRunAsGroup", "7"},
        {"SecurityContextRunAsNonRoot", "true"},
        {"TerminationMessagePath", "/t"},
        {"TerminationMessagePolicy", "File"},
    };
    for (const auto& [name, value] : expected) {
        CAPTURE(name);
        CHECK(p["Container.1." + name] == value);
    }
}

TEST_CASE("create: a probe set again takes the place of the earlier one, of any kind") {
    auto p = parameters_of(
        base().liveness(eci::probe::http(80).period(7s)).liveness(eci::probe::tcp(81).timeout(2s)));
    CHECK(p["Container.1.LivenessProbe.TcpSocket.Port"] == "81");
    CHECK(p["Container.1.LivenessProbe.TimeoutSeconds"] == "2");
    CHECK_FALSE(p.contains("Container.1.LivenessProbe.HttpGet.Port"));
    CHECK_FALSE(p.contains("Container.1.LivenessProbe.PeriodSeconds"));
    auto tcp = parameters_of(base().pre_stop(eci::lifecycle_handler::tcp(9).host("h")));
    CHECK(tcp["Container.1.LifecyclePreStopHandlerTcpSocketHost"] == "h");
    CHECK(tcp["Container.1.LifecyclePreStopHandlerTcpSocketPort"] == "9");
}

TEST_CASE("create: volumes of every kind") {
    auto p =
        parameters_of(base()
                          .add_volume(volume::empty_dir("1").medium("Memory").size_limit("64Mi"))
                          .add_volume(volume::config("2")
                                          .default_mode(0600)
                                          .file("a/b.ini", "text", 0755)
                                          .file("c", std::string("\0x", 2)))
                          .add_volume(volume::nfs("3", "srv", "/p").read_only())
                          .add_volume(volume::disk("4", "d-1"))
                          .add_volume(volume::new_disk("5", 50).fs_type("xfs"))
                          .add_volume(volume::nas("6", "srv", "/"))
                          .add_volume(volume::oss("7", R"({"bucket":"b"})"))
                          .add_volume(volume::flex("8", "alicloud/nas", "{}"))
                          .add_volume(volume::legacy_disk("9", "d-2").fs_type("ext3"))
                          .add_volume(volume::host_path("10", "/h", "Directory")));
    const parameter_map expected{
        {"1.Name", "1"},
        {"1.Type", "EmptyDirVolume"},
        {"1.EmptyDirVolume.Medium", "Memory"},
        {"1.EmptyDirVolume.SizeLimit", "64Mi"},
        {"2.Type", "ConfigFileVolume"},
        {"2.ConfigFileVolume.DefaultMode", "0600"},
        {"2.ConfigFileVolume.ConfigFileToPath.1.Path", "a/b.ini"},
        {"2.ConfigFileVolume.ConfigFileToPath.1.Content", "dGV4dA=="},
        {"2.ConfigFileVolume.ConfigFileToPath.1.Mode", "0755"},
        {"2.ConfigFileVolume.ConfigFileToPath.2.Content", "AHg="},
        {"3.NFSVolume.Server", "srv"},
        {"3.NFSVolume.Path", "/p"},
        {"3.NFSVolume.ReadOnly", "true"},
        {"4.Type", "FlexVolume"},
        {"4.FlexVolume.Driver", "alicloud/disk"},
        {"4.FlexVolume.Options", R"({"volumeId":"d-1"})"},
        {"5.FlexVolume.Options", R"({"volumeSize":"50"})"},
        {"5.FlexVolume.FsType", "xfs"},
        {"6.FlexVolume.Driver", "alicloud/nas"},
        {"6.FlexVolume.Options", R"({"server":"srv","path":"/"})"},
        {"7.FlexVolume.Driver", "alicloud/oss"},
        {"8.FlexVolume.Options", "{}"},
        {"9.Type", "DiskVolume"},
        {"9.DiskVolume.DiskId", "d-2"},
        {"9.DiskVolume.FsType", "ext3"},
        {"10.HostPathVolume.Path", "/h"},
        {"10.HostPathVolume.Type", "Directory"},
    };
    for (const auto& [name, value] : expected) {
        CAPTURE(name);
        CHECK(p["Volume." + name] == value);
    }
    CHECK_FALSE(p.contains("Volume.2.ConfigFileVolume.ConfigFileToPath.2.Mode"));
}

TEST_CASE("create: what a group has beside its containers") {
    auto p = parameters_of(
        base()
            .schedule_strategy("VSwitchRandom")
            .auto_eip(10)
            .eip_isp("BGP_PRO")
            .eip_bandwidth_package("cbwp-1")
            .private_ip("10.0.0.9")
            .fixed_ip(12)
            .ipv6_addresses()
            .ipv6_bandwidth(3)
            .ingress_bandwidth(1)
            .egress_bandwidth(2)
            .dns_policy("None")
            .dns(eci::dns_config().name_server("8.8.8.8").search("x").option("ndots", "2"))
            .host_alias("1.1.1.1", "a")
            .host_alias("2.2.2.2", "b")
            .host_alias("1.1.1.1", "c")
            .ntp_server("ntp")
            .hostname("h")
            .registry_credential("reg", "me", "hunter2")
            .add_acr_registry(
                eci::acr_registry("cri-1").instance_name("n").region("r").domain("d").roles("s",
                                                                                            "u"))
            .image_snapshot("imc-1")
            .match_image_cache()
            .image_acceleration("nydus")
            .plain_http_registry("a")
            .insecure_registry("b"));
    const parameter_map expected{
        {"ScheduleStrategy", "VSwitchRandom"},
        {"AutoCreateEip", "true"},
        {"EipBandwidth", "10"},
        {"EipISP", "BGP_PRO"},
        {"EipCommonBandwidthPackage", "cbwp-1"},
        {"PrivateIpAddress", "10.0.0.9"},
        {"FixedIp", "true"},
        {"FixedIpRetainHour", "12"},
        {"Ipv6AddressCount", "1"},
        {"Ipv6GatewayBandwidthEnable", "true"},
        {"Ipv6GatewayBandwidth", "3"},
        {"IngressBandwidth", "1"},
        {"EgressBandwidth", "2"},
        {"DnsPolicy", "None"},
        {"DnsConfig.NameServer.1", "8.8.8.8"},
        {"DnsConfig.Search.1", "x"},
        {"DnsConfig.Option.1.Name", "ndots"},
        {"DnsConfig.Option.1.Value", "2"},
        {"HostAliase.1.Ip", "1.1.1.1"},
        {"HostAliase.1.Hostname.1", "a"},
        {"HostAliase.1.Hostname.2", "c"},
        {"HostAliase.2.Hostname.1", "b"},
        {"NtpServer.1", "ntp"},
        {"HostName", "h"},
        {"ImageRegistryCredential.1.Server", "reg"},
        {"ImageRegistryCredential.1.UserName", "me"},
        {"ImageRegistryCredential.1.Password", "hunter2"},
        {"AcrRegistryInfo.1.InstanceId", "cri-1"},
        {"AcrRegistryInfo.1.InstanceName", "n"},
        {"AcrRegistryInfo.1.RegionId", "r"},
        {"AcrRegistryInfo.1.Domain.1", "d"},
        {"AcrRegistryInfo.1.ArnService", "s"},
        {"AcrRegistryInfo.1.ArnUser", "u"},
        {"ImageSnapshotId", "imc-1"},
        {"AutoMatchImageCache", "true"},
        {"ImageAccelerateMode", "nydus"},
        {"PlainHttpRegistry", "a"},
        {"InsecureRegistry", "b"},
    };
    for (const auto& [name, value] : expected) {
        CAPTURE(name);
        CHECK(p[name] == value);
    }
    CHECK(parameters_of(base().eip("eip-1"))["EipInstanceId"] == "eip-1");
}

TEST_CASE("create: lifetimes, prices, hardware and the rest of a group") {
    auto p = parameters_of(base()
                               .active_deadline(1h)
                               .termination_grace(5s)
                               .max_pending(20min)
                               .spot_strategy("SpotWithPriceLimit")
                               .spot_price_limit(0.05)
                               .spot_duration(0)
                               .strict_spot()
                               .ephemeral_storage(40)
                               .cpu_architecture("ARM64")
                               .cpu_options(2, 1)
                               .cpu_numa("1")
                               .os_type("Linux")
                               .gpu_driver_version("tesla=470")
                               .compute_category("economy")
                               .compute_category("general")
                               .data_cache("default", "PL1")
                               .data_cache_iops(100)
                               .data_cache_bursting()
                               .sysctl("net.a", "1")
                               .host_sysctl("net.b", "2")
                               .core_pattern("/c")
                               .share_process_namespace()
                               .container_resource_view()
                               .ram_role("role")
                               .resource_group("rg-1")
                               .dry_run());
    const parameter_map expected{
        {"ActiveDeadlineSeconds", "3600"},
        {"TerminationGracePeriodSeconds", "5"},
        {"MaxPendingMinute", "20"},
        {"SpotStrategy", "SpotWithPriceLimit"},
        {"SpotPriceLimit", "0.05"},
        {"SpotDuration", "0"},
        {"StrictSpot", "true"},
        {"EphemeralStorage", "40"},
        {"CpuArchitecture", "ARM64"},
        {"CpuOptionsCore", "2"},
        {"CpuOptionsThreadsPerCore", "1"},
        {"CpuOptionsNuma", "1"},
        {"OsType", "Linux"},
        {"GpuDriverVersion", "tesla=470"},
        {"ComputeCategory.1", "economy"},
        {"ComputeCategory.2", "general"},
        {"DataCacheBucket", "default"},
        {"DataCachePL", "PL1"},
        {"DataCacheProvisionedIops", "100"},
        {"DataCacheBurstingEnabled", "true"},
        {"SecurityContext.Sysctl.1.Name", "net.a"},
        {"SecurityContext.Sysctl.1.Value", "1"},
        {"HostSecurityContext.Sysctl.1.Name", "net.b"},
        {"CorePattern", "/c"},
        {"ShareProcessNamespace", "true"},
        {"ContainerResourceView", "true"},
        {"RamRoleName", "role"},
        {"ResourceGroupId", "rg-1"},
        {"DryRun", "true"},
    };
    for (const auto& [name, value] : expected) {
        CAPTURE(name);
        CHECK(p[name] == value);
    }
}

TEST_CASE("create: clean_name") {
    auto clean = [](std::string_view text) { return create_options::clean_name(text); };
    CHECK(clean("My App_v1.2") == "my-app-v1-2");
    CHECK(clean("--a b--") == "a-b");
    CHECK(clean("already-fine") == "already-fine");
    CHECK(clean("a\xc3\xa9"
                "b") == "a-b");  // one character, one hyphen
    CHECK(clean(std::string(200, 'x')) == std::string(128, 'x'));
    CHECK(clean(std::string(127, 'x') + "!y") == std::string(127, 'x'));
    CHECK(clean(std::string(10, '!') + std::string(200, 'y')) == std::string(128, 'y'));
    for (std::string_view poor : {"", "a", "-", "!!!", "\xe5\x90\x8d\xe5\x89\x8d", "-x-"}) {
        CAPTURE(poor);
        auto name = clean(poor);
        CHECK(name.starts_with("sandbox-"));
        CHECK(name.size() == 18);
        CHECK(clean(poor) != name);
    }
    for (std::string_view text : {"\xff\xfe zz", "A", "a-", "Ünïcödé name"})
        CHECK(refused(base().name(clean(text))).empty());
}

}  // namespace
