// The rules of a group that no single value breaks: what must be there, what must be unique, what
// excludes what.
#ifndef ECISBX_ECI_CREATE_CHECKS_HPP
#define ECISBX_ECI_CREATE_CHECKS_HPP

#include <ecisbx/eci/option_node.hpp>

#include <string_view>

namespace ecisbx::eci {

/// What is outside of the options, or not known of the group.
struct check_scope {
    bool images_required = true;  ///< else a container may be one that is there
    bool volumes_known = true;    ///< else a mount may name a volume that is not among the options
};

/// Throws `invalid_argument`. `options`: the name of the class, for errors.
void check_group(std::string_view options, const option_node& group, const check_scope& scope);
void check_tags(std::string_view options, const option_node& owner);

}  // namespace ecisbx::eci

#endif
