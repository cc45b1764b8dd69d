#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"

namespace ecisbx::server::api::eci {

// A group that is Terminating already is no error: the caller's wish is being fulfilled, and Force
// may still cut its grace short.
boost::json::object delete_container_group(service& s, const call& c) {
    require_region(c);
    (void)once(s, c, [&] {
        auto g = required_group(s, c);
        s.supervisor->remove(g, c.parameters.boolean("Force").value_or(false));
        return g->id;
    });
    return {};
}

}  // namespace ecisbx::server::api::eci
