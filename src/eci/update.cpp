#include "eci/create.hpp"

#include "core/random.hpp"
#include "eci/create_checks.hpp"
#include "eci/option_writer.hpp"

#include <algorithm>
#include <string_view>

namespace ecisbx::eci {
namespace {

constexpr std::string_view options_name = "update_options";

/// Of all actions only this one spells it with an s.
void rename_headers(proto::parameter_list& parameters) {
    constexpr std::string_view usual = ".LifecyclePostStartHandlerHttpGetHttpHeader.";
    for (auto& [name, value] : parameters)
        if (auto at = name.find(usual); at != std::string::npos)
            name.insert(at + usual.size() - 1, "s");
}

}  // namespace

proto::parameter_list update_parameters(const std::string& id, const update_options& options) {
    const auto& group = options.node();
    check_scope scope;
    scope.images_required = !options.is_incremental();
    scope.volumes_known = false;  // the group has its own
    auto parameters = checked_parameters(options_name, group);
    check_group(options_name, group, scope);
    check_tags(options_name, group);
    bool token = group.find("ClientToken") != nullptr;
    if (parameters.size() == (token ? 1U : 0U) && options.extra().empty())
        refuse_option(options_name, "it", "something to change");
    rename_headers(parameters);
    parameters.emplace_back("ContainerGroupId", id);
    parameters.emplace_back("UpdateType",
                            options.is_incremental() ? "IncrementalUpdate" : "RenewUpdate");
    if (group.text("ClientToken").empty()) parameters.emplace_back("ClientToken", core::uuid());
    add_extra(options_name, options.extra(), parameters);
    return parameters;
}

}  // namespace ecisbx::eci
