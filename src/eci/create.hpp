// The parameters of CreateContainerGroup and UpdateContainerGroup.
#ifndef ECISBX_ECI_CREATE_HPP
#define ECISBX_ECI_CREATE_HPP

#include <ecisbx/eci/create_options.hpp>
#include <ecisbx/eci/update_options.hpp>

#include "proto/name_value.hpp"

#include <string>

namespace ecisbx::eci {

/// Checks the options against the documented bounds and flattens them; makes up a name and a
/// client token where there is none. Throws `invalid_argument` that names the field.
proto::parameter_list create_parameters(const create_options& options);

/// The same for an update of the group `id`.
proto::parameter_list update_parameters(const std::string& id, const update_options& options);

}  // namespace ecisbx::eci

#endif
