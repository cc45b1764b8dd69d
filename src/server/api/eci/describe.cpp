#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/render.hpp"
#include "server/api/eci/selection.hpp"

#include <boost/json/array.hpp>

namespace ecisbx::server::api::eci {
namespace {

constexpr std::size_t most = 20;

}  // namespace

// Events are always there, WithEvent or not, as the service has been seen to do.
boost::json::object describe_container_groups(service& s, const call& c) {
    require_region(c);
    auto filter = read_filter(c);
    auto name = c.parameters.text_or("ContainerGroupName", "");
    if (!name.empty()) filter.name = name;
    auto security_group = c.parameters.text_or("SecurityGroupId", "");
    if (!security_group.empty()) filter.security_group = security_group;
    auto status = c.parameters.text_or("Status", "");
    if (!status.empty()) {
        filter.status = store::parse_group_status(status);
        if (!filter.status) refuse_parameter(c.parameters, "Status", "there is no such status");
    }
    (void)c.parameters.boolean("WithEvent");

    auto page = select_page(s, c, filter, most);
    boost::json::array groups;
    for (const auto& g : page.groups) groups.push_back(render_group(*g, s.settings.region));
    boost::json::object out;
    out["TotalCount"] = page.total;
    out["NextToken"] = seal_page(s.page_key, page.next);
    out["ContainerGroups"] = std::move(groups);
    return out;
}

}  // namespace ecisbx::server::api::eci
