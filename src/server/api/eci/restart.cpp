#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"

namespace ecisbx::server::api::eci {

boost::json::object restart_container_group(service& s, const call& c) {
    require_region(c);
    (void)once(s, c, [&] {
        auto g = required_group(s, c);
        if (g->status != store::group_status::pending && g->status != store::group_status::running)
            refuse(400, "IncorrectStatus",
                   "The status of the container group is " +
                       std::string(store::to_string(g->status)) +
                       ", it must be Pending or Running.");
        s.supervisor->restart(g);
        return g->id;
    });
    return {};
}

}  // namespace ecisbx::server::api::eci
