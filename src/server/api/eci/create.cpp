#include "core/random.hpp"
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/create_spec.hpp"
#include "server/api/eci/image_cache_use.hpp"
#include "server/api/eci/not_supported.hpp"
#include "server/api/eci/update_merge.hpp"

namespace ecisbx::server::api::eci {

boost::json::object create_container_group(service& s, const call& c) {
    require_region(c);
    auto id = once(s, c, [&] {
        auto spec = read_group_spec(c.parameters, s.zone());
        spec.request = keep_request(c.parameters.list());
        use_image_cache(s, c.parameters, spec);
        if (c.parameters.boolean("DryRun").value_or(false))
            refuse(400, "DryRunOperation",
                   "Request validation has been passed with DryRun flag set.");
        auto g = s.groups->insert("eci-" + core::random_alnum(20), std::move(spec));
        if (!g)
            refuse(403, "QuotaExceeded",
                   "The local server keeps no more than " + std::to_string(s.groups->size()) +
                       " container groups.");
        announce_not_supported(s, *g, g->spec, c.parameters);
        s.supervisor->launch(g);
        return g->id;
    });
    boost::json::object out;
    out["ContainerGroupId"] = id;
    return out;
}

}  // namespace ecisbx::server::api::eci
