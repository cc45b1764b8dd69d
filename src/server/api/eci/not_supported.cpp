#include "server/api/eci/not_supported.hpp"

#include <algorithm>
#include <map>

namespace ecisbx::server::api::eci {
namespace {

using proto::flat_view;
using runtime::volume_support;

constexpr std::size_t max_containers = 20;

bool has_handler(const flat_view& c) {
    auto all = c.list();
    return std::any_of(all.begin(), all.end(), [](const auto& one) {
        return one.first.starts_with("LifecyclePostStartHandler") ||
               one.first.starts_with("LifecyclePreStopHandler");
    });
}

bool has_security(const flat_view& c) {
    auto all = c.list();
    return std::any_of(all.begin(), all.end(),
                       [](const auto& one) { return one.first.starts_with("SecurityContext"); });
}

/// What of the volumes: nothing, all, some, or that they are shared.
const char* missing_of_volumes(const store::group_spec& spec, volume_support support) {
    if (spec.volumes.empty()) return nullptr;
    if (support == volume_support::none) return "volumes";
    std::map<std::string, int> uses;
    for (const auto* list : {&spec.containers, &spec.init_containers})
        for (const auto& c : *list)
            for (const auto& m : c.mounts) {
                auto v = std::find_if(spec.volumes.begin(), spec.volumes.end(),
                                      [&](const auto& one) { return one.name == m.volume; });
                if (v == spec.volumes.end() || !lifecycle::is_mounted(*v, m))
                    return "volumes but empty folders (whole ones) and configuration files";
                if (v->what == store::volume::kind::empty_dir) ++uses[m.volume];
            }
    bool shared =
        std::any_of(uses.begin(), uses.end(), [](const auto& one) { return one.second > 1; });
    return shared && support == volume_support::own ? "volumes that containers share" : nullptr;
}

}  // namespace

void announce_not_supported(service& s, const store::group& g, const store::group_spec& spec,
                            const flat_view& in) {
    std::string ignored;
    auto note = [&](bool there, const char* what) {
        if (there) ignored += (ignored.empty() ? "" : ", ") + std::string(what);
    };
    bool probes = false, handlers = false, security = false;
    for (std::string_view list : {"Container", "InitContainer"})
        for (const auto& c : in.elements(list, max_containers)) {
            probes =
                probes || !c.member("LivenessProbe").empty() || !c.member("ReadinessProbe").empty();
            handlers = handlers || has_handler(c);
            security = security || has_security(c);
        }
    const auto* volumes = missing_of_volumes(spec, s.supervisor->volumes());
    note(volumes != nullptr, volumes);
    note(probes, "probes");
    note(handlers, "lifecycle handlers");
    note(security, "security contexts");
    note(in.boolean("AutoCreateEip").value_or(false) || in.has("EipInstanceId"),
         "public addresses");
    note(!in.member("DnsConfig").empty() || !in.elements("HostAliase", 100).empty(),
         "name resolution of its own");
    note(!in.member("SecurityContext").empty() || !in.member("HostSecurityContext").empty(),
         "kernel parameters");
    if (ignored.empty()) return;
    s.groups->add_event(g, true, "NotSupportedHere", "The local server has no " + ignored + ".");
}

}  // namespace ecisbx::server::api::eci
