// The rules of parameters that the local server takes and, but for showing some of them again, does
// nothing with.
#include "server/api/eci/common.hpp"
#include "server/api/eci/create_spec.hpp"

#include <limits>

namespace ecisbx::server::api::eci {
namespace {

using proto::flat_view;

constexpr std::size_t max_list = 100;
constexpr auto no_most = std::numeric_limits<std::int32_t>::max();

void check_range(const flat_view& in, std::string_view name, std::int64_t least,
                 std::int64_t most = no_most) {
    (void)in.integer(name, least, most);
}

void check_handler(const flat_view& in, const std::string& prefix) {
    check_range(in, prefix + "HttpGetPort", 1, 65535);
    check_range(in, prefix + "TcpSocketPort", 1, 65535);
    (void)one_of(in, prefix + "HttpGetScheme", {"HTTP", "HTTPS"}, "HTTP");
    int kinds = in.has(prefix + "HttpGetPort") + in.has(prefix + "TcpSocketPort") +
                !in.texts(prefix + "Exec", 20).empty();
    if (kinds > 1)
        refuse_parameter(in, prefix + "Exec", "a handler has only one of HttpGet, Exec, TcpSocket");
    for (const auto& header : in.elements(prefix + "HttpGetHttpHeader", max_list))
        (void)header.required("Name");
}

void check_probe(const flat_view& in, bool liveness) {
    int kinds = !in.member("HttpGet").empty() + !in.member("TcpSocket").empty() +
                !in.texts("Exec.Command", 20).empty();
    if (kinds > 1) refuse_parameter(in, "Exec", "a probe has only one of HttpGet, Exec, TcpSocket");
    check_range(in, "HttpGet.Port", 1, 65535);
    check_range(in, "TcpSocket.Port", 1, 65535);
    (void)one_of(in, "HttpGet.Scheme", {"HTTP", "HTTPS"}, "HTTP");
    if (liveness) check_range(in, "SuccessThreshold", 1, 1);
}

void check_spot(const flat_view& in) {
    auto strategy =
        one_of(in, "SpotStrategy", {"NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo"}, "NoSpot");
    auto price = in.number("SpotPriceLimit", 0, 1e6);
    if (strategy == "SpotWithPriceLimit" && !price)
        throw proto::api_refusal(proto::missing_parameter("SpotPriceLimit"));
    check_range(in, "SpotDuration", 0);
    (void)in.boolean("StrictSpot");
}

void check_address(const flat_view& in) {
    bool made = in.boolean("AutoCreateEip").value_or(false);
    if (made && !in.text_or("EipInstanceId", "").empty())
        refuse_parameter(in, "EipInstanceId", "it can not be together with AutoCreateEip");
    check_range(in, "EipBandwidth", 1);
    (void)one_of(in, "EipISP", {"BGP", "BGP_PRO"}, "BGP");
    (void)one_of(in, "FixedIp", {"true", "false"}, "false");
    check_range(in, "FixedIpRetainHour", 1);
    check_range(in, "Ipv6AddressCount", 0, 1);
    (void)in.boolean("Ipv6GatewayBandwidthEnable");
    (void)one_of(in, "ScheduleStrategy", {"VSwitchOrdered", "VSwitchRandom"}, "VSwitchOrdered");
}

void check_images(const flat_view& in) {
    for (const auto& c : in.elements("ImageRegistryCredential", max_list))
        if (c.required("Server").find("://") != std::string::npos)
            refuse_parameter(c, "Server", "it must have no scheme");
    (void)in.elements("AcrRegistryInfo", max_list);
    (void)in.boolean("AutoMatchImageCache");
    (void)one_of(in, "ImageAccelerateMode", {"nydus", "dadi", "p2p", "imc"}, "imc");
}

}  // namespace

void check_group_parameters(const flat_view& in) {
    check_spot(in);
    check_address(in);
    check_images(in);
    (void)one_of(in, "DnsPolicy", {"Default", "None"}, "Default");
    (void)one_of(in, "CpuArchitecture", {"AMD64", "ARM64"}, "AMD64");
    (void)one_of(in, "OsType", {"Linux", "Windows"}, "Linux");
    for (const auto& category : in.texts("ComputeCategory", max_list))
        if (category != "economy" && category != "general")
            refuse_parameter(in, "ComputeCategory", "it must be one of economy, general");
    for (const auto& alias : in.elements("HostAliase", max_list)) (void)alias.required("Ip");
    for (std::string_view list : {"SecurityContext.Sysctl", "HostSecurityContext.Sysctl"})
        for (const auto& one : in.elements(list, max_list)) (void)one.required("Name");
    (void)in.texts("NtpServer", max_list);
    check_range(in, "MaxPendingMinute", 1);
    check_range(in, "CpuOptionsCore", 1);
    check_range(in, "CpuOptionsThreadsPerCore", 1);
    check_range(in, "DataCacheProvisionedIops", 0);
    for (std::string_view name :
         {"ShareProcessNamespace", "ContainerResourceView", "DataCacheBurstingEnabled"})
        (void)in.boolean(name);
}

void check_container_parameters(const flat_view& in, bool init) {
    (void)one_of(in, "TerminationMessagePolicy", {"File", "FallbackToLogsOnError"}, "File");
    for (std::string_view name : {"SecurityContextPrivileged", "SecurityContextRunAsNonRoot"})
        (void)in.boolean(name);
    check_range(in, "SecurityContextRunAsGroup", 0);
    if (init) return;
    check_handler(in, "LifecyclePostStartHandler");
    check_handler(in, "LifecyclePreStopHandler");
    check_probe(in.member("LivenessProbe"), true);
    check_probe(in.member("ReadinessProbe"), false);
}

}  // namespace ecisbx::server::api::eci
