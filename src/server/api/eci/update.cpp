// UpdateContainerGroup.
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/create_spec.hpp"
#include "server/api/eci/not_supported.hpp"
#include "server/api/eci/update_merge.hpp"

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

/// What a container is made of. Who restarts it and whom it is charged to does not belong to it.
proto::parameter_list substance(proto::parameter_list request) {
    std::erase_if(request, [](const auto& one) {
        return one.first == "RestartPolicy" || one.first == "ResourceGroupId";
    });
    std::sort(request.begin(), request.end());
    return request;
}

bool has_volumes(const proto::parameter_list& request) {
    return std::any_of(request.begin(), request.end(),
                       [](const auto& one) { return one.first.starts_with("Volume."); });
}

/// Before anything is merged: a request may list what it likes.
void check_counts(const proto::flat_view& in) {
    (void)in.elements("Volume", 20);
    for (std::string_view list : {"Container", "InitContainer"})
        for (const auto& c : in.elements(list, 20)) (void)c.elements("EnvironmentVar", 1000);
}

void require_settled(const store::group& g) {
    if (g.status == store::group_status::pending || g.status == store::group_status::running)
        return;
    refuse(400, "IncorrectStatus",
           "The status of the container group is " + std::string(store::to_string(g.status)) +
               ", it must be Pending or Running.");
}

void update(service& s, const call& c) {
    auto g = required_group(s, c);
    auto type =
        one_of(c.parameters, "UpdateType", {"RenewUpdate", "IncrementalUpdate"}, "RenewUpdate");
    require_settled(*g);
    check_counts(c.parameters);
    auto before = kept_request(g->spec.request);
    auto change = c.parameters.list();
    auto request = merge_update(before, change, type == "IncrementalUpdate");
    proto::flat_view in(request);
    auto spec = read_group_spec(in, s.zone());
    spec.request = keep_request(request);
    spec.tags = merged_tags(g->spec.tags, read_tags(c.parameters));
    // They may have been resized since.
    auto volumes = g->spec.extra.find("Volumes");
    if (!has_volumes(change) && volumes != g->spec.extra.end())
        spec.extra["Volumes"] = volumes->value();
    bool renew = substance(before) != substance(request);
    s.groups->change_spec(*g, [&](store::group_spec& now) {
        now.tags = spec.tags;
        now.restart = spec.restart;
        now.resource_group = spec.resource_group;
        now.request = renew ? now.request : spec.request;
    });
    if (!renew) return;
    announce_not_supported(s, *g, spec, in);
    s.supervisor->update(g, std::move(spec));
}

}  // namespace

boost::json::object update_container_group(service& s, const call& c) {
    require_region(c);
    (void)once(s, c, [&] {
        update(s, c);
        return c.parameters.required("ContainerGroupId");
    });
    return {};
}

}  // namespace ecisbx::server::api::eci
