// From what an options class has collected to the service's parameters, checked on the way.
#ifndef ECISBX_ECI_OPTION_WRITER_HPP
#define ECISBX_ECI_OPTION_WRITER_HPP

#include <ecisbx/eci/option_node.hpp>

#include "proto/name_value.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// `options: field: expected what`, as `invalid_argument`.
[[noreturn]] void refuse_option(std::string_view options, std::string_view field,
                                std::string_view expected);

/// Checks each value by its rule and flattens all. `options`: the name of the class, for errors.
/// Empty texts that mean nothing are left out.
proto::parameter_list checked_parameters(std::string_view options, const option_node& node);

/// What `set` was given: takes the place of parameters of the same name; of two with one name,
/// the later one counts.
void add_extra(std::string_view options,
               const std::vector<std::pair<std::string, std::string>>& extra,
               proto::parameter_list& parameters);

}  // namespace ecisbx::eci

#endif
