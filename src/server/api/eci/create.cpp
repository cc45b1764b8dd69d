#include "core/random.hpp"
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/create_spec.hpp"

namespace ecisbx::server::api::eci {
namespace {

// Said in an event, so that nobody waits for what the local server takes but does not do.
void announce_ignored(service& s, const store::group& g, const proto::flat_view& in) {
    std::string ignored;
    auto note = [&](bool there, const char* what) {
        if (there) ignored += (ignored.empty() ? "" : ", ") + std::string(what);
    };
    bool probes = false;
    for (const auto& c : g.spec.containers)
        probes = probes || c.extra.contains("LivenessProbe") || c.extra.contains("ReadinessProbe");
    note(g.spec.extra.contains("Volumes"), "volumes");
    note(probes, "probes");
    note(in.boolean("AutoCreateEip").value_or(false) || in.has("EipInstanceId"),
         "public addresses");
    if (ignored.empty()) return;
    s.groups->add_event(g, true, "NotSupportedHere", "The local server has no " + ignored + ".");
}

}  // namespace

boost::json::object create_container_group(service& s, const call& c) {
    require_region(c);
    auto id = once(s, c, [&] {
        auto spec = read_group_spec(c.parameters, s.zone());
        if (c.parameters.boolean("DryRun").value_or(false))
            refuse(400, "DryRunOperation",
                   "Request validation has been passed with DryRun flag set.");
        auto g = s.groups->insert("eci-" + core::random_alnum(20), std::move(spec));
        if (!g)
            refuse(403, "QuotaExceeded",
                   "The local server keeps no more than " + std::to_string(s.groups->size()) +
                       " container groups.");
        announce_ignored(s, *g, c.parameters);
        s.supervisor->launch(g);
        return g->id;
    });
    boost::json::object out;
    out["ContainerGroupId"] = id;
    return out;
}

}  // namespace ecisbx::server::api::eci
