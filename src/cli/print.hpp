// How groups are printed, for people and as JSON.
#ifndef ECISBX_CLI_PRINT_HPP
#define ECISBX_CLI_PRINT_HPP

#include <ecisbx/eci/model.hpp>

#include <vector>

namespace ecisbx::cli {

/// A table of id, name, status, size, age and image.
void print_table(const std::vector<eci::container_group>& groups);
/// One group with its containers and events.
void print_group(const eci::container_group& group);
/// The service's own objects, as a JSON array.
void print_json(const std::vector<eci::container_group>& groups);

}  // namespace ecisbx::cli

#endif
