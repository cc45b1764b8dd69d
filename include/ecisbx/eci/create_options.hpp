/// @file
/// What to create.
#ifndef ECISBX_ECI_CREATE_OPTIONS_HPP
#define ECISBX_ECI_CREATE_OPTIONS_HPP

#include <ecisbx/eci/container_options.hpp>
#include <ecisbx/eci/dns_config.hpp>
#include <ecisbx/eci/option_node.hpp>
#include <ecisbx/eci/registry.hpp>
#include <ecisbx/eci/volume.hpp>
#include <ecisbx/export.hpp>
#include <ecisbx/secret.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// A group of containers (CreateContainerGroup). The setters of `container_setters` speak of its
/// first container. Checked before the call against the bounds that the service documents; a
/// violation throws `invalid_argument` that names the field, indexes counted from 0:
/// `create_options: container[1].env[3].key: expected ...`. No value is ever part of the text.
class ECISBX_API create_options : public container_setters<create_options> {
public:
    /// `image`: of the first container, with its tag, `registry/path:tag`.
    explicit create_options(std::string image);

    /// 2 to 128 of `[a-z0-9-]`, no hyphen at an end. Default: `sandbox-` and 10 random characters.
    /// `clean_name` makes such a name from any text.
    create_options& name(std::string v) & { return put("ContainerGroupName", std::move(v)); }
    create_options&& name(std::string v) && { return std::move(name(std::move(v))); }
    /// Of the first container. Default `sandbox`.
    create_options& container_name(std::string v) & {
        return container_.put("Name", std::move(v)), *this;
    }
    create_options&& container_name(std::string v) && {
        return std::move(container_name(std::move(v)));
    }
    /// vCPU of the group. Default 1. The service rounds sizes up to the next pair it sells.
    create_options& cpu(double v) & { return put("Cpu", v); }
    create_options&& cpu(double v) && { return std::move(cpu(v)); }
    /// GiB of the group. Default 2.
    create_options& memory(double v) & { return put("Memory", v); }
    create_options&& memory(double v) && { return std::move(memory(v)); }
    /// What the first container may use of the group's vCPU and GiB. Default: all of it; with more
    /// containers: no limit of its own.
    create_options& container_size(double cpus, double gib) & {
        container_.put("Cpu", cpus);
        return container_.put("Memory", gib), *this;
    }
    create_options&& container_size(double cpus, double gib) && {
        return std::move(container_size(cpus, gib));
    }
    /// Types of ECS instances, a comma list, in place of a size.
    create_options& instance_type(std::string v) & { return put("InstanceType", std::move(v)); }
    create_options&& instance_type(std::string v) && {
        return std::move(instance_type(std::move(v)));
    }
    /// `Always` (the service's default), `OnFailure` or `Never`.
    create_options& restart_policy(std::string v) & { return put("RestartPolicy", std::move(v)); }
    create_options&& restart_policy(std::string v) && {
        return std::move(restart_policy(std::move(v)));
    }

    /// One more container beside the first; at most 20 in all.
    create_options& add_container(container_options one) & {
        return group_.add("Container", one.container_node()), *this;
    }
    create_options&& add_container(container_options one) && {
        return std::move(add_container(std::move(one)));
    }
    /// One more container that runs to its end before the others start, in the order given; at
    /// most 20.
    create_options& add_init_container(container_options one) & {
        return group_.add("InitContainer", one.container_node()), *this;
    }
    create_options&& add_init_container(container_options one) && {
        return std::move(add_init_container(std::move(one)));
    }
    /// One more volume; at most 20, of which 6 cloud disks.
    create_options& add_volume(volume one) & { return group_.add("Volume", one.node()), *this; }
    create_options&& add_volume(volume one) && { return std::move(add_volume(std::move(one))); }

    /// At most 10, a comma list. Default: chosen by the service.
    create_options& vswitch(std::string id) & { return put("VSwitchId", std::move(id)); }
    create_options&& vswitch(std::string id) && { return std::move(vswitch(std::move(id))); }
    /// Among several vSwitches: `VSwitchOrdered` or `VSwitchRandom`.
    create_options& schedule_strategy(std::string v) & {
        return put("ScheduleStrategy", std::move(v));
    }
    create_options&& schedule_strategy(std::string v) && {
        return std::move(schedule_strategy(std::move(v)));
    }
    /// One security group. Default: chosen by the service.
    create_options& security_group(std::string id) & {
        return put("SecurityGroupId", std::move(id));
    }
    create_options&& security_group(std::string id) && {
        return std::move(security_group(std::move(id)));
    }
    /// Zone id. Default: chosen by the service.
    create_options& zone(std::string id) & { return put("ZoneId", std::move(id)); }
    create_options&& zone(std::string id) && { return std::move(zone(std::move(id))); }
    /// An existing public address. Not together with `auto_eip`.
    create_options& eip(std::string id) & { return put("EipInstanceId", std::move(id)); }
    create_options&& eip(std::string id) && { return std::move(eip(std::move(id))); }
    /// A public address that lives as long as the group; Mbit/s, at least 1.
    create_options& auto_eip(int bandwidth = 5) & {
        put("AutoCreateEip", true);
        return put("EipBandwidth", std::int64_t{bandwidth});
    }
    create_options&& auto_eip(int bandwidth = 5) && { return std::move(auto_eip(bandwidth)); }
    /// Of `auto_eip`: `BGP` or `BGP_PRO`.
    create_options& eip_isp(std::string v) & { return put("EipISP", std::move(v)); }
    create_options&& eip_isp(std::string v) && { return std::move(eip_isp(std::move(v))); }
    /// Of `auto_eip`: id of a shared bandwidth package.
    create_options& eip_bandwidth_package(std::string id) & {
        return put("EipCommonBandwidthPackage", std::move(id));
    }
    create_options&& eip_bandwidth_package(std::string id) && {
        return std::move(eip_bandwidth_package(std::move(id)));
    }
    /// An address of the vSwitch's range.
    create_options& private_ip(std::string v) & { return put("PrivateIpAddress", std::move(v)); }
    create_options&& private_ip(std::string v) && { return std::move(private_ip(std::move(v))); }
    /// Keep the address for a group of the same name; for hours after the end, default 48.
    create_options& fixed_ip(int retain_hours = 48) & {
        put("FixedIp", std::string("true"));
        return put("FixedIpRetainHour", std::int64_t{retain_hours});
    }
    create_options&& fixed_ip(int retain_hours = 48) && {
        return std::move(fixed_ip(retain_hours));
    }
    /// Exactly 1.
    create_options& ipv6_addresses(int count = 1) & {
        return put("Ipv6AddressCount", std::int64_t{count});
    }
    create_options&& ipv6_addresses(int count = 1) && { return std::move(ipv6_addresses(count)); }
    /// Reach the Internet over IPv6; Mbit/s, at least 1.
    create_options& ipv6_bandwidth(int v) & {
        put("Ipv6GatewayBandwidthEnable", true);
        return put("Ipv6GatewayBandwidth", std::int64_t{v});
    }
    create_options&& ipv6_bandwidth(int v) && { return std::move(ipv6_bandwidth(v)); }
    /// Limit of incoming traffic, in the service's unit (its documents disagree: bytes or bits a
    /// second).
    create_options& ingress_bandwidth(std::int64_t v) & { return put("IngressBandwidth", v); }
    create_options&& ingress_bandwidth(std::int64_t v) && {
        return std::move(ingress_bandwidth(v));
    }
    /// Limit of outgoing traffic; as above.
    create_options& egress_bandwidth(std::int64_t v) & { return put("EgressBandwidth", v); }
    create_options&& egress_bandwidth(std::int64_t v) && { return std::move(egress_bandwidth(v)); }
    /// `Default`, or `None`: only what `dns` says.
    create_options& dns_policy(std::string v) & { return put("DnsPolicy", std::move(v)); }
    create_options&& dns_policy(std::string v) && { return std::move(dns_policy(std::move(v))); }
    /// How names are resolved, beside `dns_policy`.
    create_options& dns(const dns_config& v) & {
        return group_.embed("DnsConfig.", v.node()), *this;
    }
    create_options&& dns(const dns_config& v) && { return std::move(dns(v)); }
    /// One more name of an address, for `/etc/hosts`.
    create_options& host_alias(std::string ip, std::string hostname) &;
    create_options&& host_alias(std::string ip, std::string hostname) && {
        return std::move(host_alias(std::move(ip), std::move(hostname)));
    }
    /// One more time server.
    create_options& ntp_server(std::string v) & {
        return group_.append("NtpServer", std::move(v)), *this;
    }
    create_options&& ntp_server(std::string v) && { return std::move(ntp_server(std::move(v))); }
    /// Of the group. Default: from its id.
    create_options& hostname(std::string v) & { return put("HostName", std::move(v)); }
    create_options&& hostname(std::string v) && { return std::move(hostname(std::move(v))); }

    /// Credentials for pulling images; `server` without a scheme. The password goes nowhere but
    /// into the call.
    create_options& registry_credential(std::string server, std::string user, secret password) &;
    create_options&& registry_credential(std::string server, std::string user, secret password) && {
        return std::move(
            registry_credential(std::move(server), std::move(user), std::move(password)));
    }
    /// One more Enterprise Edition registry to pull from.
    create_options& add_acr_registry(const acr_registry& v) & {
        return group_.add("AcrRegistryInfo", v.node()), *this;
    }
    create_options&& add_acr_registry(const acr_registry& v) && {
        return std::move(add_acr_registry(v));
    }
    /// An image cache, by its id (`imc-...`) or that of its snapshot.
    create_options& image_snapshot(std::string id) & {
        return put("ImageSnapshotId", std::move(id));
    }
    create_options&& image_snapshot(std::string id) && {
        return std::move(image_snapshot(std::move(id)));
    }
    /// Use an image cache that fits. Default: the account's setting.
    create_options& match_image_cache(bool on = true) & { return put("AutoMatchImageCache", on); }
    create_options&& match_image_cache(bool on = true) && {
        return std::move(match_image_cache(on));
    }
    /// Pull images in pieces as they are used: `nydus`, `dadi`, `p2p` or `imc`.
    create_options& image_acceleration(std::string v) & {
        return put("ImageAccelerateMode", std::move(v));
    }
    create_options&& image_acceleration(std::string v) && {
        return std::move(image_acceleration(std::move(v)));
    }
    /// Registries spoken to by http, a comma list.
    create_options& plain_http_registry(std::string v) & {
        return put("PlainHttpRegistry", std::move(v));
    }
    create_options&& plain_http_registry(std::string v) && {
        return std::move(plain_http_registry(std::move(v)));
    }
    /// Registries whose certificates are not checked, a comma list.
    create_options& insecure_registry(std::string v) & {
        return put("InsecureRegistry", std::move(v));
    }
    create_options&& insecure_registry(std::string v) && {
        return std::move(insecure_registry(std::move(v)));
    }

    /// The group is failed after this. At least 1 s. Default: never.
    create_options& active_deadline(std::chrono::seconds v) & {
        return put("ActiveDeadlineSeconds", std::int64_t{v.count()});
    }
    create_options&& active_deadline(std::chrono::seconds v) && {
        return std::move(active_deadline(v));
    }
    /// From SIGTERM to SIGKILL. Default 30 s; at least 0.
    create_options& termination_grace(std::chrono::seconds v) & {
        return put("TerminationGracePeriodSeconds", std::int64_t{v.count()});
    }
    create_options&& termination_grace(std::chrono::seconds v) && {
        return std::move(termination_grace(v));
    }
    /// Give up when it waits for capacity this long. At least 1 minute.
    create_options& max_pending(std::chrono::minutes v) & {
        return put("MaxPendingMinute", std::int64_t{v.count()});
    }
    create_options&& max_pending(std::chrono::minutes v) && { return std::move(max_pending(v)); }
    /// `NoSpot` (default), `SpotAsPriceGo`, or `SpotWithPriceLimit` with `spot_price_limit`.
    create_options& spot_strategy(std::string v) & { return put("SpotStrategy", std::move(v)); }
    create_options&& spot_strategy(std::string v) && {
        return std::move(spot_strategy(std::move(v)));
    }
    /// The most per hour; above 0.
    create_options& spot_price_limit(double v) & { return put("SpotPriceLimit", v); }
    create_options&& spot_price_limit(double v) && { return std::move(spot_price_limit(v)); }
    /// Hours without reclaim. Default 1; 0: none.
    create_options& spot_duration(int hours) & { return put("SpotDuration", std::int64_t{hours}); }
    create_options&& spot_duration(int hours) && { return std::move(spot_duration(hours)); }
    /// No other instance type, and no pay-as-you-go one, in place of the spot asked for.
    create_options& strict_spot(bool on = true) & { return put("StrictSpot", on); }
    create_options&& strict_spot(bool on = true) && { return std::move(strict_spot(on)); }
    /// GiB beside the 30 that are free; at least 0.
    create_options& ephemeral_storage(int gib) & {
        return put("EphemeralStorage", std::int64_t{gib});
    }
    create_options&& ephemeral_storage(int gib) && { return std::move(ephemeral_storage(gib)); }
    /// `AMD64` or `ARM64`.
    create_options& cpu_architecture(std::string v) & {
        return put("CpuArchitecture", std::move(v));
    }
    create_options&& cpu_architecture(std::string v) && {
        return std::move(cpu_architecture(std::move(v)));
    }
    /// Physical cores, and threads on each; at least 1.
    create_options& cpu_options(int cores, int threads_per_core) & {
        put("CpuOptionsCore", std::int64_t{cores});
        return put("CpuOptionsThreadsPerCore", std::int64_t{threads_per_core});
    }
    create_options&& cpu_options(int cores, int threads_per_core) && {
        return std::move(cpu_options(cores, threads_per_core));
    }
    /// NUMA nodes, as the service takes them (`CpuOptionsNuma`).
    create_options& cpu_numa(std::string v) & { return put("CpuOptionsNuma", std::move(v)); }
    create_options&& cpu_numa(std::string v) && { return std::move(cpu_numa(std::move(v))); }
    /// `Linux` or `Windows`.
    create_options& os_type(std::string v) & { return put("OsType", std::move(v)); }
    create_options&& os_type(std::string v) && { return std::move(os_type(std::move(v))); }
    /// Version of the GPU driver, as the service names it.
    create_options& gpu_driver_version(std::string v) & {
        return put("GpuDriverVersion", std::move(v));
    }
    create_options&& gpu_driver_version(std::string v) && {
        return std::move(gpu_driver_version(std::move(v)));
    }
    /// One more kind of capacity that will do: `economy` or `general`.
    create_options& compute_category(std::string v) & {
        return group_.append("ComputeCategory", std::move(v)), *this;
    }
    create_options&& compute_category(std::string v) && {
        return std::move(compute_category(std::move(v)));
    }
    /// The bucket of data caches, and the performance level of its disk.
    create_options& data_cache(std::string bucket, std::string level = {}) &;
    create_options&& data_cache(std::string bucket, std::string level = {}) && {
        return std::move(data_cache(std::move(bucket), std::move(level)));
    }
    /// Provisioned operations a second of the data cache's disk; at least 0.
    create_options& data_cache_iops(int v) & {
        return put("DataCacheProvisionedIops", std::int64_t{v});
    }
    create_options&& data_cache_iops(int v) && { return std::move(data_cache_iops(v)); }
    /// Let the data cache's disk burst.
    create_options& data_cache_bursting(bool on = true) & {
        return put("DataCacheBurstingEnabled", on);
    }
    create_options&& data_cache_bursting(bool on = true) && {
        return std::move(data_cache_bursting(on));
    }

    /// One more kernel parameter of the group.
    create_options& sysctl(std::string parameter, std::string v) & {
        return add_pair("SecurityContext.Sysctl", "Name", std::move(parameter), std::move(v));
    }
    create_options&& sysctl(std::string parameter, std::string v) && {
        return std::move(sysctl(std::move(parameter), std::move(v)));
    }
    /// One more kernel parameter of the host; for accounts the service allows.
    create_options& host_sysctl(std::string parameter, std::string v) & {
        return add_pair("HostSecurityContext.Sysctl", "Name", std::move(parameter), std::move(v));
    }
    create_options&& host_sysctl(std::string parameter, std::string v) && {
        return std::move(host_sysctl(std::move(parameter), std::move(v)));
    }
    /// Where core dumps go.
    create_options& core_pattern(std::string v) & { return put("CorePattern", std::move(v)); }
    create_options&& core_pattern(std::string v) && {
        return std::move(core_pattern(std::move(v)));
    }
    /// Let the containers see each other's processes.
    create_options& share_process_namespace(bool on = true) & {
        return put("ShareProcessNamespace", on);
    }
    create_options&& share_process_namespace(bool on = true) && {
        return std::move(share_process_namespace(on));
    }
    /// Show processes the container's size, not the host's.
    create_options& container_resource_view(bool on = true) & {
        return put("ContainerResourceView", on);
    }
    create_options&& container_resource_view(bool on = true) && {
        return std::move(container_resource_view(on));
    }
    /// Whose rights programs in the group may take.
    create_options& ram_role(std::string v) & { return put("RamRoleName", std::move(v)); }
    create_options&& ram_role(std::string v) && { return std::move(ram_role(std::move(v))); }
    /// Id of the resource group that it belongs to. Default: the account's default one.
    create_options& resource_group(std::string id) & {
        return put("ResourceGroupId", std::move(id));
    }
    create_options&& resource_group(std::string id) && {
        return std::move(resource_group(std::move(id)));
    }
    /// At most 20; key 1-64 characters, value at most 128.
    create_options& tag(std::string k, std::string v) & {
        return add_pair("Tag", "Key", std::move(k), std::move(v));
    }
    create_options&& tag(std::string k, std::string v) && {
        return std::move(tag(std::move(k), std::move(v)));
    }
    /// At most 64 ASCII characters: calls with the same token and parameters create one group.
    /// Default: a random one per call, so that a retried call does not create twice.
    create_options& client_token(std::string v) & { return put("ClientToken", std::move(v)); }
    create_options&& client_token(std::string v) && {
        return std::move(client_token(std::move(v)));
    }
    /// Check only: `client::create` fails then whatever the service thinks of it, so use
    /// `client::dry_run`.
    create_options& dry_run(bool on = true) & { return put("DryRun", on); }
    create_options&& dry_run(bool on = true) && { return std::move(dry_run(on)); }
    /// Any other parameter of the service, by its wire name (`Container.1.Gpu`). Wins over a
    /// setter; only its text is checked.
    create_options& set(std::string parameter, std::string value) & {
        return extra_.emplace_back(std::move(parameter), std::move(value)), *this;
    }
    create_options&& set(std::string parameter, std::string value) && {
        return std::move(set(std::move(parameter), std::move(value)));
    }

    const std::string& image() const noexcept;
    const std::string& name() const noexcept;  ///< empty: made up at the call
    const std::string& container_name() const noexcept;
    double cpu() const noexcept;
    double memory() const noexcept;
    const std::string& client_token() const noexcept;
    /// What was given to `set`.
    const std::vector<std::pair<std::string, std::string>>& extra() const noexcept {
        return extra_;
    }
    /// The whole group, under the service's names; without what `set` was given.
    option_node node() const;

    /// A name as the Python package cleans it: lower-case, every character but letters and digits
    /// becomes `-`, none at the ends; of fewer than 2 characters nothing is kept and it becomes
    /// `sandbox-` and 10 random ones; cut to 128, without a `-` at the cut. A letter outside ASCII
    /// becomes one `-`, where the Python package keeps it and the service refuses the name then.
    static std::string clean_name(std::string_view text);

private:
    create_options& put(const char* parameter, option_value v) {
        return group_.put(parameter, std::move(v)), *this;
    }
    create_options& add_pair(const char* list, const char* key_name, std::string key,
                             std::string value);
    option_node group_;
    std::vector<std::pair<std::string, std::string>> host_names_;
    std::vector<std::pair<std::string, std::string>> extra_;
};

}  // namespace ecisbx::eci

#endif
