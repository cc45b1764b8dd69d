// CreateContainerGroup's parameters.
#ifndef ECISBX_ECI_CREATE_HPP
#define ECISBX_ECI_CREATE_HPP

#include <ecisbx/eci/create_options.hpp>

#include "proto/name_value.hpp"

namespace ecisbx::eci {

/// Checks the options against the documented bounds and flattens them; makes up a name and a
/// client token where there is none. Throws `invalid_argument` that names the field.
proto::parameter_list create_parameters(const create_options& options);

}  // namespace ecisbx::eci

#endif
