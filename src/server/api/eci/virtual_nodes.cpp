// CreateVirtualNode, UpdateVirtualNode, DeleteVirtualNode, DescribeVirtualNodes. No cluster is
// joined: a node is a name that becomes Ready by the clock.
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/resources.hpp"

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;

constexpr std::size_t most = 20;
constexpr std::size_t max_ids = 20;
constexpr std::size_t max_taints = 20;

bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

void read_name(const proto::flat_view& in, store::virtual_node& node) {
    auto name = in.text_or("VirtualNodeName", "");
    if (name.empty()) return;
    if (name.size() < 2 || name.size() > 128 ||
        !std::all_of(name.begin(), name.end(), is_name_char))
        refuse_parameter(in, "VirtualNodeName",
                         "it must be 2 to 128 lower-case letters, digits, periods and hyphens");
    node.name = std::move(name);
}

void check_taints(const proto::flat_view& in) {
    for (const auto& taint : in.elements("Taint", max_taints)) {
        (void)taint.required("Key");
        (void)one_of(taint, "Effect", {"NoSchedule", "NoExecute", "PreferNoSchedule"},
                     "NoSchedule");
    }
}

store::virtual_node& required_node(service& s, const call& c) {
    auto* node = s.resources.virtual_nodes.find(c.parameters.required("VirtualNodeId"));
    if (!node)
        refuse(404, "InvalidVirtualNodeId.NotFound", "The specified virtual node does not exist.");
    return *node;
}

std::string create(service& s, const call& c) {
    const auto& in = c.parameters;
    store::virtual_node node;
    begin_resource(node, s, "vnd-");
    node.name = "virtual-node-" + node.id.substr(4, 8);
    node.security_group = in.required("SecurityGroupId");
    node.vswitch = in.required("VSwitchId");
    check_vswitches(in);
    read_name(in, node);
    check_taints(in);
    (void)in.boolean("EnablePublicNetwork");
    (void)in.boolean("TlsBootstrapEnabled");
    read_placement(in, node);
    add_warning(node, s, "The local server joins no cluster: nothing is scheduled on this node.");
    auto id = node.id;
    auto& nodes = s.resources.virtual_nodes;
    if (!nodes.insert(std::move(node)))
        refuse(403, "QuotaExceeded",
               "The local server keeps no more than " + std::to_string(nodes.capacity()) +
                   " virtual nodes.");
    return id;
}

json::object render(const store::virtual_node& n, const service& s) {
    json::object out;
    render_resource(n, out);
    out["VirtualNodeId"] = n.id;
    out["VirtualNodeName"] = n.name;
    out["Status"] = store::progress_of(n, s.clock()).status;
    out["RegionId"] = s.settings.region;
    out["VirtualNodeSecurityGroupId"] = n.security_group;
    out["VirtualNodeVSwitchId"] = n.vswitch;
    out["VpcId"] = "vpc-local";
    out["IntranetIp"] = "";
    out["InternetIp"] = "";
    return out;
}

}  // namespace

json::object create_virtual_node(service& s, const call& c) {
    require_region(c);
    json::object out;
    out["VirtualNodeId"] = once(s, c, [&] { return create(s, c); });
    return out;
}

json::object update_virtual_node(service& s, const call& c) {
    require_region(c);
    (void)once(s, c, [&] {
        auto& node = required_node(s, c);
        auto changed = node;  // a refusal half-way must leave it as it was
        read_name(c.parameters, changed);
        read_placement(c.parameters, changed);
        node = std::move(changed);
        return node.id;
    });
    return {};
}

json::object delete_virtual_node(service& s, const call& c) {
    require_region(c);
    (void)once(s, c, [&] {
        std::string id = required_node(s, c).id;
        s.resources.virtual_nodes.erase(id);
        return id;
    });
    return {};
}

json::object describe_virtual_nodes(service& s, const call& c) {
    require_region(c);
    const auto& in = c.parameters;
    auto ids = in.lenient_texts("VirtualNodeIds", max_ids).value_or(std::vector<std::string>());
    auto name = in.text_or("VirtualNodeName", "");
    auto status = one_of(in, "Status", {"Pending", "Ready", "Failed"}, "");
    auto common = read_resource_filter(in);
    auto wish = read_page(s, c, "Limit", most, most);
    auto matches = [&](const store::virtual_node& n) {
        return (ids.empty() || std::find(ids.begin(), ids.end(), n.id) != ids.end()) &&
               (name.empty() || name == n.name) &&
               (status.empty() || store::progress_of(n, s.clock()).status == status) &&
               common.matches(n);
    };
    auto page = s.resources.virtual_nodes.select(matches, wish.limit, wish.before);
    return render_page(s, page, "VirtualNodes",
                       [&](const store::virtual_node& n) { return render(n, s); });
}

}  // namespace ecisbx::server::api::eci
