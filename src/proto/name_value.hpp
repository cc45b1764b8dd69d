// Parameters and header fields as the signing code sees them.
#ifndef ECISBX_PROTO_NAME_VALUE_HPP
#define ECISBX_PROTO_NAME_VALUE_HPP

#include "core/percent.hpp"

#include <string>
#include <utility>
#include <vector>

namespace ecisbx::proto {

using name_value = std::pair<std::string, std::string>;

/// Decoded names and values, in any order.
using parameter_list = core::form_fields;

/// Lower-case names; a name may be there more than once.
using header_list = std::vector<name_value>;

}  // namespace ecisbx::proto

#endif
